// Exceptions: the only thing that weakens, and only until its end.
import { Button, NativeSelect, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { longestException } from '../../api/limits';
import { ApiProblem } from '../../api/problem';
import { useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { authorText } from '../../live/words';
import { FormDialog } from '../../parts/Dialog';
import { ProblemNote } from '../../parts/Note';
import { Section } from '../../parts/Page';
import { ModeStatus, Status } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { Moment } from '../../parts/Time';

const day = 86_400_000;

/** The days from now as a date field writes them: "2026-03-01". */
function dateIn(days: number): string {
  return new Date(Date.now() + days * day).toISOString().slice(0, 10);
}

function ExceptionDialog({ domain, onClose }: { domain: string; onClose: () => void }) {
  const [mode, setMode] = useState('relaxed');
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState(() => dateIn(7));
  const [bounds] = useState(() => ({ first: dateIn(1), last: dateIn(longestException - 1) }));
  const add = useDo<void, api.Exception>((path) => {
    const input: api.ExceptionInput = {
      domain,
      mode: mode === 'opportunistic' ? 'opportunistic' : 'relaxed',
      reason: reason.trim(),
      end: `${end}T23:59:59Z`,
    };
    return api.addException(path, input);
  }, onClose);
  const problem = add.error instanceof ApiProblem ? add.error : null;
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={`Allow less for ${domain}`}
      verb="Allow"
      danger
      busy={add.isPending}
      disabled={reason.trim() === '' || end === ''}
      error={add.error}
      onSubmit={() => add.mutate()}
    >
      <NativeSelect
        label="Allowed meanwhile"
        description={mode === 'relaxed' ? 'TLS with any certificate.' : 'In clear, where there is no TLS.'}
        value={mode}
        onChange={(event) => setMode(event.currentTarget.value)}
        data={[
          { value: 'relaxed', label: 'Relaxed Encryption Mode' },
          { value: 'opportunistic', label: 'Opportunistic TLS' },
        ]}
      />
      <TextInput
        label="Reason"
        description="Auditors read it."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={problem?.field('reason')}
        data-autofocus
      />
      <TextInput
        label="Until the end of (UTC)"
        description={`At most ${longestException} days.`}
        type="date"
        value={end}
        min={bounds.first}
        max={bounds.last}
        onChange={(event) => setEnd(event.currentTarget.value)}
        error={problem?.field('end')}
      />
      <Text size="sm" c="dimmed">
        Every message that uses it is marked. When it ends, the policy holds again by itself.
      </Text>
    </FormDialog>
  );
}

export function Exceptions({ domain, exceptions }: { domain: string; exceptions: api.Exception[] }) {
  const { may } = useAccount();
  const [adding, setAdding] = useState(false);
  const end = useDo<number, void>((path, id) => api.removeException({ ...path, id: String(id) }));
  const isWildcard = domain.startsWith('*.');
  return (
    <Section
      title="Exceptions"
      lead="The only thing that weakens a requirement, and only until its end."
      actions={
        may('administrator') &&
        !isWildcard && (
          <Button variant="default" onClick={() => setAdding(true)}>
            Allow less for a while
          </Button>
        )
      }
    >
      <ProblemNote error={end.error} />
      <Table
        label="Exceptions"
        columns={['State', 'Allowed', 'Reason', 'Ends', '']}
        rows={exceptions.map((one) => ({
          key: one.id,
          cells: [
            one.active ? (
              <Status key="state" tone="warn">
                In use
              </Status>
            ) : (
              <Status key="state" tone="quiet">
                Ended
              </Status>
            ),
            <ModeStatus key="mode" mode={one.mode} />,
            <div key="reason">
              {one.reason}
              <Text size="sm" c="dimmed">
                {authorText(one.author)}
              </Text>
            </div>,
            <Moment key="end" time={one.end} />,
            one.active && may('administrator') && (
              <Button
                key="stop"
                size="compact-md"
                variant="default"
                onClick={() => end.mutate(one.id)}
                aria-label={`End now: ${one.reason}`}
              >
                End now
              </Button>
            ),
          ],
        }))}
        empty={<Text>None.</Text>}
      />
      {adding && <ExceptionDialog domain={domain} onClose={() => setAdding(false)} />}
    </Section>
  );
}
