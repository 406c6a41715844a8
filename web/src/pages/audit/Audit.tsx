// Who changed what, when and how; chained, so that a removal shows.
import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';

import * as api from '../../api/generated';
import { usePages } from '../../app/ask';
import { actionText, actorText, wayText } from '../../live/words';
import { Copyable } from '../../parts/Copy';
import { Loaded } from '../../parts/Loaded';
import { LongList, type Column } from '../../parts/LongList';
import { Note, ProblemNote } from '../../parts/Note';
import { Page } from '../../parts/Page';
import { Moment } from '../../parts/Time';
import { countText } from '../../parts/words';

/** JSON as people read it; as it is, where it is no JSON. */
export function readable(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

function Before({ entry: { before, after, hash } }: { entry: api.AuditEntry }) {
  return (
    <details>
      <summary>Details</summary>
      {before !== '' && (
        <>
          <Text size="sm" fw={600}>
            Before
          </Text>
          <pre className="dialogue">{readable(before)}</pre>
        </>
      )}
      {after !== '' && (
        <>
          <Text size="sm" fw={600}>
            After
          </Text>
          <pre className="dialogue">{readable(after)}</pre>
        </>
      )}
      <Copyable value={hash} label="Copy the hash" />
    </details>
  );
}

const columns: Column<api.AuditEntry>[] = [
  {
    name: 'When',
    width: 'minmax(0, 1fr)',
    cell: ({ time, sequence }) => (
      <>
        <Moment time={time} />
        <Text size="sm" c="dimmed">
          No. {sequence}
        </Text>
      </>
    ),
  },
  {
    name: 'Who',
    width: 'minmax(0, 0.8fr)',
    cell: ({ actor, via }) => (
      <>
        {actorText(actor)}
        <Text size="sm" c="dimmed">
          {wayText(via, actor)}
        </Text>
      </>
    ),
  },
  {
    name: 'What',
    width: 'minmax(0, 2fr)',
    cell: (entry) => (
      <>
        <Text>
          {actionText(entry.action)} {entry.object}
        </Text>
        <Before entry={entry} />
      </>
    ),
  },
];

export default function Audit() {
  const pages = usePages(['audit'], (path, before: number | null) =>
    api.listAudit(path, { before, limit: 100 }),
  );
  const check = useMutation({ mutationFn: api.checkAudit });
  return (
    <Page
      title="Audit log"
      lead="Every change of this account, the newest first. Each entry is chained to the one before: a removed or edited one shows."
      actions={
        <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>
          Check the chain
        </Button>
      }
    >
      <div role="status">
        {check.data &&
          (check.data.intact ? (
            <Note tone="ok" title="The log is intact">
              <Group gap="xs">
                {countText(check.data.entries, 'entry', 'entries')}. Note its head elsewhere:
                <Copyable value={check.data.head} label="Copy the head" />
              </Group>
            </Note>
          ) : (
            <Note tone="bad" title="The log was tampered with">
              {check.data.why}
            </Note>
          ))}
      </div>
      <ProblemNote error={check.error} />
      <Loaded query={pages}>
        {() => (
          <LongList
            label="Audit log"
            columns={columns}
            pages={pages}
            keyOf={({ sequence }) => sequence}
            rowHeight={84}
            empty={<Text>Nothing has changed yet.</Text>}
          />
        )}
      </Loaded>
    </Page>
  );
}
