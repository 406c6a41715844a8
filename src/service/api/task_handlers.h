// The set-up tasks of an account, and whether its outbound mail has reached the gateway yet.
#pragma once

#include "core/onboarding/tasks.h"
#include "service/api/account_types.h"
#include "service/api/desk.h"
#include "service/api/operations.h"

namespace postern::api {

class TaskHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
  };
  explicit TaskHandlers(Needs needs) : needs_(needs) {}

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
