// One received report, as its sender wrote it: by policy, with every failure.
import { Stack, Text } from '@mantine/core';

import * as api from '../../api/generated';
import { useAsk } from '../../app/ask';
import { Dialog } from '../../parts/Dialog';
import { Loaded } from '../../parts/Loaded';
import { Table } from '../../parts/Table';
import { Moment } from '../../parts/Time';
import { countText, numberText } from '../../parts/words';

const policies: Record<string, string> = {
  tlsa: 'DANE',
  sts: 'MTA-STS',
  'no-policy-found': 'No policy found',
};

function Result({ result }: { result: api.TlsResult }) {
  return (
    <Stack gap="xs" component="section" aria-label={policies[result.policy_type] ?? result.policy_type}>
      <Text fw={650} component="h3">
        {policies[result.policy_type] ?? result.policy_type}
        {result.policy_domain !== '' && ` of ${result.policy_domain}`}
      </Text>
      <Text>
        {countText(result.successful, 'good session', 'good sessions')}, {numberText(result.failed)} failed
      </Text>
      {result.mx_hosts.length > 0 && <Text>Hosts that it names: {result.mx_hosts.join(', ')}</Text>}
      {result.policy.length > 0 && (
        <details>
          <summary>The policy as they saw it</summary>
          <pre className="dialogue" tabIndex={0} role="region" aria-label="The policy as they saw it">
            {result.policy.join('\n')}
          </pre>
        </details>
      )}
      {result.failures.length > 0 && (
        <Table
          label="Failures"
          columns={['What failed', 'Where', 'From', 'Sessions']}
          rows={result.failures.map((failure, place) => ({
            key: place,
            cells: [
              <div key="what">
                <Text>{failure.meaning}</Text>
                <Text size="sm" c="dimmed">
                  {failure.result_type}
                  {failure.reason !== '' && `, ${failure.reason}`}
                  {failure.information !== '' && `, ${failure.information}`}
                </Text>
              </div>,
              `${failure.receiving_mx} ${failure.receiving_ip}`.trim() || 'not told',
              failure.sending_ip || 'not told',
              numberText(failure.sessions),
            ],
          }))}
        />
      )}
    </Stack>
  );
}

export function ReportDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const report = useAsk(['tls-report', id], (path) => api.getTlsReport({ ...path, report: String(id) }));
  return (
    <Dialog opened onClose={onClose} title="TLS report" size={820}>
      <Loaded query={report}>
        {({ summary, results }) => (
          <Stack gap="lg">
            <dl className="facts">
              <dt>Sent by</dt>
              <dd>{summary.organization}</dd>
              <dt>About</dt>
              <dd>{summary.domain}</dd>
              <dt>From</dt>
              <dd>
                <Moment time={summary.begins} />
              </dd>
              <dt>Until</dt>
              <dd>
                <Moment time={summary.ends} />
              </dd>
              <dt>Questions to</dt>
              <dd>{summary.contact || 'not told'}</dd>
              <dt>Their name for it</dt>
              <dd>{summary.report_id}</dd>
            </dl>
            {results.map((result, place) => (
              <Result key={place} result={result} />
            ))}
          </Stack>
        )}
      </Loaded>
    </Dialog>
  );
}
