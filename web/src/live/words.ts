// A change of the configuration as a sentence: "alice added policy example.com (command line)."
import type { Event } from '../api/generated';

const verbs: Record<string, string> = {
  add: 'added',
  change: 'changed',
  set: 'changed',
  replace: 'changed',
  remove: 'removed',
  promote: 'promoted',
  validate: 'validated',
  import: 'imported',
  finish: 'finished',
  hold: 'held',
  release: 'released',
  retry: 'retried',
  recalculate: 'recalculated',
  forget: 'forgot',
};
const ways: Record<string, string> = { cli: 'command line', api: 'API', gateway: 'gateway' };

export function wayText(via: string, actor = ''): string {
  if (actor.startsWith('user:')) return 'web application';
  if (actor.startsWith('token:')) return 'API token';
  return ways[via] ?? via;
}

export function actionText(action: string): string {
  const verb = action.slice(action.lastIndexOf('.') + 1);
  return verbs[verb] ?? 'changed';
}

const actorWays: Record<string, string> = { user: '', cli: 'command line', token: 'API token' };

/** "user:anna", "cli:root", "token:nightly": what stands before the colon is how, and said besides. */
export function actorText(actor: string): string {
  return actor.slice(actor.indexOf(':') + 1) || 'The gateway';
}

/** How it was done, as far as that is not plain: by a person in the application. */
function besides(actor: string, via: string): string {
  return actorWays[actor.slice(0, actor.indexOf(':'))] ?? wayText(via);
}

/** The one who made something: "anna", "root (command line)". */
export function authorText(actor: string): string {
  const way = actor.includes(':') ? besides(actor, '') : '';
  return way === '' ? actorText(actor) : `${actorText(actor)} (${way})`;
}

/** Was it this user, in whatever window? */
export function isBy({ actor, via }: Event, user: string): boolean {
  return via === 'api' && actor === `user:${user}`;
}

export function describeChange({ actor, action, object, via }: Event): string {
  const way = besides(actor, via);
  return `${actorText(actor)} ${actionText(action)} ${object}${way === '' ? '' : ` (${way})`}.`;
}
