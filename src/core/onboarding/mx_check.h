// Does the world's mail for an internal domain come to this gateway, and by no other way? What its
// MX records must be, against what they are now.
//
// An MX that is not the gateway is a way around it: a partner takes it when the gateway cannot be
// reached, and an attacker makes that happen (RFC 5321 5.1).
#pragma once

#include <vector>

#include "core/dns/answer.h"
#include "core/onboarding/published.h"

namespace postern::onboarding {

// `gateway`: its own names, the one to publish first.
[[nodiscard]] PublishedVerdict judge_mx(const dns::Domain& domain,
                                        const std::vector<dns::Domain>& gateway,
                                        const dns::MxAnswer& answer);

}  // namespace postern::onboarding
