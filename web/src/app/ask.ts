// How pages ask the gateway: answers are kept per account under ['a', account, ...], so that the
// event stream can say "ask again" for a whole account at once.
import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryKey,
} from '@tanstack/react-query';

import { ApiProblem } from '../api/problem';
import { useAccount } from './session';

export function accountKey(account: string, ...rest: readonly unknown[]): QueryKey {
  return ['a', account, ...rest];
}

/** Only what may pass by itself is tried again. */
export function worthRetrying(count: number, error: unknown): boolean {
  return count < 2 && error instanceof ApiProblem && (error.status === 0 || error.status === 503);
}

type Ask<T> = (path: { account: string }) => Promise<T>;

interface Options {
  enabled?: boolean;
  /** Milliseconds between two looks, for what no event tells. */
  every?: number;
}

/** A GET of this account. */
export function useAsk<T>(what: readonly unknown[], ask: Ask<T>, { enabled = true, every }: Options = {}) {
  const { account } = useAccount();
  return useQuery({
    queryKey: accountKey(account, ...what),
    queryFn: () => ask({ account }),
    enabled,
    refetchInterval: every,
  });
}

/** A GET in pages: `ask` gets the cursor of the page, and a page says its `next`. */
export function usePages<Page extends { next: Cursor | null }, Cursor extends string | number>(
  what: readonly unknown[],
  ask: (path: { account: string }, after: Cursor | null) => Promise<Page>,
) {
  const { account } = useAccount();
  return useInfiniteQuery({
    queryKey: accountKey(account, ...what),
    queryFn: ({ pageParam }) => ask({ account }, pageParam as Cursor | null),
    initialPageParam: null as Cursor | null,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });
}

/** A change in this account; what it may have touched is asked for again. */
export function useDo<Input, Reply>(
  work: (path: { account: string }, input: Input) => Promise<Reply>,
  then?: (reply: Reply, input: Input) => void,
) {
  const { account } = useAccount();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => work({ account }, input),
    onSuccess: async (reply, input) => {
      then?.(reply, input);
      await queries.invalidateQueries({ queryKey: accountKey(account) });
    },
  });
}
