import { Button, Stack, Text } from '@mantine/core';

import * as api from '../../api/generated';
import { useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { Note, ProblemNote } from '../../parts/Note';
import { countText, numberText } from '../../parts/words';

export function Monitor({ result, policy }: { result: api.MonitorResult; policy: api.Policy }) {
  const { may } = useAccount();
  const promote = useDo<void, api.Policy>((path) => api.promotePolicy({ ...path, domain: policy.domain }));
  const well = result.would_fail === 0;
  return (
    <Note tone={well ? 'ok' : 'warn'} title={well ? 'Ready to be enforced' : 'Some mail would have failed'}>
      <Stack gap="xs" align="flex-start">
        <Text>
          {countText(result.total, 'delivery', 'deliveries')} watched in the last 30 days;{' '}
          {well ? 'none would have failed.' : `${numberText(result.would_fail)} would have failed.`}
        </Text>
        {result.reasons.length > 0 && (
          <ul style={{ margin: 0, paddingLeft: '1.2em' }}>
            {result.reasons.map(({ code, sentence, deliveries }) => (
              <li key={code}>
                {sentence} ({countText(deliveries, 'delivery', 'deliveries')})
              </li>
            ))}
          </ul>
        )}
        <ProblemNote error={promote.error} />
        {may('administrator') && (
          <Button onClick={() => promote.mutate()} loading={promote.isPending}>
            Promote to enforce
          </Button>
        )}
      </Stack>
    </Note>
  );
}
