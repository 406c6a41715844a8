import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import * as api from '../../api/generated';
import { useSession } from '../../app/session';
import { Copyable } from '../../parts/Copy';
import { FormDialog } from '../../parts/Dialog';
import { ProblemNote } from '../../parts/Note';
import { Status } from '../../parts/Status';
import { QrCode } from './QrCode';

const digitsOf = (text: string) => text.replace(/\D/g, '').slice(0, 6);

function Confirm({ factor, onDone }: { factor: api.SecondFactor; onDone: () => void }) {
  const { begin } = useSession();
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => api.confirmSecondFactor({ code }),
    onSuccess: (me) => {
      begin(me);
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Group gap="xl" align="flex-start">
        <QrCode text={factor.uri} label="QR code of the second factor" />
        <Stack gap="md" style={{ flex: '1 1 16rem' }}>
          <div>
            <Text>Scan it with your authenticator, or type this secret in:</Text>
            <Copyable value={factor.secret} label="Copy the secret" />
          </div>
          <TextInput
            label="Six digits that it shows now"
            value={code}
            onChange={(event) => setCode(digitsOf(event.currentTarget.value))}
            inputMode="numeric"
            autoComplete="one-time-code"
            maw={220}
          />
          <ProblemNote error={confirm.error} />
          <Group gap="sm">
            <Button type="submit" loading={confirm.isPending} disabled={code.length !== 6}>
              Switch on
            </Button>
            <Button variant="default" onClick={onDone}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </Group>
    </form>
  );
}

function Remove({ onClose }: { onClose: () => void }) {
  const { begin } = useSession();
  const [code, setCode] = useState('');
  const remove = useMutation({
    mutationFn: () => api.removeSecondFactor({ code }),
    onSuccess: (me) => {
      begin(me);
      onClose();
    },
  });
  return (
    <FormDialog
      opened
      onClose={onClose}
      title="Switch the second factor off?"
      verb="Switch off"
      danger
      busy={remove.isPending}
      disabled={code.length !== 6}
      error={remove.error}
      onSubmit={() => remove.mutate()}
    >
      <TextInput
        label="Six digits that it shows now"
        value={code}
        onChange={(event) => setCode(digitsOf(event.currentTarget.value))}
        inputMode="numeric"
        autoComplete="one-time-code"
        data-autofocus
      />
    </FormDialog>
  );
}

export function SecondFactor() {
  const { me } = useSession();
  const [removing, setRemoving] = useState(false);
  const make = useMutation({ mutationFn: api.makeSecondFactor });
  if (!me) return null;
  return (
    <div className="card">
      {make.data && !me.second_factor ? (
        <Confirm factor={make.data} onDone={make.reset} />
      ) : (
        <Group justify="space-between" gap="md">
          {me.second_factor ? (
            <Status tone="ok" icon="proved">
              Switched on
            </Status>
          ) : (
            <Status tone="warn">Switched off</Status>
          )}
          {me.second_factor ? (
            <Button variant="default" onClick={() => setRemoving(true)}>
              Switch off
            </Button>
          ) : (
            <Button onClick={() => make.mutate()} loading={make.isPending}>
              Set up
            </Button>
          )}
        </Group>
      )}
      <ProblemNote error={make.error} />
      {removing && <Remove onClose={() => setRemoving(false)} />}
    </div>
  );
}
