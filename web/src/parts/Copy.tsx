// Values to carry elsewhere: shown whole, copied with one press.
import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from './icons';

import type { DnsRecord } from '../api/generated';
import { Table } from './Table';

export function Copy({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : label}>
          <ActionIcon variant="subtle" size="lg" onClick={copy} aria-label={copied ? 'Copied' : label}>
            {copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

interface CopyableProperties {
  value: string;
  label: string;
  /** Not broken before it must be. */
  whole?: boolean;
}

export function Copyable({ value, label, whole = false }: CopyableProperties) {
  return (
    <span className={whole ? 'copyable whole' : 'copyable'}>
      <code>{value}</code>
      <Copy value={value} label={label} />
    </span>
  );
}

export function Snippet({ text, label }: { text: string; label: string }) {
  return (
    <div className="snippet">
      <div className="snippet-head">
        <span>{label}</span>
        <Copy value={text} label={`Copy: ${label}`} />
      </div>
      {/* Scrolls sideways, so the keyboard must reach it. */}
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
    </div>
  );
}

export function DnsRecords({ records, label }: { records: DnsRecord[]; label: string }) {
  return (
    <Table
      label={label}
      columns={['Type', 'Name', 'Value']}
      short
      rows={records.map(({ type, name, value }) => ({
        key: `${type} ${name} ${value}`,
        cells: [
          <code key="type">{type}</code>,
          <Copyable key="name" value={name} label="Copy the name" whole />,
          <Copyable key="value" value={value} label="Copy the value" />,
        ],
      }))}
    />
  );
}
