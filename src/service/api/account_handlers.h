// Accounts: the organisations that share this gateway. Whoever asks sees those that they have a
// role in; making and removing them is for administrators of every account.
#pragma once

#include <memory>
#include <unordered_map>

#include "service/api/account_types.h"
#include "service/api/editor.h"
#include "service/api/operations.h"

namespace postern::api {

class AccountHandlers {
 public:
  explicit AccountHandlers(Editor& editor) : editor_(editor) {}

  [[nodiscard]] Handled<Accounts> list(Call call);
  [[nodiscard]] Handled<Account> get(Call call);
  [[nodiscard]] Handled<Account> add(Call call, AccountInput input);
  [[nodiscard]] Handled<Account> change(Call call, AccountChange change);
  [[nodiscard]] Handled<Nothing> remove(Call call);

 private:
  struct Counts {
    std::int64_t domains = 0, policies = 0;
  };
  [[nodiscard]] Account shown(const std::shared_ptr<const policy::PolicyBook>& book,
                              const policy::Account& account);

  Editor& editor_;
  // Counted once for each book: it may hold a million policies.
  std::weak_ptr<const policy::PolicyBook> counted_;
  std::unordered_map<base::AccountId, Counts> counts_;
};

void declare_accounts(Operations& operations, AccountHandlers* handlers);

}  // namespace postern::api
