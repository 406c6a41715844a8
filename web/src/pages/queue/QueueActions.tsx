// Retry, hold, release, remove, recalculate: for the chosen messages, or for all to a domain.
import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import * as api from '../../api/generated';
import { useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { FormDialog } from '../../parts/Dialog';
import { ProblemNote } from '../../parts/Note';
import { countText } from '../../parts/words';

const verbs: { action: api.QueueAction; name: string; did: string }[] = [
  { action: 'retry', name: 'Retry', did: 'will be tried now' },
  { action: 'hold', name: 'Hold', did: 'held' },
  { action: 'release', name: 'Release', did: 'released' },
  { action: 'recalculate', name: 'Recalculate', did: 'looked at again under the policies of now' },
  { action: 'remove', name: 'Remove', did: 'removed' },
];

interface Properties {
  chosen: ReadonlySet<string>;
  domain: string;
  onDone: () => void;
}

export function QueueActions({ chosen, domain, onDone }: Properties) {
  const { may } = useAccount();
  const [removing, setRemoving] = useState(false);
  const command = useDo<api.QueueAction, api.QueueEffect>(
    (path, action) =>
      api.commandQueue(path, chosen.size > 0 ? { action, messages: [...chosen] } : { action, domain }),
    ({ deliveries }, action) => {
      const did = verbs.find((one) => one.action === action)?.did ?? action;
      notifications.show({ message: `${countText(deliveries, 'delivery', 'deliveries')} ${did}.` });
      setRemoving(false);
      onDone();
    },
  );
  if (!may('operator')) return null;
  const scope =
    chosen.size > 0
      ? countText(chosen.size, 'chosen message')
      : domain !== ''
        ? `all messages to ${domain}`
        : '';
  return (
    <div className="card" style={{ padding: 14 }}>
      <Group gap="sm" role="group" aria-label="Work on messages">
        <Text size="sm" c="dimmed" role="status" style={{ flex: '1 1 14rem' }}>
          {scope === '' ? 'Choose messages, or name a domain, to work on them.' : `For ${scope}:`}
        </Text>
        {verbs.map(({ action, name }) => (
          <Button
            key={action}
            size="compact-md"
            variant="default"
            disabled={scope === ''}
            loading={command.isPending && command.variables === action}
            onClick={() => (action === 'remove' ? setRemoving(true) : command.mutate(action))}
          >
            {name}
          </Button>
        ))}
      </Group>
      {!removing && <ProblemNote error={command.error} />}
      <FormDialog
        opened={removing}
        onClose={() => setRemoving(false)}
        title={`Remove ${scope}?`}
        verb="Remove"
        danger
        busy={command.isPending}
        error={command.error}
        onSubmit={() => command.mutate('remove')}
      >
        <Text>They are gone for good, and their senders hear nothing of it.</Text>
      </FormDialog>
    </div>
  );
}
