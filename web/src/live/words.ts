// A change of the configuration as a sentence: "alice added policy example.com (command line)."
import type { Event } from '../api/generated';

const verbs: Record<string, string> = {
  add: 'added',
  change: 'changed',
  replace: 'changed',
  remove: 'removed',
  promote: 'promoted',
  validate: 'validated',
  import: 'imported',
  finish: 'finished',
};
const ways: Record<string, string> = { cli: 'command line', api: 'API', gateway: 'gateway' };

export function wayText(via: string): string {
  return ways[via] ?? via;
}

export function actionText(action: string): string {
  const verb = action.slice(action.lastIndexOf('.') + 1);
  return verbs[verb] ?? action;
}

export function describeChange({ actor, action, object, via }: Event): string {
  return `${actor || 'The gateway'} ${actionText(action)} ${object} (${wayText(via)}).`;
}
