// The four hops: your servers, Postern, partners, and the state of the lock on each way between.
import { useMatches } from '@mantine/core';

import type { Hop, HopNumbers } from '../../api/generated';
import {
  IconAlertTriangle,
  IconCircleDashed,
  IconLock,
  IconLockCheck,
  IconLockOpen,
  type Icon,
} from '../../parts/icons';
import { countText, hopText } from '../../parts/words';

interface Lock {
  words: string;
  colour: string;
  icon: Icon;
}

const locks: Record<string, Lock> = {
  authenticated: { words: 'Proved', colour: 'var(--ok)', icon: IconLockCheck },
  encrypted: { words: 'Encrypted', colour: 'var(--info)', icon: IconLock },
  mixed: { words: 'Mixed', colour: 'var(--warn)', icon: IconAlertTriangle },
  clear: { words: 'In clear', colour: 'var(--bad)', icon: IconLockOpen },
};
const noMail: Lock = { words: 'No mail yet', colour: 'var(--quiet)', icon: IconCircleDashed };
export const lockOf = (lock: string): Lock => locks[lock] ?? noMail;

interface Place {
  x: number;
  y: number;
}

function Box({ x, y, title, words }: Place & { title: string; words: string }) {
  return (
    <g>
      <rect
        x={x - 85}
        y={y - 48}
        width={170}
        height={96}
        rx={14}
        fill="var(--mantine-color-body)"
        stroke="var(--field-line)"
        strokeWidth={1.5}
      />
      <text
        x={x}
        y={y - 2}
        textAnchor="middle"
        fontWeight={650}
        fontSize={18}
        fill="var(--mantine-color-text)"
      >
        {title}
      </text>
      <text x={x} y={y + 22} textAnchor="middle" fontSize={13} fill="var(--mantine-color-dimmed)">
        {words}
      </text>
    </g>
  );
}

interface WayProperties {
  from: Place;
  to: Place;
  numbers: HopNumbers | undefined;
  /** Where the words stand. */
  at: Place;
  anchor: 'start' | 'middle';
}

function Way({ from, to, numbers, at, anchor }: WayProperties) {
  const { words, colour, icon: Symbol } = lockOf(numbers?.lock ?? 'none');
  const dashed = numbers === undefined || numbers.lock === 'none' || numbers.lock === 'clear';
  const icon = { x: anchor === 'middle' ? at.x - 12 : at.x, y: at.y - 42 };
  return (
    <g>
      <line
        x1={from.x}
        y1={from.y}
        x2={to.x}
        y2={to.y}
        stroke={colour}
        strokeWidth={3}
        strokeDasharray={dashed ? '3 7' : undefined}
        strokeLinecap="round"
        markerEnd="url(#arrow)"
        color={colour}
      />
      <Symbol x={icon.x} y={icon.y} width={24} height={24} color={colour} />
      <text x={at.x} y={at.y} textAnchor={anchor} fontSize={14} fontWeight={600} fill={colour}>
        {words}
      </text>
      <text x={at.x} y={at.y + 18} textAnchor={anchor} fontSize={12.5} fill="var(--mantine-color-dimmed)">
        {numbers ? countText(numbers.total, 'session') : ''}
      </text>
    </g>
  );
}

/** The picture in words, for those who hear it. */
export function describePicture(hops: HopNumbers[]): string {
  const parts = hops.map(
    ({ hop, lock, total }) => `${hopText(hop)}: ${lockOf(lock).words}, ${countText(total, 'session')}`,
  );
  return `The four hops of the last day. ${parts.join('. ')}.`;
}

function arrow() {
  return (
    <defs>
      <marker
        id="arrow"
        viewBox="0 0 10 10"
        refX={7}
        refY={5}
        markerWidth={5}
        markerHeight={5}
        orient="auto-start-reverse"
      >
        <path d="M0 0L10 5L0 10z" fill="context-stroke" />
      </marker>
    </defs>
  );
}

const boxes = [
  { title: 'Your servers', words: 'internal' },
  { title: 'Postern', words: 'this gateway' },
  { title: 'Partners', words: 'the world' },
];

export function Picture({ hops }: { hops: HopNumbers[] }) {
  const layout = useMatches({ base: 'upright', sm: 'across' });
  const of = (hop: Hop) => hops.find((one) => one.hop === hop);
  if (layout === 'upright') {
    const places = [70, 330, 590].map((y) => ({ x: 190, y }));
    return (
      <svg
        viewBox="0 0 400 660"
        role="img"
        aria-label={describePicture(hops)}
        width="100%"
        style={{ maxWidth: 400, display: 'block', margin: '0 auto' }}
      >
        {arrow()}
        {boxes.map((box, n) => (
          <Box key={box.title} {...box} {...(places[n] ?? { x: 0, y: 0 })} />
        ))}
        <Way
          from={{ x: 165, y: 122 }}
          to={{ x: 165, y: 274 }}
          at={{ x: 0, y: 204 }}
          anchor="start"
          numbers={of('internal-to-gateway')}
        />
        <Way
          from={{ x: 215, y: 278 }}
          to={{ x: 215, y: 126 }}
          at={{ x: 232, y: 204 }}
          anchor="start"
          numbers={of('gateway-to-internal')}
        />
        <Way
          from={{ x: 165, y: 382 }}
          to={{ x: 165, y: 534 }}
          at={{ x: 0, y: 464 }}
          anchor="start"
          numbers={of('gateway-to-partner')}
        />
        <Way
          from={{ x: 215, y: 538 }}
          to={{ x: 215, y: 386 }}
          at={{ x: 232, y: 464 }}
          anchor="start"
          numbers={of('partner-to-gateway')}
        />
      </svg>
    );
  }
  const places = [100, 480, 860].map((x) => ({ x, y: 120 }));
  return (
    <svg viewBox="0 0 960 240" role="img" aria-label={describePicture(hops)} width="100%">
      {arrow()}
      {boxes.map((box, n) => (
        <Box key={box.title} {...box} {...(places[n] ?? { x: 0, y: 0 })} />
      ))}
      <Way
        from={{ x: 192, y: 100 }}
        to={{ x: 384, y: 100 }}
        at={{ x: 290, y: 64 }}
        anchor="middle"
        numbers={of('internal-to-gateway')}
      />
      <Way
        from={{ x: 388, y: 140 }}
        to={{ x: 196, y: 140 }}
        at={{ x: 290, y: 194 }}
        anchor="middle"
        numbers={of('gateway-to-internal')}
      />
      <Way
        from={{ x: 572, y: 100 }}
        to={{ x: 764, y: 100 }}
        at={{ x: 670, y: 64 }}
        anchor="middle"
        numbers={of('gateway-to-partner')}
      />
      <Way
        from={{ x: 768, y: 140 }}
        to={{ x: 576, y: 140 }}
        at={{ x: 670, y: 194 }}
        anchor="middle"
        numbers={of('partner-to-gateway')}
      />
    </svg>
  );
}
