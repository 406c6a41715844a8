// The draft of the TLS policies: it lives at the gateway, so that leaving loses nothing and two
// administrators see the same one. Every change answers with the whole draft.
import { useMutation, useQueryClient } from '@tanstack/react-query';

import * as api from '../../api/generated';
import { accountKey, useAsk } from '../../app/ask';
import { navigate } from '../../app/router';
import { useAccount } from '../../app/session';
import { newerDraft } from './newer';

export function useDraft() {
  return useAsk(['draft'], api.getDraft);
}

export function useDraftDo<Input>(
  work: (path: { account: string }, input: Input) => Promise<api.Draft>,
  then?: (draft: api.Draft) => void,
) {
  const { account } = useAccount();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => work({ account }, input),
    onSuccess: (draft) => {
      queries.setQueryData(accountKey(account, 'draft'), (before: api.Draft | undefined) =>
        newerDraft(before, draft),
      );
      void queries.invalidateQueries({ queryKey: accountKey(account, 'plan') });
      then?.(draft);
    },
  });
}

/** Starts a job of the draft; the draft then names it. */
export function useDraftJob<Input>(
  work: (path: { account: string }, input: Input) => Promise<api.Job>,
  then?: () => void,
) {
  const { account } = useAccount();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => work({ account }, input),
    onSuccess: async (job) => {
      queries.setQueryData(
        accountKey(account, 'job', job.id),
        (before: api.Job | undefined) => before ?? job,
      );
      await queries.invalidateQueries({ queryKey: accountKey(account, 'draft') });
      then?.();
    },
  });
}

/** Goes to a step, and has the draft remember it where the session may change the draft. */
export function useSteps() {
  const { at, may } = useAccount();
  const change = useDraftDo<api.DraftChange>(api.changeDraft);
  const addressOf = (step: api.WizardStep) => at(`/tasks/tls-policies/${step}`);
  return {
    addressOf,
    go: (step: api.WizardStep) => {
      if (may('administrator')) change.mutate({ step });
      navigate(addressOf(step));
    },
  };
}
