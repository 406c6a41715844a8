// Add External Domains: one a line, at most 50 in one go.
import { Group, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { mostDraftLines } from '../../api/limits';
import { ApiProblem } from '../../api/problem';
import { useAccount } from '../../app/session';
import { FormDialog } from '../../parts/Dialog';
import { countLines } from '../../parts/findings/rows';
import { Note } from '../../parts/Note';
import { Link } from '../../parts/Page';
import { useDraftDo } from './draft';

export function AddDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { at } = useAccount();
  const [text, setText] = useState('');
  const add = useDraftDo<string>((path, lines) => api.addDraftDomains(path, { text: lines }), onClose);
  const count = countLines(text);
  const tooMany = count > mostDraftLines;
  const atField = add.error instanceof ApiProblem ? add.error.field('text') : undefined;
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title="Add External Domains"
      verb="Continue"
      busy={add.isPending}
      disabled={count === 0 || tooMany}
      error={add.error}
      onSubmit={() => add.mutate(text)}
    >
      <div>
        <Textarea
          label="External domains"
          description="One domain a line: example.com, or *.gov.example for all below gov.example. An address stands for its domain."
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={tooMany ? `Line ${mostDraftLines + 1} is one too many.` : atField}
          autosize
          minRows={8}
          maxRows={16}
          spellCheck={false}
          autoCapitalize="none"
          data-autofocus
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
        <Group justify="flex-end" mt={4}>
          <Text
            size="sm"
            c={tooMany ? 'var(--bad)' : 'dimmed'}
            fw={tooMany ? 650 : undefined}
            aria-live="polite"
          >
            {count}/{mostDraftLines}
          </Text>
        </Group>
      </div>
      {tooMany && (
        <Note tone="bad">
          At most {mostDraftLines} domains in one go. For more, the{' '}
          <Link href={at('/policies?import=1')}>bulk import</Link> takes any number.
        </Note>
      )}
    </FormDialog>
  );
}
