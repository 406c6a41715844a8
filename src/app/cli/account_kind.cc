#include "app/cli/account_kind.h"

#include "core/policy/validate.h"
#include "io/records/describe.h"

namespace postern::cli {

namespace {

using policy::Account;

constexpr std::array kFields{
    Field<Account>{{"title", "TEXT", "Name of the organisation"},
                   [](Account& a, std::string_view text) { return read_note(a.title, text); },
                   [](const Account& a) { return a.title; }},
    Field<Account>{{"ca_bundle", "PEM", ""},
                   [](Account& a, std::string_view text) {
                     a.ca_bundle = base::trim(text);
                     if (!a.ca_bundle.empty()) a.ca_bundle += '\n';
                     return base::Result<>();
                   },
                   [](const Account& a) { return a.ca_bundle; }},
};

}  // namespace

std::span<const Field<Account>> AccountKind::fields() const { return kFields; }

std::vector<Account> AccountKind::all(const RecordsSession& session) const {
  return session.configuration.accounts;
}

std::expected<Account, Refusal> AccountKind::begin(std::string_view name, const FieldTexts&) const {
  Account fresh;
  fresh.name = name;
  if (auto valid = policy::validate(fresh); !valid) {
    return std::unexpected(Refusal{"Invalid Account", valid.error().text});
  }
  return fresh;
}

void AccountKind::describe(base::JsonWriter& json, const RecordsSession& session,
                           const Account& account) const {
  const auto of_account = [&](const auto& objects) {
    return std::ranges::count_if(objects,
                                 [&](const auto& one) { return one.account == account.id; });
  };
  records::describe(json, account);
  json.field("private_ca", !account.ca_bundle.empty());
  json.field("ca_bundle", account.ca_bundle);
  json.field("domains", of_account(session.configuration.domains));
  json.field("policies", of_account(session.configuration.policies));
}

}  // namespace postern::cli
