// Accounts as import and export see them; all accounts, whichever is chosen.
#pragma once

#include "app/cli/transfer.h"

namespace postern::cli {

class AccountKind final : public Kind<policy::Account> {
 public:
  std::string_view first_column() const override { return "name"; }
  std::span<const Field<policy::Account>> fields() const override;
  std::vector<policy::Account> all(const RecordsSession& session) const override;
  std::string name(const policy::Account& account) const override { return account.name; }
  std::expected<policy::Account, Refusal> begin(std::string_view name,
                                                const FieldTexts& fields) const override;
  base::Result<> put(records::Change& change, policy::Account object) const override {
    return put_in(change, std::move(object));
  }
  void describe(base::JsonWriter& json, const RecordsSession& session,
                const policy::Account& account) const override;
};

}  // namespace postern::cli
