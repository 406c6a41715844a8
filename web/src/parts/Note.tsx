// Notes in a page: a remark, a warning, or why something did not work and what to do next.
import { Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconExclamationCircle, IconInfoCircle } from './icons';
import { useEffect, useRef, type ReactNode } from 'react';

import { ApiProblem, sentence } from '../api/problem';

const icons = {
  ok: IconCircleCheck,
  info: IconInfoCircle,
  warn: IconAlertTriangle,
  bad: IconExclamationCircle,
};

interface NoteProperties {
  tone: keyof typeof icons;
  title?: ReactNode;
  children?: ReactNode;
}

export function Note({ tone, title, children }: NoteProperties) {
  const Icon = icons[tone];
  return (
    <div className={`note ${tone}`}>
      <Icon size={20} stroke={2} aria-hidden />
      <div>
        {title && (
          <Text fw={650} component="div">
            {title}
          </Text>
        )}
        {children}
      </div>
    </div>
  );
}

/** An error, announced when it appears; nothing when there is none. */
export function ProblemNote({ error, again }: { error: unknown; again?: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  // It may appear below what a small screen shows.
  // Braces: newer browsers answer with a promise, which is no way to clean up after an effect.
  useEffect(() => {
    void box.current?.scrollIntoView({ block: 'nearest' });
  }, [error]);
  if (error === null || error === undefined) return null;
  const errors = error instanceof ApiProblem ? error.errors : [];
  return (
    <div role="alert" ref={box}>
      <Note tone="bad">
        <Stack gap="xs" align="flex-start">
          <span>{sentence(error)}</span>
          {errors.length > 0 && (
            <ul style={{ margin: 0, paddingLeft: '1.2em' }}>
              {errors.map(({ pointer, detail }) => (
                <li key={pointer + detail}>
                  {pointer.replace(/^(#\/|\?)/, '')}: {detail}
                </li>
              ))}
            </ul>
          )}
          {again && (
            <Button size="xs" variant="default" onClick={again}>
              Try again
            </Button>
          )}
        </Stack>
      </Note>
    </div>
  );
}

/** What is announced to readers when it changes, and seen by nobody. */
export function Announcement({ children }: { children: ReactNode }) {
  return (
    <div className="hidden-text" role="status" aria-live="polite">
      {children}
    </div>
  );
}
