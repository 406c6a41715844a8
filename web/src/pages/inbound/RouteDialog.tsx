// An internal server route, to add or to change.
import { Group, NativeSelect, NumberInput, PasswordInput, Text, TextInput, Textarea } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { ApiProblem } from '../../api/problem';
import { useDo } from '../../app/ask';
import { FormDialog } from '../../parts/Dialog';

interface Properties {
  domains: api.Domain[];
  route: api.Route | null;
  onClose: () => void;
}

export function RouteDialog({ domains, route, onClose }: Properties) {
  const [domain, setDomain] = useState(route?.domain ?? domains[0]?.domain ?? '');
  const [host, setHost] = useState(route?.host ?? '');
  const [port, setPort] = useState<number | string>(route?.port ?? 25);
  const [priority, setPriority] = useState<number | string>(route?.priority ?? 10);
  const [tls, setTls] = useState<string>(route?.tls ?? 'starttls');
  const [names, setNames] = useState(route?.names.join('\n') ?? '');
  const [user, setUser] = useState(route?.login_user ?? '');
  const [password, setPassword] = useState('');

  const save = useDo<void, api.Route>((path) => {
    const input: api.RouteInput = {
      domain,
      host: host.trim(),
      port: Number(port),
      priority: Number(priority),
      tls: tls === 'implicit' ? 'implicit' : 'starttls',
      names: names.split(/[\s,]+/).filter(Boolean),
      login_user: user.trim(),
      login_password: password === '' ? null : password,
    };
    return route ? api.replaceRoute({ ...path, id: String(route.id) }, input) : api.addRoute(path, input);
  }, onClose);
  const problem = save.error instanceof ApiProblem ? save.error : null;

  return (
    <FormDialog
      opened
      onClose={onClose}
      title={route ? 'Change the route' : 'Add a route'}
      verb={route ? 'Save' : 'Add'}
      busy={save.isPending}
      disabled={host.trim() === '' || domain === ''}
      error={save.error}
      onSubmit={() => save.mutate()}
    >
      <TextInput
        label="Domain"
        description="A validated domain of yours, or one below it."
        value={domain}
        onChange={(event) => setDomain(event.currentTarget.value)}
        error={problem?.field('domain')}
        list="validated-domains"
        spellCheck={false}
      />
      <datalist id="validated-domains">
        {domains.map((one) => (
          <option key={one.id} value={one.domain} />
        ))}
      </datalist>
      <TextInput
        label="Server"
        description="A host name or an address. A certificate is checked against the name."
        placeholder="mx1.internal.example"
        value={host}
        onChange={(event) => setHost(event.currentTarget.value)}
        error={problem?.field('host')}
        spellCheck={false}
        data-autofocus
      />
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <NumberInput
          label="Port"
          value={port}
          onChange={setPort}
          min={1}
          max={65535}
          hideControls
          error={problem?.field('port')}
        />
        <NumberInput
          label="Priority"
          value={priority}
          onChange={setPriority}
          min={0}
          max={65535}
          hideControls
          error={problem?.field('priority')}
        />
        <NativeSelect
          label="TLS"
          value={tls}
          onChange={(event) => setTls(event.currentTarget.value)}
          data={[
            { value: 'starttls', label: 'STARTTLS' },
            { value: 'implicit', label: 'From the first byte' },
          ]}
        />
      </Group>
      <details>
        <summary>Credentials and further names</summary>
        <TextInput
          label="Sign in as"
          description="Empty: nobody."
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
          error={problem?.field('login_user')}
          autoComplete="off"
          spellCheck={false}
          mb="sm"
        />
        <PasswordInput
          label="Password"
          description={route?.login_user ? 'Empty: as before.' : undefined}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={problem?.field('login_password')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
          mb="sm"
        />
        <Textarea
          label="Further names that the certificate may carry"
          description="One a line."
          value={names}
          onChange={(event) => setNames(event.currentTarget.value)}
          error={problem?.field('names')}
          autosize
          minRows={2}
        />
      </details>
      <Text size="sm" c="dimmed">
        Which mode is enforced is proved in Set Up Your TLS Policies, never chosen here.
      </Text>
    </FormDialog>
  );
}
