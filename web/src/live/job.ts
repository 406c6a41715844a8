// A job and its progress: told by the event stream, and asked for where that is lost.
import * as api from '../api/generated';
import { useAsk } from '../app/ask';
import { useLiveState } from './live';

export function useJob(id: string | null): api.Job | undefined {
  const live = useLiveState();
  const job = useAsk(['job', id], (path) => api.getJob({ ...path, id: id ?? '' }), {
    enabled: id !== null,
    every: id === null ? undefined : live === 'live' ? 5_000 : 1_000,
  });
  return job.data;
}
