// What happens at the gateway while a page is open, whoever does it: one event stream an account.
// `change` and `queue` make the pages ask again, `draft` the wizard, `job` brings progress itself.
// When the stream was lost, everything is asked for again, since nobody knows what was missed.
import { notifications } from '@mantine/notifications';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';

import { getAccount, importEvent, importJob, type Event } from '../api/generated';
import { base } from '../api/http';
import { accountKey, refresh } from '../app/ask';
import { useAccount, useMe } from '../app/session';
import { gather } from './gather';
import { describeChange, isBy } from './words';

export type LiveState = 'connecting' | 'live' | 'lost';
const LiveContext = createContext<LiveState>('connecting');
export const useLiveState = (): LiveState => useContext(LiveContext);

const firstPause = 1_000;
const longestPause = 30_000;

const pauseBetweenAsks = 1_000;

// What a kind of event makes worth asking again; for a change anything may be.
const touched: Record<string, string[]> = {
  draft: ['draft', 'plan'],
  queue: ['queue', 'overview', 'message'],
};

function onJob(queries: QueryClient, account: string, data: string): void {
  const job = importJob(JSON.parse(data));
  queries.setQueryData(accountKey(account, 'job', job.id), job);
  if (job.state !== 'running') void refresh(queries, accountKey(account, 'draft'));
}

function tellOfOthers(event: Event, me: string): void {
  if (event.kind !== 'change' || isBy(event, me) || event.action === '') return;
  notifications.show({ message: describeChange(event), autoClose: 8_000 });
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
    const askAgain = gather<string>((kinds) => {
      if ([...kinds].some((kind) => touched[kind] === undefined)) {
        void refresh(queries, accountKey(account));
        return;
      }
      for (const kind of kinds) {
        for (const what of touched[kind] ?? []) void refresh(queries, accountKey(account, what));
      }
    }, pauseBetweenAsks);

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
        if (missedSome) askAgain.add('everything');
        missedSome = false;
      };
      source.onerror = () => {
        source?.close();
        missedSome = true;
        setState('lost');
        // The stream does not say why. If the session has ended, this answer does.
        void getAccount({ account }).catch(() => undefined);
        timer = window.setTimeout(open, pause);
        pause = Math.min(pause * 2, longestPause);
      };
      source.addEventListener('job', ({ data }) => safely(() => onJob(queries, account, String(data))));
      for (const kind of ['change', 'draft', 'queue']) {
        source.addEventListener(kind, ({ data }: MessageEvent) =>
          safely(() => {
            const event = importEvent(JSON.parse(String(data)));
            askAgain.add(event.kind);
            tellOfOthers(event, user);
          }),
        );
      }
    };
    const close = () => {
      window.clearTimeout(timer);
      source?.close();
      source = null;
    };
    // Browsers hold few connections to one gateway: a page that nobody sees gives its own back.
    const onVisibility = () => {
      close();
      missedSome = true;
      if (document.visibilityState === 'visible') open();
    };
    document.addEventListener('visibilitychange', onVisibility);
    open();
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      askAgain.stop();
      close();
    };
  }, [account, user, queries]);

  return <LiveContext value={state}>{children}</LiveContext>;
}
