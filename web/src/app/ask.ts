// How pages ask the gateway: answers are kept per account under ['a', account, ...], so that the
// event stream can say "ask again" for a whole account at once.
import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type Query,
  type QueryClient,
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

/** Lists with more pages than this are not asked for again by themselves: page by page that takes long. */
const shallow = 3;

function pagesOf(query: Query): number {
  const data = query.state.data as { pages?: unknown[] } | undefined;
  return data?.pages?.length ?? 0;
}

/** Has what the key covers asked for again where it is shown; a long list says that it has changed. */
export async function refresh(queries: QueryClient, queryKey: QueryKey): Promise<void> {
  await queries.invalidateQueries({ queryKey, refetchType: 'none' });
  await queries.refetchQueries({
    queryKey,
    type: 'active',
    predicate: (query) => query.isStale() && pagesOf(query) <= shallow,
  });
}

/** A GET in pages: `ask` gets the cursor of the page, and a page says its `next`. */
export function usePages<Page extends { next: Cursor | null }, Cursor extends string | number>(
  what: readonly unknown[],
  ask: (path: { account: string }, after: Cursor | null) => Promise<Page>,
) {
  const { account } = useAccount();
  const queries = useQueryClient();
  const queryKey = accountKey(account, ...what);
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => ask({ account }, pageParam as Cursor | null),
    initialPageParam: null as Cursor | null,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    // Stale only when refresh() says so, and forgotten with the page that shows it.
    staleTime: Infinity,
    gcTime: 0,
  });
  const count = query.data?.pages.length ?? 0;
  return {
    ...query,
    hasChanged: count > shallow && query.isStale,
    /** Begins again with the first page. */
    renew: () => {
      queries.setQueryData<typeof query.data>(
        queryKey,
        (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
      );
      window.scrollTo(0, 0);
      void query.refetch();
    },
  };
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
      await refresh(queries, accountKey(account));
    },
  });
}
