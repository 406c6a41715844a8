// The internal servers that may send: known by address, by credentials, or by certificate.
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { useAsk, useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { FormDialog } from '../../parts/Dialog';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Status } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { SenderDialog } from './SenderDialog';

export function senderName({ kind, range, user, certificate_spki: spki }: api.Sender): string {
  switch (kind) {
    case 'address-range':
      return `Addresses ${range ?? ''}`;
    case 'credentials':
      return `Signs in as ${user ?? ''}`;
    case 'client-certificate':
      return `Certificate ${(spki ?? '').slice(0, 16)}…`;
  }
}

type Open = { what: 'add' } | { what: 'edit' | 'remove'; sender: api.Sender } | null;

export function Senders() {
  const { may } = useAccount();
  const senders = useAsk(['senders'], api.listSenders);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const remove = useDo<api.Sender, void>(
    (path, { id }) => api.removeSender({ ...path, id: String(id) }),
    close,
  );
  const removed = open?.what === 'remove' ? open.sender : null;
  return (
    <Section
      title="Internal servers that may send"
      lead="Everybody else is refused: the gateway relays for nobody that it does not know."
      actions={may('administrator') && <Button onClick={() => setOpen({ what: 'add' })}>Add a server</Button>}
    >
      <Loaded query={senders}>
        {({ items }) => (
          <Table
            label="Internal servers that may send"
            columns={['Known by', 'Note', 'TLS', '']}
            rows={items.map((sender) => ({
              key: sender.id,
              cells: [
                senderName(sender),
                sender.note || '–',
                sender.require_tls ? (
                  <Status key="tls" tone="ok" icon="lock">
                    Required
                  </Status>
                ) : (
                  <Status key="tls" tone="quiet" icon="open">
                    Offered
                  </Status>
                ),
                may('administrator') && (
                  <Group key="actions" gap="xs" wrap="nowrap">
                    <Button
                      size="compact-md"
                      variant="default"
                      onClick={() => setOpen({ what: 'edit', sender })}
                      aria-label={`Edit ${senderName(sender)}`}
                    >
                      Edit
                    </Button>
                    <Button
                      size="compact-md"
                      variant="default"
                      onClick={() => setOpen({ what: 'remove', sender })}
                      aria-label={`Remove ${senderName(sender)}`}
                    >
                      Remove
                    </Button>
                  </Group>
                ),
              ],
            }))}
            empty={<Text>No server may send yet.</Text>}
          />
        )}
      </Loaded>
      {(open?.what === 'add' || open?.what === 'edit') && (
        <SenderDialog sender={open.what === 'edit' ? open.sender : null} onClose={close} />
      )}
      <FormDialog
        opened={removed !== null}
        onClose={close}
        title="Remove this server?"
        verb="Remove"
        danger
        busy={remove.isPending}
        error={remove.error}
        onSubmit={() => removed && remove.mutate(removed)}
      >
        <Text>{removed && senderName(removed)}: its mail will be refused from then on.</Text>
      </FormDialog>
    </Section>
  );
}
