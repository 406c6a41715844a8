// What an attempt showed, as auditors read it: the same for delivery and for the prober.
#pragma once

#include "core/queue/evidence.h"
#include "core/route/route_plan.h"
#include "core/tls/judge.h"
#include "core/tls/observation.h"

namespace postern::delivery {

// Where and whose: what the caller knows before it tries.
struct EvidenceFacts {
  std::string node;
  base::AccountId account;
  base::MessageId message;
  base::DeliveryId delivery;
  std::string domain;
  queue::Hop hop = queue::Hop::gateway_to_partner;
  base::Instant began;
};

// Outcome, reason and detail are the caller's to fill in.
[[nodiscard]] queue::Attempt evidence_of(const EvidenceFacts& facts, const route::HostPlan& host,
                                         const tls::Observation& observation,
                                         const tls::Verdict& verdict, base::Instant now);

}  // namespace postern::delivery
