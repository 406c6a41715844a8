// The trust anchors of each account: the public CAs, and the account's own bundle beside them.
// Loading takes tens of milliseconds, so a bundle is loaded once; thread-safe, shared by all
// shards.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/policy/policy_book.h"
#include "io/crypto/tls.h"

namespace postern::delivery {

class TrustCache {
 public:
  explicit TrustCache(std::shared_ptr<const crypto::TrustStore> public_cas)
      : public_cas_(std::move(public_cas)) {}

  // An account whose bundle cannot be read trusts the public CAs alone: less, never more.
  [[nodiscard]] std::shared_ptr<const crypto::TrustStore> for_account(
      const policy::PolicyBook& book, base::AccountId account);

 private:
  std::shared_ptr<const crypto::TrustStore> public_cas_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const crypto::TrustStore>> private_;  // by PEM text
};

}  // namespace postern::delivery
