// The words of docs/tls-policy.md for what the API names by codes, and how numbers and times read.
import type { AttemptOutcome, Hop, Mode, Readiness, Role } from '../api/generated';

const modes: Record<Mode, string> = {
  opportunistic: 'Opportunistic TLS',
  relaxed: 'Relaxed Encryption Mode',
  strict: 'Strict - Trusted Enforced',
};
export const modeText = (mode: Mode): string => modes[mode];

const readinesses: Record<Readiness, string> = {
  unknown: 'Unknown',
  'not-ready': 'Not ready',
  'ready-relaxed': 'Ready: relaxed',
  'ready-strict': 'Ready: strict',
};
export const readinessText = (readiness: Readiness): string => readinesses[readiness];

const outcomes: Record<AttemptOutcome, string> = {
  accepted: 'Accepted',
  delivered: 'Delivered',
  deferred: 'Deferred',
  refused: 'Refused',
  bounced: 'Bounced',
  probed: 'Looked at',
};
export const outcomeText = (outcome: AttemptOutcome): string => outcomes[outcome];

const hops: Record<Hop, string> = {
  'partner-to-gateway': 'Partner to Postern',
  'gateway-to-internal': 'Postern to your server',
  'internal-to-gateway': 'Your server to Postern',
  'gateway-to-partner': 'Postern to partner',
};
export const hopText = (hop: Hop): string => hops[hop];

const roles: Record<Role, [name: string, meaning: string]> = {
  viewer: ['Viewer', 'Sees everything, and changes nothing.'],
  operator: ['Operator', 'Also runs tests, and works on the queue.'],
  administrator: ['Administrator', 'Also changes policies, routes and users.'],
};
export const roleText = (role: Role): string => roles[role][0];
export const roleMeaning = (role: Role): string => roles[role][1];

const wholeNumber = new Intl.NumberFormat('en');
export const numberText = (value: number): string => wholeNumber.format(value);

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return countText(bytes, 'byte');
  const units = ['kB', 'MB', 'GB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function tookText(microseconds: number): string {
  if (microseconds < 1_000) return `${microseconds} µs`;
  if (microseconds < 1_000_000) return `${Math.round(microseconds / 1_000)} ms`;
  return `${(microseconds / 1_000_000).toFixed(1)} s`;
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "5 minutes ago", "in 2 hours", "yesterday"; under a minute: "just now" or "in a moment". */
export function agoText(time: string, now: number): string {
  const seconds = Math.round((Date.parse(time) - now) / 1000);
  if (Number.isNaN(seconds)) return time;
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return seconds <= 5 ? 'just now' : 'in a moment';
}

const spans: Record<string, string> = { d: 'day', h: 'hour', m: 'minute', s: 'second' };

/** A length of time as the gateway writes it, "1d" or "1h 30m", in words. */
export function spanText(span: string): string {
  const parts = [...span.matchAll(/(\d+)([dhms])(?![a-z])/g)];
  const words = parts.map(([, count, unit]) => countText(Number(count), spans[unit ?? ''] ?? ''));
  return words.length === 0 ? span : words.join(' ');
}

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
export function momentText(time: string): string {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? time : moment.format(at);
}
export function dayText(time: string): string {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? time : day.format(at);
}
