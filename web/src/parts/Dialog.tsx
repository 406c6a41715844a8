// Dialogs: labelled, closed by Escape, focus kept inside and given back.
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useEffect, useRef, type FormEvent, type ReactNode } from 'react';

import { focusWithin } from '../app/focus';
import { ProblemNote } from './Note';

interface Properties {
  opened: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  size?: string | number;
}

export function Dialog({ opened, onClose, title, children, size = 560 }: Properties) {
  return (
    <Modal.Root opened={opened} onClose={onClose} size={size} centered radius="lg">
      <Modal.Overlay />
      <Modal.Content>
        {/* Not Modal.Header: its element would be a second banner of the document. */}
        <Group justify="space-between" wrap="nowrap" p="md" pb="xs">
          <Modal.Title>
            <Text fw={650} size="lg" span>
              {title}
            </Text>
          </Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Group>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

interface FormProperties extends Properties {
  /** The button that does it. */
  verb: string;
  onSubmit: () => void;
  busy?: boolean;
  error?: unknown;
  disabled?: boolean;
  danger?: boolean;
}

/** A dialog that asks for something and does it; what it answers with is shown above the buttons. */
export function FormDialog({
  verb,
  onSubmit,
  busy = false,
  error,
  disabled = false,
  danger = false,
  children,
  ...dialog
}: FormProperties) {
  const form = useRef<HTMLFormElement>(null);
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && !busy && form.current) focusWithin(form.current);
    wasBusy.current = busy;
  }, [busy]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !disabled) onSubmit();
  };
  return (
    <Dialog {...dialog}>
      <form onSubmit={submit} noValidate ref={form}>
        <Stack gap="md">
          {children}
          <ProblemNote error={error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={dialog.onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} disabled={disabled} color={danger ? 'red' : undefined}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
