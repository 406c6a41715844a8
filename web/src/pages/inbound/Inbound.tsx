// Gateway | Prepare for Inbound Email: where mail for the internal domains goes, whether those
// servers answer, and what the MX records must say.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { useAsk, useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { FormDialog } from '../../parts/Dialog';
import { Loaded } from '../../parts/Loaded';
import { Link, Page, Section } from '../../parts/Page';
import { ModeStatus } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { ServerText } from '../../parts/WhereTo';
import { DnsState } from './DnsState';
import { RouteDialog } from './RouteDialog';
import { RouteTest } from './RouteTest';

type Open = { what: 'add' } | { what: 'edit' | 'remove'; route: api.Route } | null;

function Routes({ domains }: { domains: api.Domain[] }) {
  const { may } = useAccount();
  const routes = useAsk(['routes'], api.listRoutes);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const remove = useDo<api.Route, void>(
    (path, { id }) => api.removeRoute({ ...path, id: String(id) }),
    close,
  );
  const removed = open?.what === 'remove' ? open.route : null;
  return (
    <Section
      title="Internal server routes"
      lead="For each domain, the servers that take its mail. The lowest priority number is tried first; equal ones share the load."
      actions={may('administrator') && <Button onClick={() => setOpen({ what: 'add' })}>Add a route</Button>}
    >
      <Loaded query={routes}>
        {({ items }) => (
          <Table
            label="Internal server routes"
            columns={['Domain', 'Server', 'Priority', 'Enforced', '']}
            rows={items.map((route) => ({
              key: route.id,
              cells: [
                route.domain,
                <ServerText key="server" route={route} />,
                route.priority,
                <ModeStatus key="mode" mode={route.mode} />,
                may('administrator') && (
                  <Group key="actions" gap="xs" wrap="nowrap">
                    <Button
                      size="compact-md"
                      variant="default"
                      onClick={() => setOpen({ what: 'edit', route })}
                      aria-label={`Edit ${route.host}:${route.port}`}
                    >
                      Edit
                    </Button>
                    <Button
                      size="compact-md"
                      variant="default"
                      onClick={() => setOpen({ what: 'remove', route })}
                      aria-label={`Remove ${route.host}:${route.port}`}
                    >
                      Remove
                    </Button>
                  </Group>
                ),
              ],
            }))}
            empty={<Text>No route yet: mail for your domains has nowhere to go, and is refused.</Text>}
          />
        )}
      </Loaded>
      {(open?.what === 'add' || open?.what === 'edit') && (
        <RouteDialog domains={domains} route={open.what === 'edit' ? open.route : null} onClose={close} />
      )}
      <FormDialog
        opened={removed !== null}
        onClose={close}
        title="Remove the route?"
        verb="Remove"
        danger
        busy={remove.isPending}
        error={remove.error}
        onSubmit={() => removed && remove.mutate(removed)}
      >
        <Text>
          Mail for {removed?.domain} no longer goes to {removed?.host}:{removed?.port}.
        </Text>
      </FormDialog>
    </Section>
  );
}

export default function Inbound() {
  const { at } = useAccount();
  const domains = useAsk(['domains'], api.listDomains);
  return (
    <Page
      title="Prepare for Inbound Email"
      above={
        <>
          <Link href={at('/tasks')}>Tasks</Link> | Gateway
        </>
      }
      lead="Say which servers take your mail, see that they answer, then let the world send it here."
      width={1000}
    >
      <Loaded query={domains}>
        {({ items }) => {
          const validated = items.filter((one) => one.validated);
          return (
            <Stack gap="xl">
              <Routes domains={validated} />
              <RouteTest />
              <Section
                title="MX records"
                lead="When the routes answer, publish these: from then on mail for the domain comes through Postern."
              >
                <Stack gap="sm">
                  {validated.map(({ domain }) => (
                    <DnsState
                      key={domain}
                      domain={domain}
                      what="mx"
                      good="Mail comes here"
                      ask={api.checkMx}
                    />
                  ))}
                  {validated.length > 0 && (
                    <Text>
                      Other records tell the world how this mail must be protected:{' '}
                      <Link href={at('/publish')}>What to publish</Link>
                    </Text>
                  )}
                  {validated.length === 0 && (
                    <Text>
                      No domain is validated yet.{' '}
                      <Link href={at('/tasks/validate-domains')}>Validate Your Domains</Link>
                    </Text>
                  )}
                </Stack>
              </Section>
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}
