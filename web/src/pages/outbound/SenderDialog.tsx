import { Checkbox, PasswordInput, Radio, Stack, TextInput, Textarea } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { shortestPassword } from '../../api/limits';
import { ApiProblem } from '../../api/problem';
import { useDo } from '../../app/ask';
import { FormDialog } from '../../parts/Dialog';

const kinds: { value: api.SenderKind; label: string; description: string }[] = [
  { value: 'address-range', label: 'Its address', description: 'For servers in a network of your own.' },
  { value: 'credentials', label: 'Name and password', description: 'For servers whose address changes.' },
  {
    value: 'client-certificate',
    label: 'Its certificate',
    description: 'For hosted services that show one.',
  },
];

export function SenderDialog({ sender, onClose }: { sender: api.Sender | null; onClose: () => void }) {
  const [kind, setKind] = useState<api.SenderKind>(sender?.kind ?? 'address-range');
  const [range, setRange] = useState(sender?.range ?? '');
  const [user, setUser] = useState(sender?.user ?? '');
  const [password, setPassword] = useState('');
  const [spki, setSpki] = useState(sender?.certificate_spki ?? '');
  const [pem, setPem] = useState('');
  const [requireTls, setRequireTls] = useState(sender?.require_tls ?? false);
  const [note, setNote] = useState(sender?.note ?? '');

  const save = useDo<void, api.Sender>((path) => {
    const input: api.SenderInput = { kind, require_tls: requireTls, note };
    if (kind === 'address-range') input.range = range.trim();
    if (kind === 'credentials')
      Object.assign(input, { user: user.trim(), password: password === '' ? null : password });
    if (kind === 'client-certificate')
      Object.assign(input, pem.trim() === '' ? { certificate_spki: spki.trim() } : { certificate_pem: pem });
    return sender ? api.replaceSender({ ...path, id: String(sender.id) }, input) : api.addSender(path, input);
  }, onClose);
  const problem = save.error instanceof ApiProblem ? save.error : null;

  return (
    <FormDialog
      opened
      onClose={onClose}
      title={sender ? 'Change the server' : 'Add a server'}
      verb={sender ? 'Save' : 'Add'}
      busy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
    >
      <Radio.Group
        label="Known by"
        value={kind}
        onChange={(value) => setKind(kinds.find((one) => one.value === value)?.value ?? 'address-range')}
      >
        <Stack gap="xs" mt={6}>
          {kinds.map((one) => (
            <Radio key={one.value} {...one} />
          ))}
        </Stack>
      </Radio.Group>
      {kind === 'address-range' && (
        <TextInput
          label="Addresses"
          description="One address, or a range as 192.0.2.0/24."
          value={range}
          onChange={(event) => setRange(event.currentTarget.value)}
          error={problem?.field('range')}
          spellCheck={false}
        />
      )}
      {kind === 'credentials' && (
        <>
          <TextInput
            label="Name"
            value={user}
            onChange={(event) => setUser(event.currentTarget.value)}
            error={problem?.field('user')}
            autoComplete="off"
            spellCheck={false}
          />
          <PasswordInput
            label="Password"
            description={
              sender?.password_set
                ? 'Empty: as before.'
                : `At least ${shortestPassword} characters. It is taken over TLS only.`
            }
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={problem?.field('password')}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
          />
        </>
      )}
      {kind === 'client-certificate' && (
        <>
          <Textarea
            label="Certificate (PEM)"
            value={pem}
            onChange={(event) => setPem(event.currentTarget.value)}
            error={problem?.field('certificate_pem')}
            autosize
            minRows={3}
            maxRows={8}
            spellCheck={false}
          />
          <TextInput
            label="Or the SHA-256 of its key, hex"
            value={spki}
            onChange={(event) => setSpki(event.currentTarget.value)}
            error={problem?.field('certificate_spki')}
            spellCheck={false}
            disabled={pem.trim() !== ''}
          />
        </>
      )}
      <TextInput
        label="Note"
        description="What it is, in your words."
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        error={problem?.field('note')}
      />
      <Checkbox
        label="Require TLS"
        description="Its MAIL FROM is refused without TLS."
        checked={requireTls}
        onChange={(event) => setRequireTls(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
