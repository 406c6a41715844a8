// The menu of tasks: what can start, what was begun, what is done, and what a locked one waits for.
import { Group, Progress, Stack, Text } from '@mantine/core';
import { IconChevronRight, IconLock } from '../parts/icons';

import * as api from '../api/generated';
import { useAsk } from '../app/ask';
import { RouterLink } from '../app/router';
import { useAccount } from '../app/session';
import { Loaded } from '../parts/Loaded';
import { Link, Page } from '../parts/Page';
import { Status } from '../parts/Status';

export function taskTitle({ group, title }: api.Task): string {
  return `${group} | ${title}`;
}

function TaskState({ task }: { task: api.Task }) {
  switch (task.state) {
    case 'done':
      return <Status tone="ok">Done</Status>;
    case 'started':
      return (
        <Status tone="info" icon="waiting">
          Begun
        </Status>
      );
    case 'ready':
      return (
        <Status tone="info" icon="waiting">
          Ready to start
        </Status>
      );
    case 'locked':
      return (
        <Status tone="quiet" icon="lock">
          Locked
        </Status>
      );
  }
}

const verbs: Record<api.TaskState, string> = { locked: '', ready: 'Start', started: 'Resume', done: 'Open' };

function LockedTask({ task, blocker }: { task: api.Task; blocker: api.Task | undefined }) {
  const { at } = useAccount();
  return (
    <div className="card">
      <Group gap="md" wrap="nowrap" align="flex-start">
        <IconLock size={24} stroke={1.8} aria-hidden color="var(--quiet)" style={{ flex: 'none' }} />
        <div>
          <Text fw={650} component="h2" size="lg">
            {taskTitle(task)}
          </Text>
          <Text c="dimmed">{task.summary}</Text>
          {blocker && (
            <Text mt={6}>
              Locked until this is done: <Link href={at(`/tasks/${blocker.id}`)}>{taskTitle(blocker)}</Link>
            </Text>
          )}
        </div>
      </Group>
    </div>
  );
}

function OpenTask({ task }: { task: api.Task }) {
  const { at } = useAccount();
  return (
    <RouterLink className="card" href={at(`/tasks/${task.id}`)}>
      <Group justify="space-between" gap="md" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Text fw={650} component="h2" size="lg">
            {taskTitle(task)}
          </Text>
          <Text c="dimmed" mb={8}>
            {task.summary}
          </Text>
          <TaskState task={task} />
        </div>
        <Group gap={4} wrap="nowrap" c="var(--mantine-color-anchor)" style={{ flex: 'none' }}>
          <Text fw={600} span>
            {verbs[task.state]}
          </Text>
          <IconChevronRight size={20} aria-hidden />
        </Group>
      </Group>
    </RouterLink>
  );
}

function ProgressPanel({ done, total }: { done: number; total: number }) {
  const words = `${done} of ${total} tasks done`;
  return (
    <div className="card">
      <Group justify="space-between" mb={8}>
        <Text fw={650}>{done === total ? 'All tasks are done' : words}</Text>
        {done === total && <Status tone="ok">{words}</Status>}
      </Group>
      <Progress value={total === 0 ? 0 : (100 * done) / total} size="lg" aria-label={words} />
    </div>
  );
}

export default function Tasks() {
  const tasks = useAsk(['tasks'], api.listTasks);
  return (
    <Page
      title="Tasks"
      lead="From nothing to enforced TLS, one task after the other. You can leave at any time: a task resumes where it was left, on another machine too."
      width={820}
    >
      <Loaded query={tasks}>
        {({ items, done, total }) => (
          <Stack gap="md">
            <ProgressPanel done={done} total={total} />
            <Stack component="ul" className="plain-list" gap="md">
              {items.map((task) => (
                <li key={task.id}>
                  {task.state === 'locked' ? (
                    <LockedTask task={task} blocker={items.find(({ id }) => id === task.blocked_by)} />
                  ) : (
                    <OpenTask task={task} />
                  )}
                </li>
              ))}
            </Stack>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
