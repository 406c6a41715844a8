// What happens at the gateway while a page is open, whoever does it: one event stream an account.
// `change` and `queue` make the pages ask again, `draft` the wizard, `job` brings progress itself.
// When the stream was lost, everything is asked for again, since nobody knows what was missed.
import { notifications } from '@mantine/notifications';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';

import { importEvent, importJob, type Event } from '../api/generated';
import { base } from '../api/http';
import { accountKey } from '../app/ask';
import { useAccount, useMe } from '../app/session';
import { describeChange } from './words';

export type LiveState = 'connecting' | 'live' | 'lost';
const LiveContext = createContext<LiveState>('connecting');
export const useLiveState = (): LiveState => useContext(LiveContext);

const firstPause = 1_000;
const longestPause = 30_000;

function onJob(queries: QueryClient, account: string, data: string): void {
  const job = importJob(JSON.parse(data));
  queries.setQueryData(accountKey(account, 'job', job.id), job);
  if (job.state !== 'running') void queries.invalidateQueries({ queryKey: accountKey(account, 'draft') });
}

function onEvent(queries: QueryClient, account: string, event: Event, me: string): void {
  if (event.kind === 'draft') {
    void queries.invalidateQueries({ queryKey: accountKey(account, 'draft') });
    return;
  }
  if (event.kind === 'queue') {
    for (const what of ['queue', 'overview', 'message']) {
      void queries.invalidateQueries({ queryKey: accountKey(account, what) });
    }
    return;
  }
  void queries.invalidateQueries({ queryKey: accountKey(account) });
  const ownWork = event.actor === me && event.via === 'api';
  if (!ownWork && event.action !== '') {
    notifications.show({ message: describeChange(event), autoClose: 8_000 });
  }
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const { account } = useAccount();
  const { user } = useMe();
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    let source: EventSource | null = null;
    let timer: number | undefined;
    let pause = firstPause;
    let missedSome = false;

    const safely = (work: () => void) => {
      try {
        work();
      } catch (error) {
        console.error('An event was not understood:', error);
      }
    };
    const open = () => {
      source = new EventSource(`${base}/accounts/${encodeURIComponent(account)}/events`);
      source.onopen = () => {
        setState('live');
        pause = firstPause;
        if (missedSome) void queries.invalidateQueries({ queryKey: accountKey(account) });
        missedSome = false;
      };
      source.onerror = () => {
        source?.close();
        missedSome = true;
        setState('lost');
        timer = window.setTimeout(open, pause);
        pause = Math.min(pause * 2, longestPause);
      };
      source.addEventListener('job', ({ data }) => safely(() => onJob(queries, account, String(data))));
      for (const kind of ['change', 'draft', 'queue']) {
        source.addEventListener(kind, ({ data }: MessageEvent) =>
          safely(() => onEvent(queries, account, importEvent(JSON.parse(String(data))), user)),
        );
      }
    };
    open();
    return () => {
      window.clearTimeout(timer);
      source?.close();
    };
  }, [account, user, queries]);

  return <LiveContext value={state}>{children}</LiveContext>;
}
