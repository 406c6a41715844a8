// An account's internal domains: add one, publish its proof, have it checked; and live looks at the
// MX and SPF records that it needs besides.
#pragma once

#include <functional>
#include <memory>

#include "service/api/account_types.h"
#include "service/api/editor.h"
#include "service/api/operations.h"
#include "service/onboarding/dns_looks.h"

namespace postern::api {

class DomainHandlers {
 public:
  // Makes a resolver: a look is live, so nothing that an earlier one remembered may answer it.
  using FreshLookups = std::function<base::Result<std::unique_ptr<resolver::Lookups>>()>;
  struct Needs {
    net::Shard& shard;
    Editor& editor;
    FreshLookups fresh_lookups;
    onboarding::GatewayNames gateway;
  };
  explicit DomainHandlers(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] Handled<Domains> list(Call call);
  [[nodiscard]] Handled<Domain> get(Call call);
  // With a fresh token, or validated at once below a domain that is.
  [[nodiscard]] Handled<Domain> add(Call call, DomainInput input);
  [[nodiscard]] Handled<Domain> change(Call call, DomainChange change);
  [[nodiscard]] Handled<Nothing> remove(Call call);
  // Looks the proof up; found, it also serves the account's domains below that wait for theirs.
  [[nodiscard]] Handled<DomainCheck> check(Call call);
  [[nodiscard]] Handled<DnsCheck> check_mx(Call call);
  [[nodiscard]] Handled<DnsCheck> check_spf(Call call);

 private:
  [[nodiscard]] Outcome<const policy::InternalDomain*> named(const Call& call) const;
  [[nodiscard]] Outcome<const policy::InternalDomain*> meant(const Call& call) const;
  [[nodiscard]] base::Deadline soon() const;

  Needs needs_;
};

void declare_domains(Operations& operations, DomainHandlers* handlers);

}  // namespace postern::api
