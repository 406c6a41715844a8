// TLS reports (RFC 8460): those of others about our domains, and what became of ours.
import { Group } from '@mantine/core';

import { mayIn } from '../../app/roles';
import { Redirect, RouterLink, useParameters } from '../../app/router';
import { useAccount, useMe } from '../../app/session';
import { Page } from '../../parts/Page';
import { Received } from './Received';
import { Sent } from './Sent';

const received = {
  at: '/reports',
  title: 'Received',
  lead: 'How others fared when they sent mail to your domains, as they report it. A report is what its sender claims: a hint where to look, no proof.',
  body: <Received />,
};
const sent = {
  at: '/reports/sent',
  title: 'Sent by us',
  lead: 'Each day, what this gateway saw is told to the domains that ask for it. These reports cover all accounts.',
  body: <Sent />,
};

export default function Reports() {
  const { part } = useParameters();
  const { at } = useAccount();
  const { grants } = useMe();
  // What the gateway sends covers all accounts, so only who may see them all sees it.
  const seesSent = mayIn(grants, '*', 'administrator');
  if (part !== undefined && !(part === 'sent' && seesSent)) return <Redirect to={at('/reports')} />;
  const now = part === 'sent' ? sent : received;
  return (
    <Page title="TLS reports" lead={now.lead}>
      {seesSent && (
        <Group component="nav" aria-label="TLS reports" gap={4}>
          {[received, sent].map((one) => (
            <RouterLink
              key={one.at}
              className="navlink"
              href={at(one.at)}
              aria-current={one === now ? 'page' : undefined}
            >
              {one.title}
            </RouterLink>
          ))}
        </Group>
      )}
      {now.body}
    </Page>
  );
}
