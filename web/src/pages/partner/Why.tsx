import { Stack, Text } from '@mantine/core';

import type { Explanation, HopExplanation } from '../../api/generated';
import { ModeStatus, Status, type Tone } from '../../parts/Status';
import { Table } from '../../parts/Table';

const fates: Record<string, { tone: Tone; words: string }> = {
  joined: { tone: 'ok', words: 'Counts' },
  monitored: { tone: 'warn', words: 'Only watched' },
  lost: { tone: 'quiet', words: 'Does not count' },
  waived: { tone: 'warn', words: 'Allows less' },
  absent: { tone: 'quiet', words: 'Not there' },
};

function Direction({ title, why }: { title: string; why: HopExplanation }) {
  return (
    <Stack gap="xs">
      <Text fw={650} component="h3">
        {title}
      </Text>
      <ModeStatus mode={why.mode} />
      {why.used_exception && <Status tone="warn">An exception allows less for now</Status>}
      <Table
        label={`Sources for ${title}`}
        columns={['Source', 'Asks for', 'Counts?', 'Why']}
        rows={why.sources.map(({ name, mode, fate, rule }) => {
          const { tone, words } = fates[fate] ?? { tone: 'quiet' as const, words: fate };
          return {
            key: name,
            cells: [
              name,
              fate === 'absent' ? '' : <ModeStatus key="mode" mode={mode} />,
              <Status key="fate" tone={tone}>
                {words}
              </Status>,
              rule,
            ],
          };
        })}
        empty={<Text>No source asks for anything.</Text>}
      />
    </Stack>
  );
}

export function Why({ explanation }: { explanation: Explanation }) {
  return (
    <Stack gap="lg">
      <Direction title={`Mail to ${explanation.domain}`} why={explanation.delivery} />
      <Direction title={`Mail from ${explanation.domain}`} why={explanation.receipt} />
    </Stack>
  );
}
