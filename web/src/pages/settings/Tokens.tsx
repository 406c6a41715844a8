import { Button, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import * as api from '../../api/generated';
import { ApiProblem } from '../../api/problem';
import { useAccount } from '../../app/session';
import { authorText } from '../../live/words';
import { Copyable } from '../../parts/Copy';
import { FormDialog } from '../../parts/Dialog';
import { Loaded } from '../../parts/Loaded';
import { Note } from '../../parts/Note';
import { Section } from '../../parts/Page';
import { Table } from '../../parts/Table';
import { Ago, Moment } from '../../parts/Time';
import { GrantFields, grantsText } from './Grants';

function TokenDialog({ onClose, onMade }: { onClose: () => void; onMade: (made: api.NewToken) => void }) {
  const { account } = useAccount();
  const [name, setName] = useState('');
  const [days, setDays] = useState<number | string>(365);
  const [grants, setGrants] = useState<api.Grant[]>([{ account, role: 'viewer' }]);
  const add = useMutation({
    mutationFn: () => api.addToken({ name: name.trim(), grants, days: Number(days) }),
    onSuccess: onMade,
  });
  const problem = add.error instanceof ApiProblem ? add.error : null;
  return (
    <FormDialog
      opened
      onClose={onClose}
      title="Make a token"
      verb="Make"
      busy={add.isPending}
      disabled={name.trim() === ''}
      error={add.error}
      onSubmit={() => add.mutate()}
      size={640}
    >
      <TextInput
        label="What it is for"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={problem?.field('name')}
        data-autofocus
      />
      <GrantFields grants={grants} onChange={setGrants} />
      <NumberInput
        label="Days that it lives"
        value={days}
        onChange={setDays}
        min={1}
        max={3650}
        hideControls
        error={problem?.field('days')}
        maw={200}
      />
    </FormDialog>
  );
}

export function Tokens() {
  const queries = useQueryClient();
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: api.listTokens });
  const [adding, setAdding] = useState(false);
  const [removed, setRemoved] = useState<api.Token | null>(null);
  const [made, setMade] = useState<api.NewToken | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: ['tokens'] });
  const remove = useMutation({
    mutationFn: (id: string) => api.removeToken({ id }),
    onSuccess: () => {
      setRemoved(null);
      return again();
    },
  });
  return (
    <Section
      title="Tokens"
      lead="For programs that use the API: Authorization: Bearer ..."
      actions={<Button onClick={() => setAdding(true)}>Make a token</Button>}
    >
      <div role="status">
        {made && (
          <Note tone="ok" title={`Token "${made.token.name}" made`}>
            <Stack gap={4}>
              <span>This is shown once, and kept nowhere. Copy it now:</span>
              <Copyable value={made.secret} label="Copy the token" />
            </Stack>
          </Note>
        )}
      </div>
      <Loaded query={tokens}>
        {({ items }) => (
          <Table
            label="Tokens"
            columns={['For', 'May', 'Made', 'Last used', 'Ends', '']}
            rows={items.map((token) => ({
              key: token.id,
              cells: [
                token.name,
                grantsText(token.grants),
                <span key="made">
                  {authorText(token.author)}, <Ago time={token.created} />
                </span>,
                token.last_used ? <Ago key="used" time={token.last_used} /> : 'never',
                token.expires ? <Moment key="ends" time={token.expires} /> : 'never',
                <Button
                  key="remove"
                  size="compact-md"
                  variant="default"
                  onClick={() => setRemoved(token)}
                  aria-label={`Remove ${token.name}`}
                >
                  Remove
                </Button>,
              ],
            }))}
            empty={<Text>No token yet.</Text>}
          />
        )}
      </Loaded>
      {adding && (
        <TokenDialog
          onClose={() => setAdding(false)}
          onMade={(token) => {
            setMade(token);
            setAdding(false);
            void again();
          }}
        />
      )}
      <FormDialog
        opened={removed !== null}
        onClose={() => setRemoved(null)}
        title={`Remove the token "${removed?.name ?? ''}"?`}
        verb="Remove"
        danger
        busy={remove.isPending}
        error={remove.error}
        onSubmit={() => removed && remove.mutate(removed.id)}
      >
        <Text>Programs that use it are refused at once.</Text>
      </FormDialog>
    </Section>
  );
}
