// The MTA-STS policy of a domain: which mode, and what that means for whoever sends to it.
import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import * as api from '../../api/generated';
import { queryText } from '../../api/http';
import { useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { Announcement, Note, ProblemNote } from '../../parts/Note';
import { Link, Section } from '../../parts/Page';
import { countText } from '../../parts/words';

const modes: Record<api.StsMode, { name: string; means: string }> = {
  off: { name: 'Off', means: 'No policy is served.' },
  testing: {
    name: 'Testing',
    means: 'Senders report what would fail, and deliver all the same. Begin here.',
  },
  enforce: {
    name: 'Enforce',
    means:
      'Senders that know MTA-STS deliver only with a proved certificate. Choose it when the reports are clean.',
  },
  none: {
    name: 'None',
    means: 'Tells senders to forget the policy. The way out of Enforce, until the old policy has ended.',
  },
};
const order: api.StsMode[] = ['off', 'testing', 'enforce', 'none'];

/** RFC 8461 8.3: senders keep a policy until its end, so it must be taken back, not just taken away. */
export function leavesTooEarly(before: api.StsMode, after: api.StsMode): boolean {
  return after === 'off' && (before === 'enforce' || before === 'testing');
}

/** Enforce without reports from a time of testing is a leap in the dark. */
export function beginsTooHard(before: api.StsMode, after: api.StsMode): boolean {
  return after === 'enforce' && (before === 'off' || before === 'none');
}

export function StsMode({ domain }: { domain: api.Domain }) {
  const { at, may } = useAccount();
  const [mode, setMode] = useState(domain.mta_sts);
  // Somebody else, or the command line, may change it meanwhile.
  const [before, setBefore] = useState(domain.mta_sts);
  if (before !== domain.mta_sts) {
    setBefore(domain.mta_sts);
    setMode(domain.mta_sts);
  }
  const change = useDo<api.StsMode, api.Domain>((path, wanted) =>
    api.changeDomain({ ...path, domain: domain.domain }, { mta_sts: wanted }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (mode !== domain.mta_sts) change.mutate(mode);
  };
  const days = Math.round(domain.mta_sts_max_age / 86_400);
  return (
    <Section title="MTA-STS policy" lead="The gateway serves it; the records below make others look for it.">
      <form onSubmit={submit} className="card">
        <Stack gap="md">
          <Radio.Group
            label={`Policy of ${domain.shown_as}`}
            value={mode}
            onChange={(value) => {
              const wanted = api.wordsStsMode.find((word) => word === value);
              if (wanted) setMode(wanted);
            }}
          >
            <Stack gap="sm" mt="xs">
              {order.map((one) => (
                <Radio
                  key={one}
                  value={one}
                  label={modes[one].name}
                  description={modes[one].means}
                  disabled={!may('administrator')}
                />
              ))}
            </Stack>
          </Radio.Group>
          {leavesTooEarly(domain.mta_sts, mode) && (
            <Note tone="warn" title="Senders still hold you to the policy">
              They keep it for {countText(days, 'day')}. Choose None first, and Off when that time is over.
            </Note>
          )}
          {beginsTooHard(domain.mta_sts, mode) && (
            <Note tone="info" title="Testing comes first">
              Senders would refuse to deliver at once if anything were wrong. Choose Testing, wait until the{' '}
              <Link href={at(`/reports${queryText({ domain: domain.domain })}`)}>TLS reports</Link> tell of no
              failure, then choose Enforce.
            </Note>
          )}
          <ProblemNote error={change.error} />
          <Announcement>
            {change.isSuccess && `${modes[change.data.mta_sts].name} is in force for ${domain.shown_as}.`}
          </Announcement>
          {may('administrator') && (
            <Group gap="sm">
              <Button type="submit" loading={change.isPending} disabled={mode === domain.mta_sts}>
                Put in force
              </Button>
              <Text size="sm" c="dimmed">
                Then publish the record anew: its id changes with the policy.
              </Text>
            </Group>
          )}
        </Stack>
      </form>
    </Section>
  );
}
