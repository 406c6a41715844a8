// How an organisation proves that an internal domain is its own: it publishes in that domain what
// nobody but this gateway can have told it. One of two records suffices:
//
//   _postern.example.org  TXT    postern-verification=TOKEN
//   _postern.example.org  CNAME  TOKEN.verify.gateway.example
//
// The second is for DNS providers whose forms take no TXT below an underscore. Its target need not
// exist: the name alone says it. A subdomain of a validated domain of the same account needs no
// proof of its own, for who holds a domain holds what is below it.
#pragma once

#include <string>
#include <vector>

#include "core/dns/answer.h"
#include "core/onboarding/published.h"
#include "core/policy/model.h"

namespace postern::onboarding {

// Where the proof of a domain is published; empty when the name would be too long.
[[nodiscard]] dns::Domain proof_name(const dns::Domain& domain);
[[nodiscard]] std::string proof_text(const std::string& token);  // what the TXT record holds
// Empty without a token, or when the name would be too long.
[[nodiscard]] dns::Domain proof_target(const std::string& token, const dns::Domain& gateway);

// The records of which one proves the domain, the usual one first.
[[nodiscard]] std::vector<Record> proof_records(const policy::InternalDomain& domain,
                                                const dns::Domain& gateway);

struct ProofVerdict {
  bool proved = false;
  std::vector<std::string> found;  // what is published there, escaped
  std::string why;                 // one sentence: what was found instead, and what to do
};
// From the answers for proof_name(): its TXT and its CNAME.
[[nodiscard]] ProofVerdict judge_proof(const policy::InternalDomain& domain,
                                       const dns::Domain& gateway, const dns::TxtAnswer& txt,
                                       const dns::NameAnswer& cname);

// The validated domain of the account that `domain` is below; null: it needs a proof of its own.
[[nodiscard]] const policy::InternalDomain* proved_above(
    const std::vector<policy::InternalDomain>& domains, base::AccountId account,
    const dns::Domain& domain);
// The account's domains below `domain` that still wait for a proof, which its proof gives them.
[[nodiscard]] std::vector<policy::InternalDomain> waiting_below(
    const std::vector<policy::InternalDomain>& domains, base::AccountId account,
    const dns::Domain& domain);

// Would two accounts take each other's mail if each had one of these?
[[nodiscard]] bool overlap(const dns::Domain& a, const dns::Domain& b);

}  // namespace postern::onboarding
