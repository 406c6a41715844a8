import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import * as api from '../api/generated';
import { ApiProblem, isProblem } from '../api/problem';
import { navigate, Redirect, useSearchParameter } from '../app/router';
import { useSession } from '../app/session';
import { Note, ProblemNote } from '../parts/Note';
import { Entrance } from './Entrance';

/** Only addresses of this application: "/a/main/queue", never "//elsewhere". */
function ownAddress(to: string): string {
  return /^\/(?![/\\])/.test(to) ? to : '/';
}

export default function SignIn() {
  const { me, begin } = useSession();
  const [to] = useSearchParameter('to');
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const setup = useQuery({ queryKey: ['setup'], queryFn: api.getSetup });

  if (me) return <Redirect to={ownAddress(to)} />;

  const signIn = async () => {
    setBusy(true);
    setError(null);
    try {
      begin(await api.signIn({ user, password, totp }));
      navigate(ownAddress(to), 'replace');
    } catch (problem) {
      if (isProblem(problem, 'totp-needed')) setTotp((before) => before ?? '');
      else setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signIn();
  };
  const back = () => {
    setTotp(null);
    setPassword('');
    setError(null);
  };

  if (totp !== null) {
    return (
      <Entrance
        title="Second factor"
        lead={`${user}, type the six digits that your authenticator shows now.`}
      >
        <form onSubmit={submit} noValidate>
          <Stack gap="md">
            <TextInput
              label="Six digits"
              value={totp}
              onChange={(event) => setTotp(event.currentTarget.value.replace(/\D/g, '').slice(0, 6))}
              inputMode="numeric"
              autoComplete="one-time-code"
              autoFocus
              size="md"
            />
            <ProblemNote error={error} />
            <Button type="submit" loading={busy} disabled={totp.length !== 6} size="md">
              Sign in
            </Button>
            <Button variant="subtle" onClick={back}>
              Use another name
            </Button>
          </Stack>
        </form>
      </Entrance>
    );
  }
  return (
    <Entrance title="Sign in" lead="To set up and watch the gateway.">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {setup.data?.needed && (
            <Note tone="info">
              No user exists yet. Open the set-up link that the gateway printed when it started.
            </Note>
          )}
          <TextInput
            label="Name"
            value={user}
            onChange={(event) => setUser(event.currentTarget.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            size="md"
          />
          <PasswordInput
            label="Password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
            size="md"
          />
          <ProblemNote error={error} />
          {error instanceof ApiProblem && error.retryAfter > 0 && (
            <Note tone="info">Try again in {error.retryAfter} seconds.</Note>
          )}
          <Button type="submit" loading={busy} disabled={user === '' || password === ''} size="md">
            Sign in
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}
