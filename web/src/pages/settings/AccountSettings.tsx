// The account's name for people, and the private authorities that it trusts; the platform's
// administrators also add accounts here.
import { Button, Group, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import * as api from '../../api/generated';
import { ApiProblem } from '../../api/problem';
import { useAsk, useDo } from '../../app/ask';
import { navigate } from '../../app/router';
import { mayIn } from '../../app/roles';
import { useAccount, useMe } from '../../app/session';
import { FormDialog } from '../../parts/Dialog';
import { Loaded } from '../../parts/Loaded';
import { ProblemNote } from '../../parts/Note';
import { Section } from '../../parts/Page';
import { Status } from '../../parts/Status';

function AccountForm({ account }: { account: api.Account }) {
  const { may } = useAccount();
  const queries = useQueryClient();
  const [title, setTitle] = useState(account.title);
  const [bundle, setBundle] = useState('');
  const save = useDo<api.AccountChange, api.Account>(api.changeAccount, () => {
    setBundle('');
    void queries.invalidateQueries({ queryKey: ['accounts'] });
  });
  const problem = save.error instanceof ApiProblem ? save.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ title, ca_bundle: bundle.trim() === '' ? null : bundle });
  };
  return (
    <form onSubmit={submit} noValidate className="card">
      <Stack gap="md" maw={640}>
        <TextInput
          label="Organisation"
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          error={problem?.field('title')}
          disabled={!may('administrator')}
        />
        <div>
          <Text fw={500} size="sm">
            Private authorities
          </Text>
          {account.ca_bundle_sha256 ? (
            <Group gap="md">
              <Status tone="info" icon="proved">
                Trusted besides the public ones
              </Status>
              {may('administrator') && (
                <Button size="compact-sm" variant="default" onClick={() => save.mutate({ ca_bundle: '' })}>
                  Trust none any more
                </Button>
              )}
            </Group>
          ) : (
            <Text size="sm" c="dimmed">
              Only the public authorities are trusted.
            </Text>
          )}
        </div>
        {may('administrator') && (
          <>
            <Textarea
              label="Trust these instead (PEM)"
              value={bundle}
              onChange={(event) => setBundle(event.currentTarget.value)}
              error={problem?.field('ca_bundle')}
              autosize
              minRows={3}
              maxRows={10}
              spellCheck={false}
            />
            <ProblemNote error={save.error} />
            <div>
              <Button type="submit" loading={save.isPending}>
                Save
              </Button>
            </div>
          </>
        )}
      </Stack>
    </form>
  );
}

function AddAccount({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [title, setTitle] = useState('');
  const add = useDo<void, api.Account>(
    () => api.addAccount({ name: name.trim(), title: title.trim() }),
    (made) => {
      void queries.invalidateQueries({ queryKey: ['accounts'] });
      navigate(`/a/${encodeURIComponent(made.name)}`);
    },
  );
  const problem = add.error instanceof ApiProblem ? add.error : null;
  return (
    <FormDialog
      opened
      onClose={onClose}
      title="Add an account"
      verb="Add"
      busy={add.isPending}
      disabled={name.trim() === '' || title.trim() === ''}
      error={add.error}
      onSubmit={() => add.mutate()}
    >
      <TextInput
        label="Organisation"
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        error={problem?.field('title')}
        data-autofocus
      />
      <TextInput
        label="Short name"
        description="Lower-case letters, digits and dashes."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={problem?.field('name')}
        spellCheck={false}
        autoCapitalize="none"
      />
    </FormDialog>
  );
}

export function AccountSettings() {
  const { grants } = useMe();
  const [adding, setAdding] = useState(false);
  const account = useAsk(['account'], api.getAccount);
  return (
    <Section
      title="Account"
      lead="One organisation: its domains, routes, servers, policies and users."
      actions={
        mayIn(grants, '*', 'administrator') && (
          <Button variant="default" onClick={() => setAdding(true)}>
            Add an account
          </Button>
        )
      }
    >
      <Loaded query={account}>{(data) => <AccountForm key={data.title} account={data} />}</Loaded>
      {adding && <AddAccount onClose={() => setAdding(false)} />}
    </Section>
  );
}
