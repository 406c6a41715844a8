import { describe, expect, it } from 'vitest';

import { portOf, snippetsFor, targetOf } from './snippets';

const gateway = {
  hostname: 'gateway.example',
  version: '1',
  node: 'gw1',
  certificates: [],
  listeners: [
    { role: 'world', address: '203.0.113.5:25', tls: 'starttls' },
    { role: 'internal', address: '10.0.0.2:465', tls: 'implicit' },
    { role: 'internal', address: '[fd00::2]:587', tls: 'starttls' },
  ],
};

describe('where internal servers send to', () => {
  it('is the internal listener with STARTTLS', () => {
    expect(targetOf(gateway)).toEqual({ host: 'gateway.example', port: 587, implicit: false });
  });
  it('is the one with implicit TLS where there is no other', () => {
    expect(targetOf({ ...gateway, listeners: gateway.listeners.slice(0, 2) })).toEqual({
      host: 'gateway.example',
      port: 465,
      implicit: true,
    });
  });
  it('knows ports of both address families', () => {
    expect(portOf('[::1]:2525')).toBe(2525);
    expect(portOf('nonsense')).toBeNull();
  });
});

describe('the snippets', () => {
  it('carry the real name and port', () => {
    const snippets = snippetsFor(targetOf(gateway));
    expect(snippets.map(({ name }) => name)).toEqual([
      'Postfix',
      'Exim',
      'Exchange Server',
      'Microsoft 365',
      'Google Workspace',
    ]);
    for (const { text } of snippets) expect(text).toContain('gateway.example');
    expect(snippets[0]?.text).toContain('relayhost = [gateway.example]:587');
  });
  it('ask for TLS from the first byte where that is needed', () => {
    const [postfix, exim] = snippetsFor({ host: 'gateway.example', port: 465, implicit: true });
    expect(postfix?.text).toContain('smtp_tls_wrappermode = yes');
    expect(exim?.text).toContain('protocol = smtps');
  });
});
