// A small router over the History API: addresses are patterns ("/a/:account/queue"), pages are
// loaded when they are first shown, and the address is the only state.
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
  type AnchorHTMLAttributes,
  type MouseEvent,
  type ReactNode,
} from 'react';

export type Parameters = Record<string, string>;

/** The parameters of `path` under `pattern`, or nothing when it does not match. */
export function match(pattern: string, path: string): Parameters | null {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (wanted.length !== given.length) return null;
  const parameters: Parameters = {};
  for (const [place, part] of wanted.entries()) {
    const value = given[place] ?? '';
    if (part.startsWith(':')) {
      try {
        parameters[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return null;
      }
    } else if (part !== value) {
      return null;
    }
  }
  return parameters;
}

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((one) => one());
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') window.history.pushState(null, '', to);
  else window.history.replaceState(null, '', to);
  tell();
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

/** One parameter of the address's query, and how to set it; empty is the same as absent. */
export function useSearchParameter(name: string): [string, (value: string) => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const value = useMemo(() => new URLSearchParams(search).get(name) ?? '', [search, name]);
  const set = useCallback(
    (next: string) => {
      const parameters = new URLSearchParams(window.location.search);
      if (next === '') parameters.delete(name);
      else parameters.set(name, next);
      const text = parameters.toString();
      navigate(window.location.pathname + (text === '' ? '' : `?${text}`), 'replace');
    },
    [name],
  );
  return [value, set];
}

const ParameterContext = createContext<Parameters>({});
export const useParameters = (): Parameters => useContext(ParameterContext);

export interface Route {
  pattern: string;
  page: ReactNode;
}

export function Routes({ routes, otherwise }: { routes: Route[]; otherwise: ReactNode }) {
  const path = usePath();
  for (const { pattern, page } of routes) {
    const parameters = match(pattern, path);
    if (parameters) return <ParameterContext value={parameters}>{page}</ParameterContext>;
  }
  return otherwise;
}

export function Redirect({ to }: { to: string }) {
  useEffect(() => {
    navigate(to, 'replace');
  }, [to]);
  return null;
}

type LinkProperties = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** Follows `href` without loading the page anew; with a modifier key, as the browser does. */
export function RouterLink({ href, onClick, ...rest }: LinkProperties) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !plain || rest.target) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
