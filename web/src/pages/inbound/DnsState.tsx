// A live look at what a domain publishes (MX, SPF), beside what it should.
import { Button, Group, Stack, Text } from '@mantine/core';

import type { DnsCheck } from '../../api/generated';
import { useAsk } from '../../app/ask';
import { DnsRecords } from '../../parts/Copy';
import { Loaded } from '../../parts/Loaded';
import { Status } from '../../parts/Status';
import { Found } from '../domains/DomainCard';

interface Properties {
  domain: string;
  what: 'mx' | 'spf';
  good: string;
  ask: (path: { account: string; domain: string }) => Promise<DnsCheck>;
}

export function DnsState({ domain, what, good, ask }: Properties) {
  const check = useAsk([what, domain], (path) => ask({ ...path, domain }));
  return (
    <div className="card">
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <Text fw={650} component="h3">
            {domain}
          </Text>
          <Button
            size="compact-md"
            variant="default"
            onClick={() => void check.refetch()}
            loading={check.isFetching}
            aria-label={`Check now: ${domain}`}
          >
            Check now
          </Button>
        </Group>
        <Loaded query={check}>
          {({ good: isGood, needed, found, secure, why }) => (
            <Stack gap="sm" role="status">
              <div>
                <Status tone={isGood ? 'ok' : 'warn'}>{isGood ? good : 'Not yet as it should be'}</Status>
                <Text>{why}</Text>
              </div>
              {!isGood && (
                <>
                  <Found found={found} />
                  <DnsRecords records={needed} label={`What to publish for ${domain}`} />
                </>
              )}
              <Text size="sm" c="dimmed">
                {secure
                  ? 'The answer is proved by DNSSEC.'
                  : 'The answer is not signed with DNSSEC: a forger could change it.'}
              </Text>
            </Stack>
          )}
        </Loaded>
      </Stack>
    </div>
  );
}
