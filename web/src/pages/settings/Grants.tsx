// Roles in accounts, as text and as fields.
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';

import * as api from '../../api/generated';
import { useAccounts } from '../../app/AccountMenu';
import { useMe } from '../../app/session';
import { roleMeaning, roleText } from '../../parts/words';

export function grantsText(grants: api.Grant[]): string {
  if (grants.length === 0) return 'nothing';
  return grants
    .map(({ account, role }) => `${role} of ${account === '*' ? 'all accounts' : account}`)
    .join(', ');
}

interface Properties {
  grants: api.Grant[];
  onChange: (grants: api.Grant[]) => void;
}

export function GrantFields({ grants, onChange }: Properties) {
  const me = useMe();
  const accounts = useAccounts().data?.items ?? [];
  const isPlatform = me.grants.some(({ account, role }) => account === '*' && role === 'administrator');
  const places = [
    ...(isPlatform ? [{ value: '*', label: 'All accounts' }] : []),
    ...accounts.map(({ name, title }) => ({ value: name, label: title || name })),
  ];
  const roles = api.wordsRole.map((role) => ({ value: role, label: roleText(role) }));
  const change = (place: number, part: Partial<api.Grant>) =>
    onChange(grants.map((grant, at) => (at === place ? { ...grant, ...part } : grant)));
  return (
    <Stack gap="sm" component="fieldset" m={0} p={0} style={{ border: 0 }}>
      <Text component="legend" fw={500} size="sm">
        Roles
      </Text>
      {grants.map((grant, place) => (
        <Group key={place} gap="xs" align="flex-start">
          <NativeSelect
            label="Account"
            value={grant.account}
            onChange={(event) => change(place, { account: event.currentTarget.value })}
            data={places}
            style={{ flex: '1 1 10rem' }}
          />
          <NativeSelect
            label="Role"
            description={roleMeaning(grant.role)}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={grant.role}
            onChange={(event) =>
              change(place, { role: api.wordsRole.find((word) => word === event.currentTarget.value) })
            }
            data={roles}
            style={{ flex: '2 1 14rem' }}
          />
          {grants.length > 1 && (
            <Button
              variant="default"
              mt={24}
              onClick={() => onChange(grants.filter((_, at) => at !== place))}
              aria-label={`Remove role ${place + 1}`}
            >
              Remove
            </Button>
          )}
        </Group>
      ))}
      <div>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => onChange([...grants, { account: places[0]?.value ?? '', role: 'viewer' }])}
        >
          One more role
        </Button>
      </div>
    </Stack>
  );
}
