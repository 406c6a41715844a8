// The set-up tasks of an account, and whether its outbound mail has reached the gateway yet.
#pragma once

#include <functional>

#include "core/onboarding/tasks.h"
#include "service/api/account_types.h"
#include "service/api/desk.h"
#include "service/api/operations.h"

namespace postern::api {

class TaskHandlers {
 public:
  // Is a draft of TLS policies waiting in this account? Runs on the desk's
  // thread; empty: there never is one.
  using HasDraft = std::function<base::Result<bool>(records::Records&, base::AccountId)>;
  struct Needs {
    net::Shard& shard;
    Desk& reads;
    HasDraft has_draft;
  };
  explicit TaskHandlers(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] Handled<Tasks> list(Call call);
  [[nodiscard]] Handled<FirstMessage> first_message(Call call);

 private:
  Needs needs_;
};

void declare_tasks(Operations& operations, TaskHandlers* handlers);

// What the configuration alone says; messages and drafts are the caller's.
[[nodiscard]] onboarding::Progress progress_of(const policy::PolicyBook& book,
                                               base::AccountId account, base::Instant now);

}  // namespace postern::api
