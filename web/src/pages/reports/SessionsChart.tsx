// Sessions by day, good and failed, as bars; the same as a table for whoever wants the numbers.
import { Text } from '@mantine/core';

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

const width = 720;
const height = 180;
const foot = 24;

function Bars({ totals }: { totals: DayTotal[] }) {
  const most = Math.max(1, ...totals.map(({ successful, failed }) => successful + failed));
  const step = width / Math.max(totals.length, 7);
  const bar = Math.min(40, step * 0.7);
  const high = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (height - foot - 12)));
  // Few days say their date each, many only some of them.
  const every = Math.ceil(totals.length / 8);
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width="100%"
      role="img"
      aria-label={`Sessions on ${countText(totals.length, 'day', 'days')}, ${numberText(most)} on the busiest`}
    >
      <line x1={0} x2={width} y1={height - foot} y2={height - foot} stroke="var(--field-line)" />
      {totals.map(({ day, successful, failed }, place) => {
        const x = place * step + (step - bar) / 2;
        const good = high(successful);
        const bad = high(failed);
        return (
          <g key={day}>
            <title>{`${day}: ${numberText(successful)} good, ${numberText(failed)} failed`}</title>
            <rect x={x} y={height - foot - good} width={bar} height={good} fill="var(--ok)" />
            <rect x={x} y={height - foot - good - bad} width={bar} height={bad} fill="var(--bad)" />
            {place % every === 0 && (
              <text
                x={x + bar / 2}
                y={height - 6}
                textAnchor="middle"
                fontSize={12}
                fill="var(--mantine-color-dimmed)"
              >
                {day.slice(5)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

export function SessionsChart({ days }: { days: TlsDay[] }) {
  const totals = totalsOf(days);
  return (
    <div className="card">
      <Bars totals={totals} />
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
