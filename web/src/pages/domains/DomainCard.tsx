import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { queryText } from '../../api/http';
import { useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { DnsRecords } from '../../parts/Copy';
import { FormDialog } from '../../parts/Dialog';
import { Note, ProblemNote } from '../../parts/Note';
import { Link } from '../../parts/Page';
import { Status } from '../../parts/Status';

export function Found({ found }: { found: string[] }) {
  if (found.length === 0) return <Text size="sm">Published now: nothing.</Text>;
  return (
    <div>
      <Text size="sm">Published now:</Text>
      <ul style={{ margin: '4px 0 0', paddingLeft: '1.2em' }}>
        {found.map((value) => (
          <li key={value}>
            <code>{value}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Proof({ domain }: { domain: api.Domain }) {
  const { may } = useAccount();
  const check = useDo<void, api.DomainCheck>((path) => api.checkDomain({ ...path, domain: domain.domain }));
  return (
    <Stack gap="sm">
      <Text>Publish one of these records, then look it up. Either of them suffices.</Text>
      <DnsRecords records={domain.publish} label={`Records that prove ${domain.domain}`} />
      <div role="status">
        {check.data && !check.data.validated && (
          <Note tone="warn" title="Not found yet">
            <Stack gap="xs">
              <span>{check.data.why}</span>
              <Found found={check.data.found} />
            </Stack>
          </Note>
        )}
      </div>
      <ProblemNote error={check.error} />
      {may('operator') && (
        <div>
          <Button
            onClick={() => check.mutate()}
            loading={check.isPending}
            aria-label={`Check now: ${domain.domain}`}
          >
            Check now
          </Button>
        </div>
      )}
    </Stack>
  );
}

export function DomainCard({ domain }: { domain: api.Domain }) {
  const { at, may } = useAccount();
  const [removing, setRemoving] = useState(false);
  const remove = useDo<void, void>(
    (path) => api.removeDomain({ ...path, domain: domain.domain }),
    () => setRemoving(false),
  );
  return (
    <div className="card">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div>
            <Text fw={650} size="lg" component="h2">
              {domain.shown_as}
            </Text>
            {domain.shown_as !== domain.domain && (
              <Text size="sm" c="dimmed">
                {domain.domain}
              </Text>
            )}
            {domain.validated ? (
              <Status tone="ok">Validated</Status>
            ) : (
              <Status tone="warn" icon="waiting">
                Waiting for its proof
              </Status>
            )}
          </div>
          {may('administrator') && (
            <Button
              variant="default"
              size="compact-md"
              onClick={() => setRemoving(true)}
              aria-label={`Remove ${domain.shown_as}`}
            >
              Remove
            </Button>
          )}
        </Group>
        {domain.validated ? (
          <Text>
            <Link href={at(`/publish${queryText({ domain: domain.domain })}`)}>
              What {domain.shown_as} should publish about TLS
            </Link>
          </Text>
        ) : (
          <Proof domain={domain} />
        )}
      </Stack>
      <FormDialog
        opened={removing}
        onClose={() => setRemoving(false)}
        title={`Remove ${domain.shown_as}?`}
        verb="Remove"
        danger
        busy={remove.isPending}
        error={remove.error}
        onSubmit={() => remove.mutate()}
      >
        <Text>
          Mail for {domain.shown_as} will be refused from then on, and its servers cannot send as it.
        </Text>
      </FormDialog>
    </div>
  );
}
