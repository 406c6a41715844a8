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

export function wayText(via: string): string {
  return ways[via] ?? via;
}

export function actionText(action: string): string {
  const verb = action.slice(action.lastIndexOf('.') + 1);
  return verbs[verb] ?? 'changed';
}

/** "user:anna", "cli:root", "token:nightly": what stands before the colon is how, and said besides. */
export function actorText(actor: string): string {
  return actor.slice(actor.indexOf(':') + 1) || 'The gateway';
}

/** Was it this user, in whatever window? */
export function isBy({ actor, via }: Event, user: string): boolean {
  return via === 'api' && actor === `user:${user}`;
}

export function describeChange({ actor, action, object, via }: Event): string {
  return `${actorText(actor)} ${actionText(action)} ${object} (${wayText(via)}).`;
}
