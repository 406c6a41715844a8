// Exceptions as import and export see them: those that hold now, one for a domain.
//
// An imported exception is a new one: whoever imports it is its author, now is when it was made,
// and it may last 30 days from now.
#pragma once

#include "app/cli/transfer.h"

namespace postern::cli {

class ExceptionKind final : public Kind<policy::Exception> {
 public:
  ExceptionKind(const Context& context, const RecordsSession& session)
      : author_(context.actor().name), account_(session.account.id), now_(now()) {}

  std::string_view first_column() const override { return "domain"; }
  std::span<const Field<policy::Exception>> fields() const override;
  std::vector<policy::Exception> all(const RecordsSession& session) const override;
  std::string name(const policy::Exception& one) const override { return one.domain.text(); }
  std::string duplicate() const override { return "Duplicate Domain"; }
  std::expected<policy::Exception, Refusal> begin(std::string_view name,
                                                  const FieldTexts& fields) const override;
  base::Result<> finish(policy::Exception& one, const policy::Exception* before) const override;
  base::Result<> put(records::Change& change, policy::Exception object) const override {
    return put_in(change, std::move(object));
  }
  void describe(base::JsonWriter& json, const RecordsSession& session,
                const policy::Exception& one) const override;

 private:
  std::string author_;
  base::AccountId account_;
  base::Instant now_;
};

[[nodiscard]] std::span<const Field<policy::Exception>> exception_fields();

}  // namespace postern::cli
