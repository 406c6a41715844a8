// The fields that every route has, inward or outward: which server, how, and as whom.
import { Group, NativeSelect, NumberInput, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';

import type { TlsStart } from '../api/generated';
import type { ApiProblem } from '../api/problem';

interface Where {
  host: string;
  port: number | string;
  priority: number | string;
  tls: TlsStart;
  user: string;
  password: string;
}

interface Known {
  host: string;
  port: number;
  priority: number;
  tls: TlsStart;
  login_user: string | null;
}

export function useWhereTo(route: Known | null) {
  const [where, setWhere] = useState<Where>({
    host: route?.host ?? '',
    port: route?.port ?? 25,
    priority: route?.priority ?? 10,
    tls: route?.tls ?? 'starttls',
    user: route?.login_user ?? '',
    password: '',
  });
  const set = (part: Partial<Where>) => setWhere({ ...where, ...part });
  /** What the gateway is told. */
  const input = {
    host: where.host.trim(),
    port: Number(where.port),
    priority: Number(where.priority),
    tls: where.tls,
    login_user: where.user.trim(),
    login_password: where.password === '' ? null : where.password,
  };
  return { where, set, input, signsIn: route?.login_user != null };
}

interface Properties {
  to: ReturnType<typeof useWhereTo>;
  problem: ApiProblem | null;
}

export function ServerFields({ to: { where, set }, problem }: Properties) {
  return (
    <>
      <TextInput
        label="Server"
        description="A host name or an address. A certificate is checked against the name."
        placeholder="mx1.internal.example"
        value={where.host}
        onChange={(event) => set({ host: event.currentTarget.value })}
        error={problem?.field('host')}
        spellCheck={false}
        data-autofocus
      />
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <NumberInput
          label="Port"
          value={where.port}
          onChange={(port) => set({ port })}
          min={1}
          max={65535}
          hideControls
          error={problem?.field('port')}
        />
        <NumberInput
          label="Priority"
          value={where.priority}
          onChange={(priority) => set({ priority })}
          min={0}
          max={65535}
          hideControls
          error={problem?.field('priority')}
        />
        <NativeSelect
          label="TLS"
          value={where.tls}
          onChange={(event) =>
            set({ tls: event.currentTarget.value === 'implicit' ? 'implicit' : 'starttls' })
          }
          data={[
            { value: 'starttls', label: 'STARTTLS' },
            { value: 'implicit', label: 'From the first byte' },
          ]}
        />
      </Group>
    </>
  );
}

export function SignInFields({ to: { where, set, signsIn }, problem }: Properties) {
  return (
    <>
      <TextInput
        label="Sign in as"
        description="Empty: nobody."
        value={where.user}
        onChange={(event) => set({ user: event.currentTarget.value })}
        error={problem?.field('login_user')}
        autoComplete="off"
        spellCheck={false}
        mb="sm"
      />
      <PasswordInput
        label="Password"
        description={signsIn ? 'Empty: as before.' : undefined}
        value={where.password}
        onChange={(event) => set({ password: event.currentTarget.value })}
        error={problem?.field('login_password')}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
        mb="sm"
      />
    </>
  );
}

/** Where there is no room for both, the port goes below. */
export function HostPort({ host, port }: { host: string; port: number }) {
  return (
    <>
      {host}
      <wbr />
      {`:${port}`}
    </>
  );
}

/** A route's server in a table, with what is not usual below it. */
export function ServerText({ route: { host, port, tls, login_user: user } }: { route: Known }) {
  const remarks = [
    ...(tls === 'implicit' ? ['TLS from the first byte'] : []),
    ...(user === null ? [] : [`signs in as ${user}`]),
  ];
  return (
    <>
      <HostPort host={host} port={port} />
      {remarks.map((remark) => (
        <div key={remark} className="remark">
          {remark}
        </div>
      ))}
    </>
  );
}
