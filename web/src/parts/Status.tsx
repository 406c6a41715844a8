// What state something is in: an icon and words together, never colour alone.
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconExclamationCircle,
  IconEye,
  IconInfoCircle,
  IconLoader2,
  IconLock,
  IconLockCheck,
  IconLockOpen,
} from './icons';
import type { ReactNode } from 'react';

import type { AttemptOutcome, Mode, Readiness, Stage } from '../api/generated';
import { modeText, outcomeText, readinessText } from './words';

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'quiet' | 'busy';

const icons = {
  tick: IconCircleCheck,
  cross: IconCircleX,
  exclamation: IconExclamationCircle,
  warning: IconAlertTriangle,
  info: IconInfoCircle,
  waiting: IconCircleDashed,
  busy: IconLoader2,
  eye: IconEye,
  lock: IconLock,
  proved: IconLockCheck,
  open: IconLockOpen,
};
export type IconName = keyof typeof icons;

const usual: Record<Tone, IconName> = {
  ok: 'tick',
  warn: 'warning',
  bad: 'exclamation',
  info: 'info',
  quiet: 'waiting',
  busy: 'busy',
};

interface Properties {
  tone: Tone;
  icon?: IconName;
  size?: number;
  children: ReactNode;
}

export function Status({ tone, icon, size = 19, children }: Properties) {
  const Icon = icons[icon ?? usual[tone]];
  return (
    <span className={`status ${tone}`}>
      <Icon size={size} stroke={2} aria-hidden />
      <span>{children}</span>
    </span>
  );
}

export function ModeStatus({ mode }: { mode: Mode }) {
  if (mode === 'strict')
    return (
      <Status tone="ok" icon="proved">
        {modeText(mode)}
      </Status>
    );
  if (mode === 'relaxed')
    return (
      <Status tone="info" icon="lock">
        {modeText(mode)}
      </Status>
    );
  return (
    <Status tone="quiet" icon="open">
      {modeText(mode)}
    </Status>
  );
}

export function StageStatus({ stage }: { stage: Stage }) {
  if (stage === 'enforce') return <Status tone="ok">Enforced</Status>;
  return (
    <Status tone="warn" icon="eye">
      Monitor only
    </Status>
  );
}

const readinessTones: Record<Readiness, Tone> = {
  'ready-strict': 'ok',
  'ready-relaxed': 'info',
  'not-ready': 'bad',
  unknown: 'warn',
};

export function ReadinessStatus({ readiness }: { readiness: Readiness }) {
  const tone = readinessTones[readiness];
  return (
    <Status tone={tone} icon={tone === 'info' ? 'tick' : undefined}>
      {readinessText(readiness)}
    </Status>
  );
}

const outcomeTones: Record<AttemptOutcome, Tone> = {
  accepted: 'ok',
  delivered: 'ok',
  probed: 'info',
  deferred: 'warn',
  refused: 'bad',
  bounced: 'bad',
};

export function OutcomeStatus({ outcome }: { outcome: AttemptOutcome }) {
  return <Status tone={outcomeTones[outcome]}>{outcomeText(outcome)}</Status>;
}
