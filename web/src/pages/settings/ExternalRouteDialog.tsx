// An external route, to add or to change.
import { Checkbox, Radio, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { ApiProblem } from '../../api/problem';
import { useDo } from '../../app/ask';
import { FormDialog } from '../../parts/Dialog';
import { ServerFields, SignInFields, useWhereTo } from '../../parts/WhereTo';

const modes: { mode: api.Mode; label: string; words: string }[] = [
  { mode: 'strict', label: 'Strict - Trusted Enforced', words: 'TLS, and a server that proves who it is.' },
  { mode: 'relaxed', label: 'Relaxed Encryption Mode', words: 'TLS with any certificate.' },
  { mode: 'opportunistic', label: 'Opportunistic TLS', words: 'TLS where the server offers it, else none.' },
];

interface Properties {
  route: api.ExternalRoute | null;
  onClose: () => void;
}

export function ExternalRouteDialog({ route, onClose }: Properties) {
  const [reach, setReach] = useState(route?.domain === '*' ? 'all' : 'one');
  const [domain, setDomain] = useState(route === null || route.domain === '*' ? '' : route.domain);
  const [mode, setMode] = useState<string>(route?.mode ?? 'strict');
  const [verifyName, setVerifyName] = useState(route?.verify_name ?? '');
  const [published, setPublished] = useState(route?.consult_published ?? false);
  const to = useWhereTo(route);
  const goesFor = reach === 'all' ? '*' : domain.trim();

  const save = useDo<void, api.ExternalRoute>((path) => {
    const input: api.ExternalRouteInput = {
      ...to.input,
      domain: goesFor,
      mode: api.wordsMode.find((one) => one === mode) ?? 'strict',
      verify_name: verifyName.trim() === '' ? null : verifyName.trim(),
      consult_published: published,
    };
    return route
      ? api.replaceExternalRoute({ ...path, id: String(route.id) }, input)
      : api.addExternalRoute(path, input);
  }, onClose);
  const problem = save.error instanceof ApiProblem ? save.error : null;

  return (
    <FormDialog
      opened
      onClose={onClose}
      title={route ? 'Change the external route' : 'Add an external route'}
      verb={route ? 'Save' : 'Add'}
      busy={save.isPending}
      disabled={to.input.host === '' || goesFor === ''}
      error={save.error}
      onSubmit={() => save.mutate()}
    >
      <Radio.Group label="For mail to" value={reach} onChange={setReach}>
        <Stack gap="xs" mt={6}>
          <Radio value="one" label="One external domain" />
          <Radio value="all" label="Every external domain without a route of its own" />
        </Stack>
      </Radio.Group>
      {reach === 'one' && (
        <TextInput
          label="External domain"
          placeholder="partner.example"
          value={domain}
          onChange={(event) => setDomain(event.currentTarget.value)}
          error={problem?.field('domain')}
          spellCheck={false}
        />
      )}
      <ServerFields to={to} problem={problem} />
      <Radio.Group label="Mode" value={mode} onChange={setMode} error={problem?.field('mode')}>
        <Stack gap="xs" mt={6}>
          {modes.map(({ mode: value, label, words }) => (
            <Radio key={value} value={value} label={label} description={words} />
          ))}
        </Stack>
      </Radio.Group>
      <details>
        <summary>Credentials and certificate</summary>
        <SignInFields to={to} problem={problem} />
        <TextInput
          label="Name in its certificate"
          description="Empty: the name of the server."
          value={verifyName}
          onChange={(event) => setVerifyName(event.currentTarget.value)}
          error={problem?.field('verify_name')}
          spellCheck={false}
          mb="sm"
        />
        <Checkbox
          label="Also ask what the domain publishes"
          description="DANE and MTA-STS of the domain, as for mail that goes by its MX."
          checked={published}
          onChange={(event) => setPublished(event.currentTarget.checked)}
        />
      </details>
    </FormDialog>
  );
}
