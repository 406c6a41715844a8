// What is recorded of a message's way in (tls-policy.md 9), and of those that were refused for want
// of TLS.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "core/base/deadline.h"
#include "core/policy/receipt.h"
#include "core/queue/evidence.h"
#include "io/crypto/tls.h"

namespace postern::receipt {

// The client's side of the handshake, as core judges it.
[[nodiscard]] tls::Observation observe_client(const crypto::ServerFacts& facts, tls::Offer offer,
                                              const base::Endpoint& peer);

struct ReceiptScene {
  const policy::ClientFacts& client;
  const policy::InternalSender* who;
  const policy::Party& from;
  const std::string& hello;
  const std::string& node;
  base::Instant now;
};
// One account's attempt, with that account's requirement.
[[nodiscard]] queue::Attempt receipt_attempt(const ReceiptScene& scene, base::AccountId account,
                                             const policy::ReceiptVerdict& judged,
                                             queue::AttemptOutcome outcome);

// Refusals are evidence, too, but a flood of them must not fill the disk: after a burst, one a
// second.
class RefusalBudget {
 public:
  [[nodiscard]] bool spend(base::Steady now) {
    if (now >= refilled_ + std::chrono::seconds(1)) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - refilled_);
      left_ = std::min<std::int64_t>(kBurst, left_ + seconds.count());
      refilled_ = now;
    }
    if (left_ == 0) return false;
    --left_;
    return true;
  }

 private:
  static constexpr std::int64_t kBurst = 100;
  std::int64_t left_ = kBurst;
  base::Steady refilled_;
};

}  // namespace postern::receipt
