// An immutable snapshot of everything an administrator configured, indexed for lookups that take a
// microsecond with a million policies. Swapped whole when the records change; sessions that hold an
// older one finish with it (deliveries look again at each attempt).
//
// Which policy applies (tls-semantics.md 3): within an account the most specific scope wins: exact
// domain, then the longest matching "*.suffix", minus that wildcard's exclusions; inactive policies
// (valid_from, valid_until) do not count.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/policy/model.h"
#include "core/tls/requirement.h"

namespace postern::policy {

class PolicyBook {
 public:
  explicit PolicyBook(Configuration configuration);
  ~PolicyBook();
  PolicyBook(const PolicyBook&) = delete;
  PolicyBook& operator=(const PolicyBook&) = delete;

  [[nodiscard]] std::int64_t revision() const;
  [[nodiscard]] const Configuration& configuration() const;
  [[nodiscard]] const Account* account(base::AccountId id) const;
  [[nodiscard]] const Account* account_named(std::string_view name) const;

  // The validated internal domain that `domain` is, or is below (subdomains of a validated domain
  // need no further proof); null: not ours.
  [[nodiscard]] const InternalDomain* internal_domain(const dns::Domain& domain) const;

  [[nodiscard]] std::vector<const InternalRoute*> internal_routes(base::AccountId account,
                                                                  const dns::Domain& domain) const;
  // The routes for exactly this domain, else the account's smarthosts; empty: use MX.
  [[nodiscard]] std::vector<const ExternalRoute*> external_routes(base::AccountId account,
                                                                  const dns::Domain& domain) const;

  struct Choice {
    const Policy* policy = nullptr;           // the winner; null: none applies
    std::vector<tls::Considered> considered;  // winner first, then those that lost, with why
  };
  [[nodiscard]] Choice delivery_policy(base::AccountId account, const dns::Domain& recipient_domain,
                                       base::Instant now) const;
  [[nodiscard]] Choice receipt_policy(base::AccountId account, const dns::Domain& sender_domain,
                                      base::Instant now) const;
  [[nodiscard]] const Exception* exception(base::AccountId account, const dns::Domain& domain,
                                           base::Instant now) const;

  [[nodiscard]] const InternalSender* sender_at(const base::IpAddress& address) const;
  [[nodiscard]] const InternalSender* sender_named(std::string_view user) const;
  [[nodiscard]] const InternalSender* sender_with_key(const tls::Sha256& spki) const;

 private:
  struct Index;
  std::unique_ptr<Index> index_;
};

}  // namespace postern::policy
