// Certificates that the gateway gets and renews by itself (ACME), and the change of their keys.
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import * as api from '../../api/generated';
import { Copyable } from '../../parts/Copy';
import { FormDialog } from '../../parts/Dialog';
import { Announcement, Note, ProblemNote } from '../../parts/Note';
import { Section } from '../../parts/Page';
import { Status } from '../../parts/Status';
import { Ago, Moment } from '../../parts/Time';
import { countText } from '../../parts/words';

type Act = ReturnType<typeof useCommand>;

interface Command {
  name: string;
  action: api.CertificateAction;
}

function useCommand(then: (command: Command) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ name, action }: Command) => api.commandCertificate({ name }, { action }),
    onSuccess: async (_, command) => {
      then(command);
      await queries.invalidateQueries({ queryKey: ['certificates'] });
    },
  });
}

function State({ one }: { one: api.KeptCertificate }) {
  if (one.failures > 0)
    return (
      <Stack gap={4}>
        <Status tone="bad">
          The authority did not give one: {countText(one.failures, 'attempt')} failed
        </Status>
        <Text size="sm">{one.why}</Text>
        {one.next_attempt !== null && (
          <Text size="sm" c="dimmed">
            Next attempt: <Moment time={one.next_attempt} />
          </Text>
        )}
      </Stack>
    );
  if (one.certificate === null) return <Status tone="quiet">None yet: the authority is being asked</Status>;
  if (one.certificate.self_signed)
    return <Status tone="warn">Vouches for itself until the authority has given one</Status>;
  return <Status tone="ok">Given by an authority</Status>;
}

function Dates({ one }: { one: api.KeptCertificate }) {
  return (
    <dl className="facts">
      <dt>Names</dt>
      <dd>{one.names.join(', ')}</dd>
      {one.certificate !== null && (
        <>
          <dt>Expires</dt>
          <dd>
            <Moment time={one.certificate.not_after} />
          </dd>
        </>
      )}
      {one.renewal !== null && (
        <>
          <dt>Renewed</dt>
          <dd>
            from <Moment time={one.renewal} /> on
          </dd>
        </>
      )}
    </dl>
  );
}

function Waits({ one }: { one: api.KeptCertificate }) {
  if (one.waiting === null && one.next_tlsa === null) return null;
  return (
    <Note tone="warn" title={one.next_tlsa === null ? 'A newer certificate waits' : 'The next key waits'}>
      <Stack gap="xs">
        {one.next_tlsa !== null && (
          <>
            <Text>Publish this TLSA record beside those that are there. The key changes by itself then.</Text>
            <Copyable value={one.next_tlsa} label="Copy the TLSA record of the next key" />
          </>
        )}
        {one.waiting !== null && (
          <Text>
            It expires on <Moment time={one.waiting.not_after} />.
          </Text>
        )}
        {one.waits_for !== '' && <Text size="sm">{one.waits_for}</Text>}
      </Stack>
    </Note>
  );
}

function Actions({ one, act, roll }: { one: api.KeptCertificate; act: Act; roll: () => void }) {
  const doing = act.isPending && act.variables.name === one.name;
  return (
    <Group gap="xs">
      <Button
        variant="default"
        size="compact-md"
        loading={doing}
        onClick={() => act.mutate({ name: one.name, action: 'renew' })}
        aria-label={`Renew now ${one.name}`}
      >
        Renew now
      </Button>
      {one.next_tlsa === null ? (
        <Button variant="default" size="compact-md" onClick={roll} aria-label={`Change the key ${one.name}`}>
          Change the key
        </Button>
      ) : (
        <Button
          variant="default"
          size="compact-md"
          loading={doing}
          onClick={() => act.mutate({ name: one.name, action: 'give-up' })}
          aria-label={`Give the next key up ${one.name}`}
        >
          Give the next key up
        </Button>
      )}
    </Group>
  );
}

interface Properties {
  kept: api.KeptCertificate[];
  renews: boolean;
  mayAct: boolean;
}

export function KeptCertificates({ kept, renews, mayAct }: Properties) {
  const [rolled, setRolled] = useState<string | null>(null);
  const [asked, setAsked] = useState<{ name: string; at: string } | null>(null);
  const act = useCommand(({ name, action }) => {
    if (action === 'renew') setAsked({ name, at: new Date().toISOString() });
  });
  const roll = useCommand(() => setRolled(null));
  if (!renews)
    return (
      <Section title="Renewal">
        <Text>
          This gateway gets no certificates by itself. Renew the files that its configuration names: a changed
          file is noticed within seconds. Section [acme] of the configuration lets the gateway get and renew
          them.
        </Text>
      </Section>
    );
  return (
    <Section
      title="Renewed by the gateway"
      lead="By an authority that speaks ACME, with a third of their life left."
    >
      {kept.length === 0 && <Text>None of your account.</Text>}
      <ProblemNote error={act.error} />
      <Announcement>{asked && `The authority is asked for a certificate of ${asked.name}.`}</Announcement>
      <Stack component="ul" className="plain-list" gap="sm">
        {kept.map((one) => (
          <li key={one.name} className="card">
            <Stack gap="sm" align="flex-start">
              <Title order={3} size="h5" style={{ overflowWrap: 'anywhere' }}>
                {one.name}
              </Title>
              <State one={one} />
              <Dates one={one} />
              <Waits one={one} />
              {asked?.name === one.name && (
                <Text size="sm" c="dimmed">
                  The authority was asked <Ago time={asked.at} />.
                </Text>
              )}
              {mayAct && <Actions one={one} act={act} roll={() => setRolled(one.name)} />}
            </Stack>
          </li>
        ))}
      </Stack>
      <FormDialog
        opened={rolled !== null}
        onClose={() => setRolled(null)}
        title="Change the key?"
        verb="Make the next key"
        busy={roll.isPending}
        error={roll.error}
        onSubmit={() => rolled !== null && roll.mutate({ name: rolled, action: 'roll' })}
      >
        <Text>
          The next key of {rolled} is made now, and its TLSA record is shown here. Mail goes on with the old
          key. Once the record has been seen in the DNS for twice its TTL, the gateway gets a certificate of
          the next key and shows that.
        </Text>
      </FormDialog>
    </Section>
  );
}
