// What commands need that look at the world without a running gateway: a shard, a resolver, TLS,
// and the policy book of the records if there are any.
#pragma once

#include <map>
#include <memory>

#include "app/cli/cli.h"
#include "app/settings.h"
#include "core/policy/policy_book.h"
#include "io/crypto/tls.h"
#include "io/net/shard.h"
#include "io/records/records.h"
#include "io/resolver/resolver.h"
#include "service/prober/prober.h"

namespace postern::cli {

struct Lookaround {
  Lookaround() = default;
  Lookaround(Lookaround&&) = default;
  Lookaround& operator=(Lookaround&&) = delete;
  ~Lookaround();  // ends lookups that are still under way

  app::Settings settings;
  std::shared_ptr<const policy::PolicyBook> book;
  base::AccountId account;  // 0 without records
  std::shared_ptr<const crypto::TrustStore> public_cas;
  std::map<base::AccountId, std::shared_ptr<const crypto::TrustStore>> account_cas;
  std::unique_ptr<records::Records> records;  // null: there are none, or not for this user
  std::unique_ptr<net::Shard> shard;
  std::unique_ptr<resolver::Lookups> lookups;
  std::unique_ptr<crypto::ClientContext> tls;
  std::unique_ptr<mtasts::Shelf> sts_shelf;
  std::unique_ptr<mtasts::Policies> sts;

  [[nodiscard]] prober::ProberNeeds prober_needs(std::chrono::milliseconds patience);
  [[nodiscard]] std::shared_ptr<const crypto::TrustStore> trust(base::AccountId id) const;
};

// Works with no configuration and no records at all: then with an empty book.
[[nodiscard]] base::Result<Lookaround> look_around(const Context& context);

}  // namespace postern::cli
