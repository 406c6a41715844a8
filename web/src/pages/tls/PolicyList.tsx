// The external domains under policy, searched and paged by the gateway.
import { Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';

import * as api from '../../api/generated';
import { usePages } from '../../app/ask';
import { useAccount } from '../../app/session';
import { IconSearch } from '../../parts/icons';
import { Loaded } from '../../parts/Loaded';
import { LongList, type Column } from '../../parts/LongList';
import { Link } from '../../parts/Page';
import { ModeStatus, StageStatus } from '../../parts/Status';
import { countText } from '../../parts/words';

export function PolicyList({ action }: { action?: (policy: api.Policy) => ReactNode }) {
  const { at } = useAccount();
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 250);
  const pages = usePages(['policies', q], (path, after: string | null) =>
    api.listPolicies(path, { q, after, limit: 100 }),
  );
  const total = pages.data?.pages[0]?.total ?? 0;
  const columns: Column<api.Policy>[] = [
    {
      name: 'External domain',
      width: 'minmax(0, 2fr)',
      cell: ({ domain, shown_as: shown }) => (
        <Link href={at(`/partners/${encodeURIComponent(domain)}`)}>{shown}</Link>
      ),
    },
    { name: 'Mode', width: 'minmax(0, 2fr)', cell: ({ mode }) => <ModeStatus mode={mode} /> },
    { name: 'Stage', width: 'minmax(0, 1fr)', cell: ({ stage }) => <StageStatus stage={stage} /> },
  ];
  if (action) columns.push({ name: '', width: '150px', cell: action });
  return (
    <Loaded query={pages}>
      {() =>
        total === 0 && q === '' ? (
          <div className="card">
            <Text>No external domain is under policy yet.</Text>
          </div>
        ) : (
          <Stack gap="sm">
            <TextInput
              aria-label="Search the domains"
              placeholder="Search the domains"
              leftSection={<IconSearch size={18} aria-hidden />}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              description={
                q === '' ? countText(total, 'domain') : `${countText(total, 'domain')} with "${q}"`
              }
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              maw={420}
              type="search"
            />
            <LongList
              label="External domains under policy"
              columns={columns}
              pages={pages}
              keyOf={({ id }) => id}
              total={total}
              empty={<Text>No domain contains &quot;{q}&quot;.</Text>}
              rowHeight={56}
            />
          </Stack>
        )
      }
    </Loaded>
  );
}
