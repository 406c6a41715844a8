// Internal senders as import and export see them. A password is never exported: a sender that is
// there keeps its own when its line is imported, and one that is not is added by hand.
#pragma once

#include "app/cli/transfer.h"

namespace postern::cli {

class SenderKind final : public Kind<policy::InternalSender> {
 public:
  explicit SenderKind(base::AccountId account) : account_(account) {}

  std::string_view first_column() const override { return "identity"; }
  std::span<const Field<policy::InternalSender>> fields() const override;
  std::vector<policy::InternalSender> all(const RecordsSession& session) const override;
  std::string name(const policy::InternalSender& sender) const override;
  std::string identity(const policy::InternalSender& sender) const override;
  std::expected<policy::InternalSender, Refusal> begin(std::string_view name,
                                                       const FieldTexts& fields) const override;
  base::Result<> finish(policy::InternalSender& sender,
                        const policy::InternalSender* before) const override;
  base::Result<> put(records::Change& change, policy::InternalSender object) const override {
    return put_in(change, std::move(object));
  }
  void describe(base::JsonWriter& json, const RecordsSession& session,
                const policy::InternalSender& sender) const override;

 private:
  base::AccountId account_;
};

}  // namespace postern::cli
