// Which page stands at which address. Pages are loaded when they are first shown.
import { Container } from '@mantine/core';
import { lazy, Suspense } from 'react';

import { ProblemNote } from '../parts/Note';
import { Waiting } from '../parts/Loaded';
import { CrashGuard } from './CrashGuard';
import { match, Redirect, Routes, usePath, type Route } from './router';
import { AccountProvider, useSession } from './session';
import { Shell } from './Shell';
import { LiveProvider } from '../live/live';

const SignIn = lazy(() => import('../pages/SignIn'));
const Setup = lazy(() => import('../pages/Setup'));
const Home = lazy(() => import('../pages/Home'));
const Tasks = lazy(() => import('../pages/Tasks'));
const ValidateDomains = lazy(() => import('../pages/domains/ValidateDomains'));
const Inbound = lazy(() => import('../pages/inbound/Inbound'));
const Outbound = lazy(() => import('../pages/outbound/Outbound'));
const TlsPolicies = lazy(() => import('../pages/tls/TlsPolicies'));
const Overview = lazy(() => import('../pages/overview/Overview'));
const Policies = lazy(() => import('../pages/policies/Policies'));
const Partner = lazy(() => import('../pages/partner/Partner'));
const Queue = lazy(() => import('../pages/queue/Queue'));
const MessageTrace = lazy(() => import('../pages/queue/MessageTrace'));
const Evidence = lazy(() => import('../pages/evidence/Evidence'));
const Reports = lazy(() => import('../pages/reports/Reports'));
const Publish = lazy(() => import('../pages/publish/Publish'));
const Audit = lazy(() => import('../pages/audit/Audit'));
const Settings = lazy(() => import('../pages/settings/Settings'));
const NotFound = lazy(() => import('../pages/NotFound'));

const inAccount: Route[] = [
  { pattern: '/a/:account', page: <Home /> },
  { pattern: '/a/:account/tasks', page: <Tasks /> },
  { pattern: '/a/:account/tasks/validate-domains', page: <ValidateDomains /> },
  { pattern: '/a/:account/tasks/inbound', page: <Inbound /> },
  { pattern: '/a/:account/tasks/outbound', page: <Outbound /> },
  { pattern: '/a/:account/tasks/tls-policies', page: <TlsPolicies /> },
  { pattern: '/a/:account/tasks/tls-policies/:step', page: <TlsPolicies /> },
  { pattern: '/a/:account/overview', page: <Overview /> },
  { pattern: '/a/:account/policies', page: <Policies /> },
  { pattern: '/a/:account/partners/:domain', page: <Partner /> },
  { pattern: '/a/:account/queue', page: <Queue /> },
  { pattern: '/a/:account/messages/:id', page: <MessageTrace /> },
  { pattern: '/a/:account/evidence', page: <Evidence /> },
  { pattern: '/a/:account/reports', page: <Reports /> },
  { pattern: '/a/:account/reports/:part', page: <Reports /> },
  { pattern: '/a/:account/publish', page: <Publish /> },
  { pattern: '/a/:account/audit', page: <Audit /> },
  { pattern: '/a/:account/settings', page: <Settings /> },
  { pattern: '/a/:account/settings/:part', page: <Settings /> },
];

function AccountPages({ account }: { account: string }) {
  const path = usePath();
  return (
    <AccountProvider account={account} key={account}>
      <LiveProvider>
        <Shell>
          <CrashGuard key={path}>
            <Suspense fallback={<Waiting />}>
              <Routes routes={inAccount} otherwise={<NotFound />} />
            </Suspense>
          </CrashGuard>
        </Shell>
      </LiveProvider>
    </AccountProvider>
  );
}

/** The account that an address is about: "/a/main/queue" => "main". */
function accountOf(path: string): string | null {
  const [, a, name] = path.split('/');
  return a === 'a' && name ? (match('/:account', `/${name}`)?.account ?? null) : null;
}

/** Where to go after signing in: back to the page that asked for it. */
function whence(path: string): string {
  const here = path + window.location.search;
  return path === '/' || path === '/sign-in' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(here)}`;
}

export function Pages() {
  const { me } = useSession();
  const path = usePath();
  if (path === '/setup' || path === '/sign-in') {
    return <Suspense fallback={null}>{path === '/setup' ? <Setup /> : <SignIn />}</Suspense>;
  }
  if (!me) return <Redirect to={whence(path)} />;
  const account = accountOf(path);
  if (account !== null) return <AccountPages account={account} />;
  return (
    <Suspense fallback={null}>
      <Home />
    </Suspense>
  );
}

export function NotReached({ error, again }: { error: unknown; again: () => void }) {
  return (
    <Container size="sm" py="xl" component="main">
      <ProblemNote error={error} again={again} />
    </Container>
  );
}
