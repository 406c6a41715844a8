#include "service/delivery/trust_cache.h"

namespace postern::delivery {
namespace {

constexpr std::size_t kKept = 1000;  // bundles that changed leave with the rest, once

}  // namespace

std::shared_ptr<const crypto::TrustStore> TrustCache::for_account(const policy::PolicyBook& book,
                                                                  base::AccountId account) {
  const policy::Account* owner = book.account(account);
  if (owner == nullptr || owner->ca_bundle.empty()) return public_cas_;
  const std::lock_guard lock(mutex_);
  const auto found = private_.find(owner->ca_bundle);
  if (found != private_.end()) return found->second;
  auto store = crypto::TrustStore::private_cas(owner->ca_bundle, owner->name, public_cas_);
  if (private_.size() >= kKept) private_.clear();
  private_[owner->ca_bundle] = store ? *store : public_cas_;
  return private_[owner->ca_bundle];
}

}  // namespace postern::delivery
