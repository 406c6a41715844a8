// Internal domains as import and export see them.
//
// The proof of a domain is a record in its DNS, which a file is not: an imported domain is taken as
// validated only where the administrator says so (--already-validated). Its token comes along, so
// that the record that is published already proves it to another gateway too.
#pragma once

#include "app/cli/transfer.h"

namespace postern::cli {

enum class Proof { to_be_found, taken_for_granted };

class DomainKind final : public Kind<policy::InternalDomain> {
 public:
  explicit DomainKind(base::AccountId account, Proof proof = Proof::to_be_found)
      : account_(account), proof_(proof) {}

  std::string_view first_column() const override { return "domain"; }
  std::span<const Field<policy::InternalDomain>> fields() const override;
  std::vector<policy::InternalDomain> all(const RecordsSession& session) const override;
  std::string name(const policy::InternalDomain& domain) const override;
  std::string duplicate() const override { return "Duplicate Domain"; }
  std::expected<policy::InternalDomain, Refusal> begin(std::string_view name,
                                                       const FieldTexts& fields) const override;
  base::Result<> finish(policy::InternalDomain& domain,
                        const policy::InternalDomain* before) const override;
  std::string remark(const policy::InternalDomain& domain) const override;
  base::Result<> put(records::Change& change, policy::InternalDomain object) const override {
    return put_in(change, std::move(object));
  }
  void describe(base::JsonWriter& json, const RecordsSession& session,
                const policy::InternalDomain& domain) const override;

 private:
  base::AccountId account_;
  Proof proof_;
};

// The TXT record that proves a domain.
[[nodiscard]] std::string challenge_name(const policy::InternalDomain& domain);
[[nodiscard]] std::string challenge_value(const policy::InternalDomain& domain);
[[nodiscard]] std::string fresh_token();

}  // namespace postern::cli
