// How mail servers are pointed at the gateway, with its real name and port filled in.
import type { GatewayInfo, Place } from '../../api/generated';

export interface Snippet {
  name: string;
  /** What to do with it, in a sentence or two. */
  lead: string;
  text: string;
}

export interface Target {
  host: string;
  port: number;
  /** TLS from the first byte instead of STARTTLS. */
  implicit: boolean;
}

/** The port of a listener's address: "10.0.0.2:587", "[::]:587". */
export function portOf(address: string): number | null {
  const text = /:(\d+)$/.exec(address)?.[1];
  return text === undefined ? null : Number(text);
}

function preferred(places: Place[], tls: string): number | null {
  for (const { role, tls: way, address } of places) {
    if (role === 'internal' && way === tls) return portOf(address);
  }
  return null;
}

/** Where internal servers send to: the first internal listener with STARTTLS, else implicit TLS. */
export function targetOf({ hostname, listeners }: GatewayInfo): Target {
  const starttls = preferred(listeners, 'starttls');
  const implicit = preferred(listeners, 'implicit');
  return {
    host: hostname,
    port: starttls ?? implicit ?? 25,
    implicit: starttls === null && implicit !== null,
  };
}

export function snippetsFor({ host, port, implicit }: Target): Snippet[] {
  return [
    {
      name: 'Postfix',
      lead: 'In /etc/postfix/main.cf, then "postfix reload". With credentials, add smtp_sasl_auth_enable = yes and a smtp_sasl_password_maps.',
      text: [
        `relayhost = [${host}]:${port}`,
        'smtp_tls_security_level = secure',
        ...(implicit ? ['smtp_tls_wrappermode = yes'] : []),
        'smtp_tls_CApath = /etc/ssl/certs',
        'smtp_tls_session_cache_database = btree:${data_directory}/smtp_scache',
      ].join('\n'),
    },
    {
      name: 'Exim',
      lead: 'A router before dnslookup, and its transport, in the Exim configuration.',
      text: [
        '# in "begin routers", before dnslookup',
        'postern:',
        '  driver = manualroute',
        '  domains = ! +local_domains',
        `  route_list = * ${host}::${port} byname`,
        '  transport = postern_smtp',
        '  no_more',
        '',
        '# in "begin transports"',
        'postern_smtp:',
        '  driver = smtp',
        ...(implicit ? ['  protocol = smtps'] : []),
        `  hosts_require_tls = ${host}`,
        `  tls_verify_hosts = ${host}`,
        `  tls_verify_cert_hostnames = ${host}`,
        '  tls_verify_certificates = system',
      ].join('\n'),
    },
    {
      name: 'Exchange Server',
      lead: 'In the Exchange Management Shell; all mail to the outside goes through this connector.',
      text: [
        'New-SendConnector -Name "Postern" -Usage Internet -AddressSpaces "SMTP:*;1" `',
        `  -SmartHosts "${host}" -Port ${port} -DNSRoutingEnabled $false \``,
        '  -RequireTLS $true -TlsAuthLevel DomainValidation `',
        `  -TlsDomain "${host}" -SourceTransportServers (Get-TransportService).Name`,
      ].join('\n'),
    },
    {
      name: 'Microsoft 365',
      lead: 'In Exchange Online PowerShell. Exchange Online sends to port 25 only: the gateway needs a listener there. Let the senders in by client certificate, or by the address ranges that Microsoft publishes.',
      text: [
        'New-OutboundConnector -Name "Postern" -ConnectorType OnPremises `',
        `  -SmartHosts "${host}" -UseMXRecord $false -RecipientDomains "*" \``,
        `  -TlsSettings DomainValidation -TlsDomain "${host}"`,
      ].join('\n'),
    },
    {
      name: 'Google Workspace',
      lead: 'In the Admin console, Apps > Google Workspace > Gmail > Hosts: add a route, then choose it under Routing > Outbound gateway or a routing rule.',
      text: [
        'Name:                         Postern',
        `Host name:                    ${host}`,
        `Port:                         ${port}`,
        'Require secure transport:     on',
        'Require CA signed certificate: on',
        'Validate certificate hostname: on',
      ].join('\n'),
    },
  ];
}
