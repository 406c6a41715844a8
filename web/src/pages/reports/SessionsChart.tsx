// Sessions by day, good and failed, as bars; the same as a table for whoever wants the numbers.
import { Group, Text } from '@mantine/core';

import type { TlsDay } from '../../api/generated';
import { Table } from '../../parts/Table';
import { countText, numberText } from '../../parts/words';

export interface DayTotal {
  day: string;
  successful: number;
  failed: number;
}

/** All domains together, a total for each day that any report tells of. */
export function totalsOf(days: TlsDay[]): DayTotal[] {
  const totals = new Map<string, DayTotal>();
  for (const { day, successful, failed } of days) {
    const total = totals.get(day) ?? { day, successful: 0, failed: 0 };
    totals.set(day, {
      day,
      successful: total.successful + successful,
      failed: total.failed + failed,
    });
  }
  return [...totals.values()].sort((a, b) => a.day.localeCompare(b.day));
}

const oneDay = 86_400_000;

/** The moment at which the day so many days ago began, UTC: the same all day, so that answers keep. */
export function daysAgo(days: number, now: number): string {
  return new Date((Math.floor(now / oneDay) - days) * oneDay).toISOString().replace('.000Z', 'Z');
}

/** A total for every day from `from` to before `until`, so that a day that nobody tells of is a gap. */
export function withGaps(totals: DayTotal[], from: string, until: string): DayTotal[] {
  const days = new Map(totals.map((total) => [total.day, total]));
  for (let at = Date.parse(from); at < Date.parse(until); at += oneDay) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (!days.has(day)) days.set(day, { day, successful: 0, failed: 0 });
  }
  return [...days.values()].sort((a, b) => a.day.localeCompare(b.day));
}

const width = 720;
const height = 160;

function Bars({ totals, label }: { totals: DayTotal[]; label: string }) {
  const most = Math.max(1, ...totals.map(({ successful, failed }) => successful + failed));
  const step = width / totals.length;
  const bar = Math.min(40, step * 0.7);
  const high = (count: number) => (count === 0 ? 0 : Math.max(3, (count / most) * (height - 12)));
  return (
    // Stretched to the width of its card: only bars are in it, and words stand below.
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      width="100%"
      height={height}
      role="img"
      aria-label={label}
    >
      {totals.map(({ day, successful, failed }, place) => {
        const x = place * step + (step - bar) / 2;
        const good = high(successful);
        const bad = high(failed);
        // A line of the ground between the two, for whoever cannot tell their colours apart.
        const gap = good > 0 && bad > 0 ? 2 : 0;
        return (
          <g key={day}>
            <title>{`${day}: ${numberText(successful)} good, ${numberText(failed)} failed`}</title>
            <rect x={x} y={height - good} width={bar} height={good} fill="var(--ok)" />
            <rect x={x} y={height - good - gap - bad} width={bar} height={bad} fill="var(--bad)" />
          </g>
        );
      })}
      <line
        x1={0}
        x2={width}
        y1={height}
        y2={height}
        stroke="var(--field-line)"
        strokeWidth={2}
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

/** All days in one sentence. */
export function sumText(totals: DayTotal[]): string {
  const sum = (pick: (total: DayTotal) => number) => totals.reduce((so, total) => so + pick(total), 0);
  const good = sum(({ successful }) => successful);
  const failed = sum(({ failed: some }) => some);
  const words = `${countText(good, 'session')} went well, ${numberText(failed)} failed`;
  if (failed === 0) return `${words}.`;
  const share = (100 * failed) / (good + failed);
  return `${words} (${share < 0.1 ? 'less than 0.1' : share.toFixed(1)} %).`;
}

interface Properties {
  days: TlsDay[];
  from: string;
  until: string;
}

export function SessionsChart({ days, from, until }: Properties) {
  const totals = totalsOf(days);
  const all = withGaps(totals, from, until);
  const ends = all.length > 1 ? [all[0], all.at(-1)] : [all[0]];
  return (
    <div className="card">
      <Text fw={650} mb="sm">
        {sumText(totals)}
      </Text>
      <Bars totals={all} label={`Sessions by day. ${sumText(totals)}`} />
      <Group justify="space-between" aria-hidden>
        {ends.map((one) => (
          <Text key={one?.day} size="sm" c="dimmed">
            {one?.day}
          </Text>
        ))}
      </Group>
      <Text size="sm" c="dimmed">
        Green: sessions that went well. Red, above them: sessions that failed. Days are UTC days.
      </Text>
      <details>
        <summary>The same in numbers</summary>
        <Table
          label="Sessions by day"
          columns={['Day', 'Good', 'Failed']}
          rows={totals.map(({ day, successful, failed }) => ({
            key: day,
            cells: [day, numberText(successful), numberText(failed)],
          }))}
        />
      </details>
    </div>
  );
}
