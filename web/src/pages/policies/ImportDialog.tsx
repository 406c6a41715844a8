// Bulk import: any number of lines, first as a trial that only says what would happen.
import { FileButton, Button, Group, Radio, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { useDo } from '../../app/ask';
import { FormDialog } from '../../parts/Dialog';
import { Note } from '../../parts/Note';
import { Status } from '../../parts/Status';
import { Table } from '../../parts/Table';
import { countText, numberText } from '../../parts/words';

const mostRefusalsShown = 50;

function Report({ report, trial }: { report: api.ImportReport; trial: boolean }) {
  const refused = report.lines.filter(({ effect }) => effect === 'refused');
  return (
    <Stack gap="sm" role="status">
      <Note
        tone={report.refused > 0 ? 'warn' : 'ok'}
        title={trial ? 'This is what would happen' : 'Imported'}
      >
        {numberText(report.added)} added, {numberText(report.changed)} changed, {numberText(report.unchanged)}{' '}
        there already, {numberText(report.refused)} refused.
      </Note>
      {refused.length > 0 && (
        <Table
          label="Refused lines"
          columns={['Line', 'Domain', 'Why']}
          rows={refused.slice(0, mostRefusalsShown).map(({ line, domain, why }) => ({
            key: line,
            cells: [
              line,
              domain,
              <Status key="why" tone="bad" icon="cross">
                {why}
              </Status>,
            ],
          }))}
        />
      )}
      {refused.length > mostRefusalsShown && (
        <Text size="sm">And {countText(refused.length - mostRefusalsShown, 'more line')}.</Text>
      )}
    </Stack>
  );
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [stage, setStage] = useState<string>('monitor');
  const [tried, setTried] = useState<{ report: api.ImportReport; trial: boolean } | null>(null);
  const run = useDo<boolean, api.ImportReport>(
    (path, trial) =>
      api.importPolicyList(path, {
        text,
        mode: 'strict',
        stage: stage === 'monitor' ? 'monitor' : 'enforce',
        dry_run: trial,
      }),
    (report, trial) => setTried({ report, trial }),
  );
  const imported = tried !== null && !tried.trial;
  const change = (next: string) => {
    setText(next);
    setTried(null);
  };
  return (
    <FormDialog
      opened
      onClose={onClose}
      title="Import policies"
      size={720}
      verb={
        tried?.trial
          ? `Import ${countText(tried.report.added + tried.report.changed, 'policy', 'policies')}`
          : 'Try'
      }
      busy={run.isPending}
      disabled={
        text.trim() === '' ||
        imported ||
        (tried?.trial === true && tried.report.added + tried.report.changed === 0)
      }
      error={run.error}
      onSubmit={() => run.mutate(tried === null)}
    >
      <Textarea
        label="Domains"
        description="A plain list, one a line, or CSV whose first line names its columns: domain, mode, stage, mx, note."
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
        autosize
        minRows={6}
        maxRows={12}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        data-autofocus
      />
      <Group>
        <FileButton
          onChange={(file) => void file?.text().then(change)}
          accept=".csv,.txt,text/plain,text/csv"
        >
          {(properties) => (
            <Button variant="default" {...properties}>
              Choose a file
            </Button>
          )}
        </FileButton>
      </Group>
      <Radio.Group
        label="Lines that name no stage"
        value={stage}
        onChange={(value) => {
          setStage(value);
          setTried(null);
        }}
      >
        <Group gap="lg" mt={6}>
          <Radio value="monitor" label="Monitor only" />
          <Radio value="enforce" label="Enforce at once" />
        </Group>
      </Radio.Group>
      {tried && <Report {...tried} />}
    </FormDialog>
  );
}
