#include "core/policy/policy_book.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

#include "core/policy/demands.h"
#include "core/policy/domain_map.h"
#include "core/policy/range_map.h"

namespace postern::policy {
namespace {

enum class Hop { delivery, receipt };

bool speaks_for(const Policy& policy, Hop hop) {
  return hop == Hop::delivery ? policy.delivery : policy.receipt;
}

// Of two policies for one scope: the stronger, then the newer. Validation refuses such pairs; the
// book must still be sure which one it is.
bool goes_before(const Policy& a, const Policy& b) {
  return std::tuple(a.mode, a.created, a.id) > std::tuple(b.mode, b.created, b.id);
}

struct KeyHash {
  std::size_t operator()(const tls::Sha256& key) const noexcept {
    std::size_t hash = 0;
    for (std::size_t i = 0; i < sizeof hash; ++i) hash = hash << 8 | key[i];  // already random
    return hash;
  }
};

// Builds a map over `items`, each with the owner and the domain of its key.
template <class Item, class Owner, class Name, class Before>
DomainMap map_of(const std::vector<Item>& items, Owner owner, Name name, Before before) {
  DomainMap map(items.size());
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    const auto same = [&](std::uint32_t other) {
      return owner(items[other]) == owner(items[i]) && name(items[other]) == name(items[i]);
    };
    const auto first = [&](std::uint32_t other) { return before(items[i], items[other]); };
    map.insert(i, owner(items[i]), hash_of(name(items[i])), same, first);
  }
  return map;
}

constexpr auto account_of = [](const auto& item) { return item.account.value; };
constexpr auto domain_of = [](const auto& item) -> std::string_view { return item.domain.text(); };

// Exact scopes and wildcards of one account are two owners. Ids are positive.
std::int64_t scope_owner(base::AccountId account, bool wildcard) {
  return account.value * 2 + (wildcard ? 1 : 0);
}
constexpr auto scope_owner_of = [](const Policy& policy) {
  return scope_owner(policy.account, policy.scope.wildcard);
};
constexpr auto scope_base_of = [](const Policy& policy) -> std::string_view {
  return policy.scope.base.text();
};

constexpr auto by_priority = [](const auto& a, const auto& b) {
  return std::tuple(a.priority, a.id) < std::tuple(b.priority, b.id);
};
constexpr auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
constexpr auto newest_first = [](const Exception& a, const Exception& b) {
  return std::tuple(a.created, a.id) > std::tuple(b.created, b.id);
};

template <class Item, class Owner>
std::uint32_t find_in(const DomainMap& map, const std::vector<Item>& items, std::int64_t owner,
                      Owner owner_of, std::string_view domain, DomainHash hash) {
  return map.find(owner, hash, [&](std::uint32_t i) {
    return owner_of(items[i]) == owner && domain_of(items[i]) == domain;
  });
}

// Of the policies that are offered, the most specific first, the one in force, and the one in stage
// monitor before it.
struct Picker {
  const dns::Domain& domain;
  Hop hop;
  base::Instant now;
  PolicyBook::Winner picked = {};

  void offer(const Policy& policy) {
    if (picked.policy != nullptr) return;
    if (!speaks_for(policy, hop) || !policy.active(now) || !policy.scope.covers(domain)) return;
    if (policy.stage == tls::Stage::enforce) {
      picked.policy = &policy;
    } else if (picked.monitored == nullptr) {
      picked.monitored = &policy;
    }
  }
};

std::string why_inactive(const Policy& policy, base::Instant now) {
  if (policy.valid_from && now < *policy.valid_from) {
    return fmt::format("it is valid only from {}", base::rfc3339(*policy.valid_from));
  }
  return fmt::format("it was valid until {}", base::rfc3339(*policy.valid_until));
}

}  // namespace

struct PolicyBook::Index {
  explicit Index(Configuration given)
      : configuration(std::move(given)),
        policies(map_of(configuration.policies, scope_owner_of, scope_base_of, goes_before)),
        domains(map_of(
            configuration.domains, [](const auto&) { return 0; }, domain_of, by_id)),
        internal_routes(map_of(configuration.internal_routes, account_of, domain_of, by_priority)),
        external_routes(map_of(configuration.external_routes, account_of, domain_of, by_priority)),
        exceptions(map_of(configuration.exceptions, account_of, domain_of, newest_first)),
        ranges(ranges_of(configuration.senders)) {
    for (std::uint32_t i = 0; i < configuration.accounts.size(); ++i) {
      accounts.emplace(configuration.accounts[i].id, i);
      account_names.emplace(configuration.accounts[i].name, i);
    }
    for (std::uint32_t i = 0; i < configuration.senders.size(); ++i) {
      const InternalSender& sender = configuration.senders[i];
      if (sender.kind == InternalSender::Kind::credentials) users.emplace(sender.user, i);
      if (sender.kind == InternalSender::Kind::client_certificate) {
        keys.emplace(sender.certificate_spki, i);
      }
    }
    for (const Policy& policy : configuration.policies) {
      if (!policy.scope.wildcard) continue;
      wildcard_depths |= std::uint64_t{1} << std::min(policy.scope.base.label_count(), 63);
    }
    for (const InternalDomain& domain : configuration.domains) {
      if (domain.validated) receiving.push_back(domain.account);
    }
    std::ranges::sort(receiving);
    const auto rest = std::ranges::unique(receiving);
    receiving.erase(rest.begin(), rest.end());
  }

  static RangeMap ranges_of(const std::vector<InternalSender>& senders) {
    std::vector<std::pair<base::IpRange, std::uint32_t>> ranges;
    for (std::uint32_t i = 0; i < senders.size(); ++i) {
      const bool by_range = senders[i].kind == InternalSender::Kind::address_range;
      if (by_range && senders[i].range) ranges.emplace_back(*senders[i].range, i);
    }
    return RangeMap(std::move(ranges));
  }

  [[nodiscard]] std::uint32_t find_scope(std::int64_t owner, std::string_view base,
                                         DomainHash hash) const {
    return policies.find(owner, hash, [&](std::uint32_t other) {
      const Policy& policy = configuration.policies[other];
      return scope_owner_of(policy) == owner && scope_base_of(policy) == base;
    });
  }

  // Wildcards stand at few depths ("*.gov.uk": two labels); elsewhere a probe of the table would
  // only cost a cache miss. Depths from 63 on share a bit.
  [[nodiscard]] bool has_wildcards_of(std::size_t labels) const {
    return (wildcard_depths >> std::min(labels, std::size_t{63}) & 1) != 0;
  }

  // Calls visit(policy) for every policy of the account whose scope's name is the domain or
  // a suffix of it, the most specific first, until it answers false.
  template <class Visit>
  void candidates(base::AccountId account, std::string_view domain, Visit visit) const {
    if (domain.empty()) return;
    const Suffixes suffixes(domain);
    for (std::size_t i = 0; i < suffixes.size(); ++i) {
      if (i > 0 && !has_wildcards_of(suffixes.size() - i)) continue;
      const std::int64_t owner = scope_owner(account, i > 0);
      const std::string_view base = suffixes.text(i);
      std::uint32_t at = find_scope(owner, base, suffixes.hash(i));
      for (; at != DomainMap::none; at = policies.next(at)) {
        if (!visit(configuration.policies[at])) return;
      }
    }
  }

  [[nodiscard]] Winner winner(base::AccountId account, const dns::Domain& domain, Hop hop,
                              base::Instant now) const {
    Picker picker{domain, hop, now};
    candidates(account, domain.text(), [&](const Policy& policy) {
      picker.offer(policy);
      return picker.picked.policy == nullptr;
    });
    return picker.picked;
  }

  [[nodiscard]] Choice choice(base::AccountId account, const dns::Domain& domain, Hop hop,
                              base::Instant now) const {
    Picker picker{domain, hop, now};
    // One pass: with a million policies each look into the table is a cache miss or two.
    std::vector<const Policy*> all;
    candidates(account, domain.text(), [&](const Policy& policy) {
      picker.offer(policy);
      all.push_back(&policy);
      return true;
    });
    Choice result{picker.picked, {}};
    std::vector<tls::Considered> others;
    for (const Policy* candidate : all) {
      const Policy& policy = *candidate;
      tls::Considered line{source_of(policy), policy.mode, tls::Considered::Fate::lost, {}};
      if (&policy == result.policy) {
        line.fate = tls::Considered::Fate::joined;
        line.rule = policy.scope.wildcard ? "it is the longest wildcard that covers the domain"
                                          : "it is for exactly this domain";
        result.considered.push_back(std::move(line));
        continue;
      }
      if (&policy == result.monitored) {
        line.fate = tls::Considered::Fate::monitored;
        line.rule = "it is in stage monitor: evaluated and recorded, never blocks";
      } else if (!policy.scope.covers(domain)) {
        line.rule = "the domain is among its exclusions";
      } else if (!speaks_for(policy, hop)) {
        line.rule = hop == Hop::delivery ? "it is for receipt alone" : "it is for delivery alone";
      } else if (!policy.active(now)) {
        line.rule = why_inactive(policy, now);
      } else {
        // This one applies, so the picker has picked it or a better one.
        const Policy* better = result.policy != nullptr ? result.policy : result.monitored;
        line.rule = policy.stage == tls::Stage::monitor && result.monitored != nullptr
                        ? "a more specific policy in stage monitor is evaluated instead"
                        // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): see above
                        : fmt::format("{} is more specific", source_of(*better).name);
      }
      others.push_back(std::move(line));
    }
    std::ranges::move(others, std::back_inserter(result.considered));
    return result;
  }

  Configuration configuration;
  DomainMap policies, domains, internal_routes, external_routes, exceptions;
  RangeMap ranges;
  std::uint64_t wildcard_depths = 0;  // bit n: there is a wildcard whose base has n labels
  std::unordered_map<base::AccountId, std::uint32_t> accounts;
  std::unordered_map<std::string_view, std::uint32_t> account_names, users;
  std::unordered_map<tls::Sha256, std::uint32_t, KeyHash> keys;
  std::vector<base::AccountId> receiving;
};

PolicyBook::PolicyBook(Configuration configuration)
    : index_(std::make_unique<Index>(std::move(configuration))) {}
PolicyBook::~PolicyBook() = default;

std::int64_t PolicyBook::revision() const { return index_->configuration.revision; }

const Configuration& PolicyBook::configuration() const { return index_->configuration; }

const Account* PolicyBook::account(base::AccountId id) const {
  const auto found = index_->accounts.find(id);
  return found == index_->accounts.end() ? nullptr : &index_->configuration.accounts[found->second];
}

const Account* PolicyBook::account_named(std::string_view name) const {
  const auto found = index_->account_names.find(name);
  return found == index_->account_names.end() ? nullptr
                                              : &index_->configuration.accounts[found->second];
}

const InternalDomain* PolicyBook::internal_domain(const dns::Domain& domain) const {
  if (domain.empty()) return nullptr;
  const auto& items = index_->configuration.domains;
  const auto nobody = [](const InternalDomain&) { return std::int64_t{0}; };
  const Suffixes suffixes(domain.text());
  for (std::size_t i = 0; i < suffixes.size(); ++i) {
    std::uint32_t at =
        find_in(index_->domains, items, 0, nobody, suffixes.text(i), suffixes.hash(i));
    for (; at != DomainMap::none; at = index_->domains.next(at)) {
      if (items[at].validated) return &items[at];
    }
  }
  return nullptr;
}

const std::vector<base::AccountId>& PolicyBook::receiving_accounts() const {
  return index_->receiving;
}

std::vector<const InternalRoute*> PolicyBook::internal_routes(base::AccountId account,
                                                              const dns::Domain& domain) const {
  std::vector<const InternalRoute*> routes;
  if (domain.empty()) return routes;
  const auto& items = index_->configuration.internal_routes;
  const Suffixes suffixes(domain.text());
  for (std::size_t i = 0; i < suffixes.size() && routes.empty(); ++i) {
    std::uint32_t at = find_in(index_->internal_routes, items, account.value, account_of,
                               suffixes.text(i), suffixes.hash(i));
    for (; at != DomainMap::none; at = index_->internal_routes.next(at)) {
      routes.push_back(&items[at]);
    }
  }
  return routes;
}

std::vector<const ExternalRoute*> PolicyBook::external_routes(base::AccountId account,
                                                              const dns::Domain& domain) const {
  std::vector<const ExternalRoute*> routes;
  const auto& items = index_->configuration.external_routes;
  for (const std::string_view name : {std::string_view(domain.text()), std::string_view()}) {
    std::uint32_t at =
        find_in(index_->external_routes, items, account.value, account_of, name, hash_of(name));
    for (; at != DomainMap::none; at = index_->external_routes.next(at)) {
      routes.push_back(&items[at]);
    }
    if (!routes.empty()) break;
  }
  return routes;
}

PolicyBook::Winner PolicyBook::delivery_winner(base::AccountId account,
                                               const dns::Domain& recipient_domain,
                                               base::Instant now) const {
  return index_->winner(account, recipient_domain, Hop::delivery, now);
}

PolicyBook::Winner PolicyBook::receipt_winner(base::AccountId account,
                                              const dns::Domain& sender_domain,
                                              base::Instant now) const {
  return index_->winner(account, sender_domain, Hop::receipt, now);
}

PolicyBook::Choice PolicyBook::delivery_policy(base::AccountId account,
                                               const dns::Domain& recipient_domain,
                                               base::Instant now) const {
  return index_->choice(account, recipient_domain, Hop::delivery, now);
}

PolicyBook::Choice PolicyBook::receipt_policy(base::AccountId account,
                                              const dns::Domain& sender_domain,
                                              base::Instant now) const {
  return index_->choice(account, sender_domain, Hop::receipt, now);
}

const Policy* PolicyBook::policy_for_scope(base::AccountId account, const Scope& scope) const {
  if (scope.base.empty()) return nullptr;
  const std::uint32_t at = index_->find_scope(scope_owner(account, scope.wildcard),
                                              scope.base.text(), hash_of(scope.base.text()));
  return at == DomainMap::none ? nullptr : &index_->configuration.policies[at];
}

const Exception* PolicyBook::exception(base::AccountId account, const dns::Domain& domain,
                                       base::Instant now) const {
  const auto& items = index_->configuration.exceptions;
  if (items.empty()) return nullptr;  // as mostly; a name is not hashed for nothing
  std::uint32_t at = find_in(index_->exceptions, items, account.value, account_of, domain.text(),
                             hash_of(domain.text()));
  for (; at != DomainMap::none; at = index_->exceptions.next(at)) {
    if (in_force(items[at], now)) return &items[at];
  }
  return nullptr;
}

const InternalSender* PolicyBook::sender_at(const base::IpAddress& address) const {
  const std::uint32_t at = index_->ranges.find(address);
  return at == RangeMap::none ? nullptr : &index_->configuration.senders[at];
}

const InternalSender* PolicyBook::sender_named(std::string_view user) const {
  const auto found = index_->users.find(user);
  return found == index_->users.end() ? nullptr : &index_->configuration.senders[found->second];
}

const InternalSender* PolicyBook::sender_with_key(const tls::Sha256& spki) const {
  const auto found = index_->keys.find(spki);
  return found == index_->keys.end() ? nullptr : &index_->configuration.senders[found->second];
}

}  // namespace postern::policy
