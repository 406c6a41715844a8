// One's own password and second factor.
import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import * as api from '../../api/generated';
import { shortestPassword } from '../../api/limits';
import { ApiProblem } from '../../api/problem';
import { useMe } from '../../app/session';
import { ProblemNote } from '../../parts/Note';
import { Section } from '../../parts/Page';
import { SecondFactor } from './SecondFactor';

function Password() {
  const { user } = useMe();
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const change = useMutation({
    mutationFn: () => api.changePassword({ current, fresh }),
    onSuccess: () => {
      setCurrent('');
      setFresh('');
      setAgain('');
      notifications.show({ message: 'Your password is changed; your other sessions have ended.' });
    },
  });
  const problem = change.error instanceof ApiProblem ? change.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="card">
      <Stack gap="md" maw={420}>
        <input type="text" autoComplete="username" value={user} readOnly hidden />
        <PasswordInput
          label="Password until now"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          error={problem?.field('current')}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password until now', tabIndex: 0 }}
        />
        <PasswordInput
          label="New password"
          description={`At least ${shortestPassword} characters.`}
          value={fresh}
          onChange={(event) => setFresh(event.currentTarget.value)}
          error={problem?.field('fresh')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the new password', tabIndex: 0 }}
        />
        <PasswordInput
          label="The new one again"
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={again !== '' && again !== fresh ? 'This is not the same.' : undefined}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the repeated password', tabIndex: 0 }}
        />
        <ProblemNote error={change.error} />
        <div>
          <Button
            type="submit"
            loading={change.isPending}
            disabled={current === '' || fresh.length < shortestPassword || again !== fresh}
          >
            Change the password
          </Button>
        </div>
      </Stack>
    </form>
  );
}

export function Own() {
  const { user } = useMe();
  return (
    <Stack gap="xl">
      <Text>You are signed in as {user}.</Text>
      <Section
        title="Second factor"
        lead="Six digits from an authenticator app, asked for after the password."
      >
        <SecondFactor />
      </Section>
      <Section title="Password">
        <Password />
      </Section>
    </Stack>
  );
}
