import { Button, Checkbox, Group, PasswordInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import * as api from '../../api/generated';
import { shortestPassword } from '../../api/limits';
import { ApiProblem } from '../../api/problem';
import { useAccount, useMe } from '../../app/session';
import { FormDialog } from '../../parts/Dialog';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Status } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { Ago } from '../../parts/Time';
import { GrantFields, grantsText } from './Grants';

function useUserDo<Input>(work: (input: Input) => Promise<unknown>, then: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: work,
    onSuccess: async () => {
      then();
      await queries.invalidateQueries({ queryKey: ['users'] });
    },
  });
}

function UserDialog({ user, onClose }: { user: api.User | null; onClose: () => void }) {
  const { account } = useAccount();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [grants, setGrants] = useState<api.Grant[]>(user?.grants ?? [{ account, role: 'viewer' }]);
  const [takeFactor, setTakeFactor] = useState(false);
  const save = useUserDo<void>(() => {
    if (!user) return api.addUser({ name: name.trim(), password, grants });
    return api.changeUser(
      { user: user.name },
      { grants, password: password === '' ? null : password, second_factor: takeFactor ? false : null },
    );
  }, onClose);
  const problem = save.error instanceof ApiProblem ? save.error : null;
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={user ? `Change ${user.name}` : 'Add a user'}
      verb={user ? 'Save' : 'Add'}
      busy={save.isPending}
      disabled={!user && (name.trim() === '' || password.length < shortestPassword)}
      error={save.error}
      onSubmit={() => save.mutate()}
      size={640}
    >
      {!user && (
        <TextInput
          label="Name"
          description="Letters, digits, dots, dashes or @."
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={problem?.field('name')}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      )}
      <PasswordInput
        label={user ? 'New password' : 'First password'}
        description={
          user
            ? 'Empty: as before. A new one ends the sessions of this user.'
            : `At least ${shortestPassword} characters.`
        }
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={problem?.field('password')}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
      />
      <GrantFields grants={grants} onChange={setGrants} />
      {user?.second_factor && (
        <Checkbox
          label="Take the lost second factor away"
          checked={takeFactor}
          onChange={(event) => setTakeFactor(event.currentTarget.checked)}
        />
      )}
    </FormDialog>
  );
}

type Open = { what: 'add' } | { what: 'edit' | 'remove'; user: api.User } | null;

export function Users() {
  const me = useMe();
  const users = useQuery({ queryKey: ['users'], queryFn: api.listUsers });
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const remove = useUserDo<string>((user) => api.removeUser({ user }), close);
  const removed = open?.what === 'remove' ? open.user : null;
  return (
    <Section
      title="Users"
      lead="People who may sign in, each with roles in accounts."
      actions={<Button onClick={() => setOpen({ what: 'add' })}>Add a user</Button>}
    >
      <Loaded query={users}>
        {({ items }) => (
          <Table
            label="Users"
            columns={['Name', 'May', 'Second factor', 'Last sign-in', '']}
            rows={items.map((user) => ({
              key: user.name,
              cells: [
                user.name === me.user ? `${user.name} (you)` : user.name,
                grantsText(user.grants),
                user.second_factor ? (
                  <Status key="factor" tone="ok">
                    On
                  </Status>
                ) : (
                  <Status key="factor" tone="warn">
                    Off
                  </Status>
                ),
                user.last_sign_in ? <Ago key="last" time={user.last_sign_in} /> : 'never',
                <Group key="actions" gap="xs" wrap="nowrap">
                  <Button
                    size="compact-md"
                    variant="default"
                    onClick={() => setOpen({ what: 'edit', user })}
                    aria-label={`Edit ${user.name}`}
                  >
                    Edit
                  </Button>
                  {user.name !== me.user && (
                    <Button
                      size="compact-md"
                      variant="default"
                      onClick={() => setOpen({ what: 'remove', user })}
                      aria-label={`Remove ${user.name}`}
                    >
                      Remove
                    </Button>
                  )}
                </Group>,
              ],
            }))}
          />
        )}
      </Loaded>
      {(open?.what === 'add' || open?.what === 'edit') && (
        <UserDialog user={open.what === 'edit' ? open.user : null} onClose={close} />
      )}
      <FormDialog
        opened={removed !== null}
        onClose={close}
        title={`Remove ${removed?.name ?? ''}?`}
        verb="Remove"
        danger
        busy={remove.isPending}
        error={remove.error}
        onSubmit={() => removed && remove.mutate(removed.name)}
      >
        <Text>The user&apos;s sessions end at once. What the user did stays in the audit log.</Text>
      </FormDialog>
    </Section>
  );
}
