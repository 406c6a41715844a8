// Platform | Validate Your Domains: each domain gets a code to publish, and is looked up live.
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import * as api from '../../api/generated';
import { ApiProblem } from '../../api/problem';
import { useAsk, useDo } from '../../app/ask';
import { useAccount } from '../../app/session';
import { Loaded } from '../../parts/Loaded';
import { ProblemNote } from '../../parts/Note';
import { Link, Page } from '../../parts/Page';
import { DomainCard } from './DomainCard';

function AddDomain() {
  const [domain, setDomain] = useState('');
  const add = useDo<string, api.Domain>(
    (path, name) => api.addDomain(path, { domain: name }),
    () => setDomain(''),
  );
  const atField = add.error instanceof ApiProblem ? add.error.field('domain') : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (domain.trim() !== '') add.mutate(domain.trim());
  };
  return (
    <form onSubmit={submit} noValidate className="card">
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Internal domain"
            placeholder="example.com"
            value={domain}
            onChange={(event) => setDomain(event.currentTarget.value)}
            error={atField !== undefined}
            autoCapitalize="none"
            spellCheck={false}
            style={{ flex: '1 1 16rem' }}
            size="md"
          />
          <Button type="submit" size="md" loading={add.isPending} disabled={domain.trim() === ''}>
            Add
          </Button>
        </Group>
        <ProblemNote error={add.error} />
      </Stack>
    </form>
  );
}

export default function ValidateDomains() {
  const { at, may } = useAccount();
  const domains = useAsk(['domains'], api.listDomains);
  return (
    <Page
      title="Validate Your Domains"
      above={
        <>
          <Link href={at('/tasks')}>Tasks</Link> | Platform
        </>
      }
      lead="Postern takes mail only for domains that are proved to be yours. A subdomain of a validated domain needs no proof of its own."
      width={860}
    >
      {may('administrator') && <AddDomain />}
      <Loaded query={domains}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="card">
              <Text>No domain yet. Add the first one that your organisation receives mail for.</Text>
            </div>
          ) : (
            <Stack component="ul" className="plain-list" gap="md">
              {items.map((domain) => (
                <li key={domain.id}>
                  <DomainCard domain={domain} />
                </li>
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}
