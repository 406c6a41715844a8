// Words for people, the same in explanations, probes, logs, bounces and pages. Every sentence is
// complete, and every byte from a peer in it was escaped where the fact was made.
#pragma once

#include <string>

#include "core/base/time.h"
#include "core/tls/judge.h"
#include "core/tls/observation.h"
#include "core/tls/requirement.h"

namespace postern::tls {

// "The connection must be encrypted." - what is asked for, without saying by whom.
[[nodiscard]] std::string describe(const Wish& wish);
// "policy *.gov.uk: The connection must be encrypted (monitored, does not block)."
[[nodiscard]] std::string describe(const Demand& demand);
// "joined: policy *.gov.uk asks for Strict - Trusted Enforced: exact domain wins."
[[nodiscard]] std::string describe(const Considered& line);

// "certificate for mx1.example.com issued by R11, expires in 12 days"
[[nodiscard]] std::string describe(const CertificateFacts& certificate, base::Instant now);
// "TLS 1.3, TLS_AES_256_GCM_SHA384, X25519, certificate for mx1.example.com issued by R11, expires
// in 12 days" or "no TLS: STARTTLS is not offered"
[[nodiscard]] std::string describe(const Observation& observation, base::Instant now);

// "authenticated as mx1.example.com by pkix"; "not authenticated"
[[nodiscard]] std::string describe_authentication(const Verdict& verdict);

}  // namespace postern::tls
