// The first user: reached by the link that the gateway prints once, /setup#CODE. The code stands
// after the #, so that no server log or proxy sees it.
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import * as api from '../api/generated';
import { shortestPassword } from '../api/limits';
import { ApiProblem } from '../api/problem';
import { navigate } from '../app/router';
import { useSession } from '../app/session';
import { Loaded } from '../parts/Loaded';
import { Note, ProblemNote } from '../parts/Note';
import { Entrance } from './Entrance';

function SetupForm() {
  const { begin } = useSession();
  const [code, setCode] = useState(() => window.location.hash.slice(1));
  const [cameWithCode] = useState(code !== '');
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const differs = again !== '' && again !== password;
  const ready = code !== '' && user !== '' && password.length >= shortestPassword && again === password;
  const problem = error instanceof ApiProblem ? error : null;

  const make = async () => {
    setBusy(true);
    setError(null);
    try {
      begin(await api.makeSetup({ code, user, password }));
      navigate('/', 'replace');
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) void make();
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {!cameWithCode && (
          <TextInput
            label="Code"
            description="The part after # of the link that the gateway printed."
            value={code}
            onChange={(event) => setCode(event.currentTarget.value.trim())}
            error={problem?.field('code')}
            spellCheck={false}
            size="md"
          />
        )}
        <TextInput
          label="Your name"
          description="What you sign in with: letters, digits, dots, dashes or @."
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
          error={problem?.field('user')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          size="md"
        />
        <PasswordInput
          label="Password"
          description={`At least ${shortestPassword} characters; a few words in a row are easy to remember.`}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={problem?.field('password')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
          size="md"
        />
        <PasswordInput
          label="The same password again"
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={differs ? 'This is not the same.' : undefined}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the repeated password', tabIndex: 0 }}
          size="md"
        />
        <ProblemNote error={error} />
        <Button type="submit" loading={busy} disabled={!ready} size="md">
          Begin
        </Button>
      </Stack>
    </form>
  );
}

export default function Setup() {
  const setup = useQuery({ queryKey: ['setup'], queryFn: api.getSetup });
  return (
    <Entrance title="Welcome" lead="Make the first administrator of this gateway. Others can be added later.">
      <Loaded query={setup}>
        {({ needed }) =>
          needed ? (
            <SetupForm />
          ) : (
            <Stack gap="md">
              <Note tone="info">The first user exists already: the set-up link has done its work.</Note>
              <Button onClick={() => navigate('/sign-in', 'replace')}>To sign-in</Button>
            </Stack>
          )
        }
      </Loaded>
    </Entrance>
  );
}
