// Step 1: what is in force, with Remove at the right of each policy, and the internal routes.
import { Button, Group, Stack, Text } from '@mantine/core';

import * as api from '../../api/generated';
import { useAsk } from '../../app/ask';
import { useAccount } from '../../app/session';
import { Loaded } from '../../parts/Loaded';
import { Link, Section } from '../../parts/Page';
import { Note, ProblemNote } from '../../parts/Note';
import { ModeStatus } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { HostPort } from '../../parts/WhereTo';
import { countText } from '../../parts/words';
import { useDraftDo, useSteps } from './draft';
import { PolicyList } from './PolicyList';

function RouteList() {
  const { at } = useAccount();
  const routes = useAsk(['routes'], api.listRoutes);
  return (
    <Section
      title="Internal server routes"
      lead={
        <>
          Where mail for your domains goes. <Link href={at('/tasks/inbound')}>Change the routes</Link>
        </>
      }
    >
      <Loaded query={routes}>
        {({ items }) => (
          <Table
            label="Internal server routes"
            columns={['Domain', 'Server', 'Enforced']}
            rows={items.map(({ id, domain, host, port, mode }) => ({
              key: id,
              cells: [
                domain,
                <HostPort key="server" host={host} port={port} />,
                <ModeStatus key="mode" mode={mode} />,
              ],
            }))}
            empty={
              <Text>
                There is no internal server route yet.{' '}
                <Link href={at('/tasks/inbound')}>Prepare for Inbound Email</Link> comes first.
              </Text>
            }
          />
        )}
      </Loaded>
    </Section>
  );
}

function Removals({ draft }: { draft: api.Draft }) {
  const { go } = useSteps();
  const { may } = useAccount();
  const keep = useDraftDo<string>((path, domain) => api.removeDraftRemoval({ ...path, domain }));
  if (draft.removals.length === 0) return null;
  return (
    <Note tone="warn" title={`${countText(draft.removals.length, 'policy', 'policies')} to be removed`}>
      <Stack gap="xs" mt={6}>
        <Stack component="ul" className="plain-list" gap={4}>
          {draft.removals.map((domain) => (
            <li key={domain}>
              <Group gap="sm">
                <Text>{domain}</Text>
                {may('administrator') && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => keep.mutate(domain)}
                    aria-label={`Keep ${domain}`}
                  >
                    Keep
                  </Button>
                )}
              </Group>
            </li>
          ))}
        </Stack>
        <Text size="sm">
          They stay in force until Finish, which first shows what changes for last month&apos;s mail.
        </Text>
        <ProblemNote error={keep.error} />
        <div>
          <Button onClick={() => go('review')}>
            {may('administrator') ? 'Finish' : 'See what will change'}
          </Button>
        </div>
      </Stack>
    </Note>
  );
}

export function Start({ draft }: { draft: api.Draft }) {
  const { go } = useSteps();
  const { may } = useAccount();
  const remove = useDraftDo<string>((path, domain) => api.addDraftRemoval(path, { domain }));
  return (
    <Stack gap="xl">
      <Group justify="space-between" gap="md">
        <Text maw={560}>
          First the routes to your own servers are proved, then come the external domains. Enforcing TLS
          towards a partner is worth little if the last hop at home is open.
        </Text>
        {may('administrator') ? (
          <Button size="md" onClick={() => go('validate')}>
            Validate
          </Button>
        ) : (
          draft.routes.length > 0 && <Button onClick={() => go('validate')}>See the tests</Button>
        )}
      </Group>
      <Removals draft={draft} />
      <RouteList />
      <Section title="Existing policies" lead="What is demanded of external domains now.">
        <ProblemNote error={remove.error} />
        <PolicyList
          action={(policy) =>
            draft.removals.includes(policy.domain) ? (
              <Text size="sm" c="dimmed">
                Removed with Finish
              </Text>
            ) : (
              may('administrator') && (
                <Button
                  size="compact-md"
                  variant="default"
                  onClick={() => remove.mutate(policy.domain)}
                  aria-label={`Remove ${policy.domain}`}
                >
                  Remove
                </Button>
              )
            )
          }
        />
      </Section>
    </Stack>
  );
}
