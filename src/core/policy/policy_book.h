// An immutable snapshot of everything an administrator configured, indexed for lookups that take a
// microsecond with a million policies. Swapped whole when the records change; sessions that hold an
// older one finish with it (deliveries look again at each attempt).
//
// Which policy applies (tls-semantics.md 3): within an account the most specific scope wins: exact
// domain, then the longest matching "*.suffix", minus that wildcard's exclusions; inactive policies
// (valid_from, valid_until) do not count, nor do those that do not speak for the hop asked for.
//
// A policy in stage monitor never wins: the message goes as without it, so the next policy in
// stage enforce applies. It is named beside the winner, when it would win once promoted.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
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

  // The accounts that have a validated internal domain: those that mail from the world can reach.
  [[nodiscard]] const std::vector<base::AccountId>& receiving_accounts() const;

  // By priority: the routes for this domain, else for the nearest domain above it that has any.
  [[nodiscard]] std::vector<const InternalRoute*> internal_routes(base::AccountId account,
                                                                  const dns::Domain& domain) const;
  // The routes for exactly this domain, else the account's smarthosts; empty: use MX.
  [[nodiscard]] std::vector<const ExternalRoute*> external_routes(base::AccountId account,
                                                                  const dns::Domain& domain) const;

  struct Winner {
    const Policy* policy = nullptr;     // in stage enforce; null: none applies
    const Policy* monitored = nullptr;  // in stage monitor, and would win if promoted
  };
  struct Choice : Winner {
    std::vector<tls::Considered> considered;  // winner first, then those that lost, with why
  };
  [[nodiscard]] Winner delivery_winner(base::AccountId account, const dns::Domain& recipient_domain,
                                       base::Instant now) const;
  [[nodiscard]] Winner receipt_winner(base::AccountId account, const dns::Domain& sender_domain,
                                      base::Instant now) const;
  [[nodiscard]] Choice delivery_policy(base::AccountId account, const dns::Domain& recipient_domain,
                                       base::Instant now) const;
  [[nodiscard]] Choice receipt_policy(base::AccountId account, const dns::Domain& sender_domain,
                                      base::Instant now) const;
  // The account's policy with exactly this scope (exclusions aside), active or not; may be null.
  [[nodiscard]] const Policy* policy_for_scope(base::AccountId account, const Scope& scope) const;
  // For exactly this domain, and not past its end; of several the newest decides.
  [[nodiscard]] const Exception* exception(base::AccountId account, const dns::Domain& domain,
                                           base::Instant now) const;

  // The narrowest address range that holds the address.
  [[nodiscard]] const InternalSender* sender_at(const base::IpAddress& address) const;
  [[nodiscard]] const InternalSender* sender_named(std::string_view user) const;
  [[nodiscard]] const InternalSender* sender_with_key(const tls::Sha256& spki) const;

 private:
  struct Index;
  std::unique_ptr<Index> index_;
};

}  // namespace postern::policy
