#include "service/api/account_handlers.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "io/crypto/tls.h"
#include "service/api/etag.h"
#include "service/api/field_reader.h"

namespace postern::api {

namespace {

void check_bundle(FieldReader& fields, const std::string& pem) {
  if (pem.empty()) return;
  const auto certificates = crypto::read_certificates(pem);
  if (!certificates) {
    fields.complain("#/ca_bundle", certificates.error());
  } else if (certificates->empty()) {
    fields.complain("#/ca_bundle", "This holds no certificate.");
  }
}

// Why the account cannot go; empty: it can.
std::string why_needed(const policy::Configuration& all, base::AccountId account) {
  if (all.accounts.size() == 1) return "The last account cannot be removed.";
  const auto holds = [account](const auto& items) {
    return std::ranges::any_of(items, [&](const auto& one) { return one.account == account; });
  };
  if (holds(all.domains) || holds(all.external_routes) || holds(all.senders) ||
      holds(all.policies) || holds(all.exceptions)) {
    return "The account still has domains, routes, senders, policies or exceptions: remove them "
           "first.";
  }
  return {};
}

}  // namespace

Account AccountHandlers::shown(const std::shared_ptr<const policy::PolicyBook>& book,
                               const policy::Account& account) {
  if (counted_.lock() != book) {
    counts_.clear();
    for (const auto& one : book->configuration().domains) ++counts_[one.account].domains;
    for (const auto& one : book->configuration().policies) ++counts_[one.account].policies;
    counted_ = book;
  }
  const Counts counts = counts_[account.id];
  Account out{account.name, account.title, std::nullopt, counts.domains, counts.policies};
  if (!account.ca_bundle.empty()) {
    const std::string digest = crypto::sha256(account.ca_bundle);
    out.ca_bundle_sha256 =
        base::hex({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()});
  }
  return out;
}

Handled<Accounts> AccountHandlers::list(Call call) {
  Accounts out;
  for (const policy::Account& one : call.book->configuration().accounts) {
    if (call.who.role_in(one.name)) out.items.push_back(shown(call.book, one));
  }
  std::ranges::sort(out.items, {}, &Account::name);
  co_return out;
}

Handled<Account> AccountHandlers::get(Call call) { co_return shown(call.book, *call.account); }

Handled<Account> AccountHandlers::add(Call call, AccountInput input) {
  FieldReader fields;
  policy::Account wanted{{}, input.name, input.title, input.ca_bundle.value_or("")};
  fields.check(wanted);
  check_bundle(fields, wanted.ca_bundle);
  if (fields.failed()) co_return fields.problem();
  int status = 201;
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const policy::Account* old = current.book->account_named(wanted.name);
    if (old == nullptr) return putting(wanted);
    wanted.id = old->id;
    if (wanted != *old) {
      return refuse(409, "already-exists",
                    fmt::format("There is an account {} already.", wanted.name));
    }
    status = 200;
    return Editor::Work();
  };
  const auto made = co_await editor_.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  if (*made != 0) wanted.id = {*made};
  co_return Answer<Account>(shown(call.book, wanted), status);
}

Handled<Account> AccountHandlers::change(Call call, AccountChange change) {
  FieldReader fields;
  if (change.ca_bundle) check_bundle(fields, *change.ca_bundle);
  if (fields.failed()) co_return fields.problem();
  policy::Account wanted;
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const Account now = shown(current.book, *current.account);
    if (auto same = require_match(current, now); !same) return std::unexpected(same.error());
    wanted = *current.account;
    wanted.title = change.title.value_or(wanted.title);
    wanted.ca_bundle = change.ca_bundle.value_or(wanted.ca_bundle);
    FieldReader whole;
    whole.check(wanted);
    if (whole.failed()) return whole.problem();
    return wanted == *current.account ? Editor::Work() : putting(wanted);
  };
  const auto made = co_await editor_.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return shown(call.book, wanted);
}

Handled<Nothing> AccountHandlers::remove(Call call) {
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const Account now = shown(current.book, *current.account);
    if (auto same = require_match(current, now); !same) return std::unexpected(same.error());
    std::string why = why_needed(current.book->configuration(), current.account->id);
    if (!why.empty()) return refuse(409, "account-in-use", std::move(why));
    return removing(current.account->id);
  };
  const auto made = co_await editor_.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return Nothing();
}

void declare_accounts(Operations& operations, AccountHandlers* handlers) {
  operations.add<Nothing, Nothing, Accounts>(
      {Method::get, "/accounts", "listAccounts", "The accounts that you may see",
       Access::signed_in},
      [handlers](Call call, Nothing, Nothing) { return handlers->list(std::move(call)); });
  operations.add<Nothing, AccountInput, Account>(
      {Method::post, "/accounts", "addAccount", "Adds an account", Access::platform, 201},
      [handlers](Call call, Nothing, AccountInput input) {
        return handlers->add(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Account>(
      {Method::get, "/accounts/{account}", "getAccount", "An account"},
      [handlers](Call call, Nothing, Nothing) { return handlers->get(std::move(call)); });
  operations.add<Nothing, AccountChange, Account>(
      {Method::patch, "/accounts/{account}", "changeAccount", "Changes an account",
       Access::administrator},
      [handlers](Call call, Nothing, AccountChange change) {
        return handlers->change(std::move(call), std::move(change));
      });
  operations.add<Nothing, Nothing, Nothing>(
      {Method::remove, "/accounts/{account}", "removeAccount", "Removes an empty account",
       Access::platform, 204},
      [handlers](Call call, Nothing, Nothing) { return handlers->remove(std::move(call)); });
}

}  // namespace postern::api
