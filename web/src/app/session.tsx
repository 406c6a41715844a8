// Who is signed in, and what they may do where.
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';

import * as api from '../api/generated';
import { setToken, whenSessionEnds } from '../api/http';
import { ApiProblem } from '../api/problem';
import { mayIn } from './roles';

interface Session {
  me: api.Me | null;
  begin: (me: api.Me) => void;
  signOut: () => Promise<void>;
}

const SessionContext = createContext<Session | null>(null);

type State =
  { phase: 'asking' } | { phase: 'known'; me: api.Me | null } | { phase: 'failed'; error: unknown };

async function ask(): Promise<State> {
  try {
    const me = await api.getSession();
    setToken(me.csrf_token);
    return { phase: 'known', me };
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return { phase: 'known', me: null };
    return { phase: 'failed', error };
  }
}

interface Properties {
  children: ReactNode;
  waiting: ReactNode;
  failed: (error: unknown, again: () => void) => ReactNode;
}

export function SessionProvider({ children, waiting, failed }: Properties) {
  const [state, setState] = useState<State>({ phase: 'asking' });
  const queries = useQueryClient();

  const again = useCallback(() => {
    void ask().then(setState);
  }, []);
  useEffect(again, [again]);

  const end = useCallback(() => {
    setToken('');
    queries.clear();
    setState({ phase: 'known', me: null });
  }, [queries]);
  useEffect(() => {
    return whenSessionEnds(end);
  }, [end]);

  const begin = useCallback((me: api.Me) => {
    setToken(me.csrf_token);
    setState({ phase: 'known', me });
  }, []);
  const signOut = useCallback(async () => {
    await api.signOut().catch(() => undefined);
    end();
  }, [end]);

  const me = state.phase === 'known' ? state.me : null;
  const session = useMemo(() => ({ me, begin, signOut }), [me, begin, signOut]);
  if (state.phase === 'asking') return waiting;
  if (state.phase === 'failed') return failed(state.error, again);
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside of SessionProvider');
  return session;
}

export function useMe(): api.Me {
  const { me } = useSession();
  if (!me) throw new Error('useMe without a session');
  return me;
}

/** Under which name the browser remembers the account that was in sight last. */
export const lastAccount = 'postern-account';

interface AccountInSight {
  account: string;
  /** Whether the session may do what needs this role, in this account. */
  may: (role: api.Role) => boolean;
  /** The address of a page of this account: at('/queue'). */
  at: (page: string) => string;
}

const AccountContext = createContext<AccountInSight | null>(null);

export function AccountProvider({ account, children }: { account: string; children: ReactNode }) {
  const me = useMe();
  const value = useMemo(
    () => ({
      account,
      may: (role: api.Role) => mayIn(me.grants, account, role),
      at: (page: string) => `/a/${encodeURIComponent(account)}${page}`,
    }),
    [account, me],
  );
  useEffect(() => {
    localStorage.setItem(lastAccount, account);
  }, [account]);
  return <AccountContext value={value}>{children}</AccountContext>;
}

export function useAccount(): AccountInSight {
  const value = useContext(AccountContext);
  if (!value) throw new Error('useAccount outside of an account');
  return value;
}
