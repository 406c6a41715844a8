// All policies of the account: searched, filtered and paged by the gateway.
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

import * as api from '../../api/generated';
import { usePages } from '../../app/ask';
import { useSearchParameter } from '../../app/router';
import { useAccount } from '../../app/session';
import { authorText } from '../../live/words';
import { IconSearch } from '../../parts/icons';
import { Loaded } from '../../parts/Loaded';
import { LongList, type Column } from '../../parts/LongList';
import { Link, Page } from '../../parts/Page';
import { ModeStatus, StageStatus, Status } from '../../parts/Status';
import { Ago } from '../../parts/Time';
import { countText } from '../../parts/words';
import { ImportDialog } from './ImportDialog';
import { PolicyDialog } from './PolicyDialog';

export default function Policies() {
  const { at, may } = useAccount();
  const [importing, setImporting] = useSearchParameter('import');
  const [adding, setAdding] = useState(false);
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 250);
  const [mode, setMode] = useState('');
  const [stage, setStage] = useState('');
  const pages = usePages(['policies', q, mode, stage], (path, after: string | null) =>
    api.listPolicies(path, {
      q,
      mode: api.wordsMode.find((word) => word === mode),
      stage: api.wordsStage.find((word) => word === stage),
      after,
      limit: 100,
    }),
  );
  const total = pages.data?.pages[0]?.total ?? 0;
  const columns: Column<api.Policy>[] = [
    {
      name: 'External domain',
      width: 'minmax(0, 2fr)',
      cell: ({ domain, shown_as: shown, note }) => (
        <>
          <Link href={at(`/partners/${encodeURIComponent(domain)}`)}>{shown}</Link>
          {note !== '' && (
            <Text size="sm" c="dimmed">
              {note}
            </Text>
          )}
        </>
      ),
    },
    { name: 'Mode', width: 'minmax(0, 2fr)', cell: (one) => <ModeStatus mode={one.mode} /> },
    {
      name: 'Stage',
      width: 'minmax(0, 1fr)',
      cell: (one) => (one.active ? <StageStatus stage={one.stage} /> : <Status tone="quiet">Not now</Status>),
    },
    {
      name: 'Made',
      width: 'minmax(0, 1.2fr)',
      cell: ({ author, created }) => (
        <Text size="sm" c="dimmed">
          {authorText(author)}, <Ago time={created} />
        </Text>
      ),
    },
  ];
  const filtered = q !== '' || mode !== '' || stage !== '';
  return (
    <Page
      title="Policies"
      lead="What is demanded of external domains, on mail to and from them."
      actions={
        may('administrator') && (
          <>
            <Button variant="default" onClick={() => setImporting('1')}>
              Import
            </Button>
            <Button onClick={() => setAdding(true)}>Add a policy</Button>
          </>
        )
      }
    >
      <Group gap="sm" align="flex-end">
        <TextInput
          label="Search"
          placeholder="Part of a domain"
          leftSection={<IconSearch size={18} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          type="search"
          style={{ flex: '1 1 14rem' }}
        />
        <NativeSelect
          label="Mode"
          value={mode}
          onChange={(event) => setMode(event.currentTarget.value)}
          data={[
            { value: '', label: 'Any' },
            { value: 'strict', label: 'Strict' },
            { value: 'relaxed', label: 'Relaxed' },
          ]}
        />
        <NativeSelect
          label="Stage"
          value={stage}
          onChange={(event) => setStage(event.currentTarget.value)}
          data={[
            { value: '', label: 'Any' },
            { value: 'enforce', label: 'Enforced' },
            { value: 'monitor', label: 'Monitor only' },
          ]}
        />
      </Group>
      <Loaded query={pages}>
        {() => (
          <Stack gap="xs">
            <Text size="sm" c="dimmed" role="status">
              {countText(total, 'policy', 'policies')}
            </Text>
            <LongList
              label="Policies"
              columns={columns}
              pages={pages}
              keyOf={({ id }) => id}
              total={total}
              rowHeight={60}
              empty={
                filtered ? (
                  <Text>No policy matches.</Text>
                ) : (
                  <Text>
                    No policy yet. <Link href={at('/tasks/tls-policies')}>Set Up Your TLS Policies</Link>{' '}
                    leads through the first ones.
                  </Text>
                )
              }
            />
          </Stack>
        )}
      </Loaded>
      {importing !== '' && may('administrator') && <ImportDialog onClose={() => setImporting('')} />}
      {adding && <PolicyDialog policy={null} onClose={() => setAdding(false)} />}
    </Page>
  );
}
