// A policy, to add or to change.
import { Group, NativeSelect, Radio, Stack, TextInput, Textarea } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { ApiProblem } from '../../api/problem';
import { useDo } from '../../app/ask';
import { FormDialog } from '../../parts/Dialog';
import { Note } from '../../parts/Note';

const wordsOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);
function chosen<Word extends string>(words: readonly Word[], value: string, otherwise: Word): Word {
  return words.find((word) => word === value) ?? otherwise;
}

/** What stays of a policy when the dialog changes the rest. */
function unchanged(policy: api.Policy | null): Partial<api.PolicyInput> {
  if (!policy) return {};
  const { exclude, delivery, receipt, names, spki, client_names, valid_from, valid_until } = policy;
  return { exclude, delivery, receipt, names, spki, client_names, valid_from, valid_until };
}

interface Properties {
  policy: api.Policy | null;
  onClose: () => void;
}

export function PolicyDialog({ policy, onClose }: Properties) {
  const [domain, setDomain] = useState(policy?.domain ?? '');
  const [mode, setMode] = useState<string>(policy?.mode ?? 'strict');
  const [stage, setStage] = useState<string>(policy?.stage ?? 'enforce');
  const [mx, setMx] = useState(policy?.mx.join('\n') ?? '');
  const [require, setRequire] = useState<string>(policy?.require ?? 'any');
  const [floor, setFloor] = useState<string>(policy?.floor ?? 'standard');
  const [onFailure, setOnFailure] = useState<string>(policy?.on_failure ?? 'defer');
  const [timeLimit, setTimeLimit] = useState(policy?.time_limit ?? '24h');
  const [note, setNote] = useState(policy?.note ?? '');

  const save = useDo<void, api.Policy>((path) => {
    const input: api.PolicyInput = {
      ...unchanged(policy),
      domain: domain.trim(),
      mode: chosen(api.wordsMode, mode, 'strict'),
      stage: chosen(api.wordsStage, stage, 'enforce'),
      mx: wordsOf(mx),
      require: chosen(api.wordsAccept, require, 'any'),
      floor: chosen(api.wordsFloor, floor, 'standard'),
      on_failure: chosen(api.wordsOnFailure, onFailure, 'defer'),
      time_limit: timeLimit.trim(),
      note,
    };
    return policy ? api.replacePolicy({ ...path, domain: policy.domain }, input) : api.addPolicy(path, input);
  }, onClose);
  const problem = save.error instanceof ApiProblem ? save.error : null;

  return (
    <FormDialog
      opened
      onClose={onClose}
      title={policy ? `Policy of ${policy.shown_as}` : 'Add a policy'}
      verb={policy ? 'Save' : 'Add'}
      busy={save.isPending}
      disabled={domain.trim() === ''}
      error={save.error}
      onSubmit={() => save.mutate()}
    >
      {!policy && (
        <TextInput
          label="External domain"
          description="example.com, or *.gov.example for all below gov.example."
          value={domain}
          onChange={(event) => setDomain(event.currentTarget.value)}
          error={problem?.field('domain')}
          spellCheck={false}
          data-autofocus
        />
      )}
      <Radio.Group label="Mode" value={mode} onChange={setMode} error={problem?.field('mode')}>
        <Stack gap="xs" mt={6}>
          <Radio
            value="strict"
            label="Strict - Trusted Enforced"
            description="TLS, and a server that proves who it is."
          />
          <Radio value="relaxed" label="Relaxed Encryption Mode" description="TLS with any certificate." />
        </Stack>
      </Radio.Group>
      <Radio.Group label="Stage" value={stage} onChange={setStage} error={problem?.field('stage')}>
        <Stack gap="xs" mt={6}>
          <Radio
            value="enforce"
            label="Enforced"
            description="Mail that cannot meet it waits, then bounces."
          />
          <Radio
            value="monitor"
            label="Monitor only"
            description="Mail goes on as before; what would have failed is counted."
          />
        </Stack>
      </Radio.Group>
      <Textarea
        label="MX names to pin"
        description="One a line; *.mail.example.com stands for one label."
        value={mx}
        onChange={(event) => setMx(event.currentTarget.value)}
        error={problem?.field('mx')}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
      />
      <details>
        <summary>More</summary>
        <Stack gap="sm" pt="xs">
          <Group grow preventGrowOverflow={false} align="flex-start">
            <NativeSelect
              label="What proves a server"
              value={require}
              onChange={(event) => setRequire(event.currentTarget.value)}
              data={[
                { value: 'any', label: 'A trusted authority or DANE' },
                { value: 'pkix', label: 'A trusted authority' },
                { value: 'dane', label: 'DANE' },
              ]}
            />
            <NativeSelect
              label="Oldest TLS version"
              value={floor}
              onChange={(event) => setFloor(event.currentTarget.value)}
              error={problem?.field('floor')}
              data={[
                { value: 'standard', label: 'TLS 1.2' },
                { value: 'tls1.3', label: 'TLS 1.3' },
                { value: 'legacy', label: 'TLS 1.0 (legacy)', disabled: mode === 'strict' },
              ]}
            />
          </Group>
          {floor === 'legacy' && (
            <Note tone="warn">
              TLS 1.0 and 1.1 can be broken by those who hold the line. Use it only until the partner has
              renewed its server.
            </Note>
          )}
          <Group grow preventGrowOverflow={false} align="flex-start">
            <NativeSelect
              label="When it cannot be met"
              value={onFailure}
              onChange={(event) => setOnFailure(event.currentTarget.value)}
              data={[
                { value: 'defer', label: 'Wait and try again' },
                { value: 'bounce', label: 'Bounce at once' },
              ]}
            />
            <TextInput
              label="Bounce after"
              description="As 24h or 2d."
              value={timeLimit}
              onChange={(event) => setTimeLimit(event.currentTarget.value)}
              error={problem?.field('time_limit')}
              disabled={onFailure === 'bounce'}
            />
          </Group>
        </Stack>
      </details>
      <TextInput
        label="Note"
        description="Your own words: a contract, a contact."
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        error={problem?.field('note')}
      />
    </FormDialog>
  );
}
