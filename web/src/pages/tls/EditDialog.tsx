// What the policy of a new domain will demand: its mode and the MX names that it pins.
import { Radio, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { ApiProblem } from '../../api/problem';
import { FormDialog } from '../../parts/Dialog';
import { useDraftDo } from './draft';

const linesOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

export function EditDialog({
  one,
  opened,
  onClose,
}: {
  one: api.DraftDomain;
  opened: boolean;
  onClose: () => void;
}) {
  const [mode, setMode] = useState<string>(one.mode);
  const [mx, setMx] = useState(one.mx.join('\n'));
  const change = useDraftDo<api.DraftDomainChange>(
    (path, body) => api.changeDraftDomain({ ...path, domain: one.domain }, body),
    onClose,
  );
  const problem = change.error instanceof ApiProblem ? change.error : null;
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={`Policy of ${one.shown_as}`}
      verb="Save"
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ mode: mode === 'relaxed' ? 'relaxed' : 'strict', mx: linesOf(mx) })}
    >
      <Radio.Group label="Mode" value={mode} onChange={setMode}>
        <Stack gap="sm" mt={6}>
          <Radio
            value="strict"
            label="Strict - Trusted Enforced"
            description="TLS, and a server that proves who it is."
          />
          <Radio value="relaxed" label="Relaxed Encryption Mode" description="TLS with any certificate." />
        </Stack>
      </Radio.Group>
      <Textarea
        label="MX names to pin"
        description="One a line; *.mail.example.com stands for one label. Under strict, a host outside of them is not used, and you are told when the domain moves its mail."
        value={mx}
        onChange={(event) => setMx(event.currentTarget.value)}
        error={problem?.field('mx')}
        autosize
        minRows={3}
        maxRows={10}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
    </FormDialog>
  );
}
