// Where external mail goes instead of its MX: a smarthost for all of it, or a server for one domain.
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { useAsk, useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { FormDialog } from '../../parts/Dialog';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { ModeStatus } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { ServerText } from '../../parts/WhereTo';
import { ExternalRouteDialog } from './ExternalRouteDialog';

type Open = { what: 'add' } | { what: 'edit' | 'remove'; route: api.ExternalRoute } | null;

const reachText = (domain: string) => (domain === '*' ? 'All other domains' : domain);
const serverName = ({ host, port }: api.ExternalRoute) => `${host}:${port}`;

export function ExternalRoutes() {
  const { may } = useAccount();
  const routes = useAsk(['external-routes'], api.listExternalRoutes);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const remove = useDo<api.ExternalRoute, void>(
    (path, { id }) => api.removeExternalRoute({ ...path, id: String(id) }),
    close,
  );
  const removed = open?.what === 'remove' ? open.route : null;
  return (
    <Section
      title="External routes"
      lead="Mail to the world goes to the servers that each domain names (MX), unless a route here says otherwise."
      actions={may('administrator') && <Button onClick={() => setOpen({ what: 'add' })}>Add a route</Button>}
    >
      <Loaded query={routes}>
        {({ items }) => (
          <Table
            label="External routes"
            columns={['Mail to', 'Goes to', 'Priority', 'Mode', '']}
            rows={items.map((route) => ({
              key: route.id,
              cells: [
                reachText(route.domain),
                <ServerText key="server" route={route} />,
                route.priority,
                <ModeStatus key="mode" mode={route.mode} />,
                may('administrator') && (
                  <Group key="actions" gap="xs" wrap="nowrap">
                    <Button
                      size="compact-md"
                      variant="default"
                      onClick={() => setOpen({ what: 'edit', route })}
                      aria-label={`Edit ${serverName(route)}`}
                    >
                      Edit
                    </Button>
                    <Button
                      size="compact-md"
                      variant="default"
                      onClick={() => setOpen({ what: 'remove', route })}
                      aria-label={`Remove ${serverName(route)}`}
                    >
                      Remove
                    </Button>
                  </Group>
                ),
              ],
            }))}
            empty={<Text>No route: all mail to the world goes by MX.</Text>}
          />
        )}
      </Loaded>
      {(open?.what === 'add' || open?.what === 'edit') && (
        <ExternalRouteDialog route={open.what === 'edit' ? open.route : null} onClose={close} />
      )}
      <FormDialog
        opened={removed !== null}
        onClose={close}
        title="Remove the external route?"
        verb="Remove"
        danger
        busy={remove.isPending}
        error={remove.error}
        onSubmit={() => removed && remove.mutate(removed)}
      >
        <Text>
          {removed &&
            `Mail to ${removed.domain === '*' ? 'all other domains' : removed.domain} no longer goes to ${serverName(removed)}.`}
        </Text>
      </FormDialog>
    </Section>
  );
}
