// An internal server route, to add or to change.
import { Text, TextInput, Textarea } from '@mantine/core';
import { useState } from 'react';

import * as api from '../../api/generated';
import { ApiProblem } from '../../api/problem';
import { useDo } from '../../app/ask';
import { FormDialog } from '../../parts/Dialog';
import { ServerFields, SignInFields, useWhereTo } from '../../parts/WhereTo';

interface Properties {
  domains: api.Domain[];
  route: api.Route | null;
  onClose: () => void;
}

export function RouteDialog({ domains, route, onClose }: Properties) {
  const [domain, setDomain] = useState(route?.domain ?? domains[0]?.domain ?? '');
  const [names, setNames] = useState(route?.names.join('\n') ?? '');
  const to = useWhereTo(route);

  const save = useDo<void, api.Route>((path) => {
    const input = { ...to.input, domain, names: names.split(/[\s,]+/).filter(Boolean) };
    return route ? api.replaceRoute({ ...path, id: String(route.id) }, input) : api.addRoute(path, input);
  }, onClose);
  const problem = save.error instanceof ApiProblem ? save.error : null;

  return (
    <FormDialog
      opened
      onClose={onClose}
      title={route ? 'Change the route' : 'Add a route'}
      verb={route ? 'Save' : 'Add'}
      busy={save.isPending}
      disabled={to.input.host === '' || domain === ''}
      error={save.error}
      onSubmit={() => save.mutate()}
    >
      <TextInput
        label="Domain"
        description="A validated domain of yours, or one below it."
        value={domain}
        onChange={(event) => setDomain(event.currentTarget.value)}
        error={problem?.field('domain')}
        list="validated-domains"
        spellCheck={false}
      />
      <datalist id="validated-domains">
        {domains.map((one) => (
          <option key={one.id} value={one.domain} />
        ))}
      </datalist>
      <ServerFields to={to} problem={problem} />
      <details>
        <summary>Credentials and further names</summary>
        <SignInFields to={to} problem={problem} />
        <Textarea
          label="Further names that the certificate may carry"
          description="One a line."
          value={names}
          onChange={(event) => setNames(event.currentTarget.value)}
          error={problem?.field('names')}
          autosize
          minRows={2}
        />
      </details>
      <Text size="sm" c="dimmed">
        Which mode is enforced is proved in Set Up Your TLS Policies, never chosen here.
      </Text>
    </FormDialog>
  );
}
