// What wants looking at in an account: decided here from facts, gathered by overview_handlers.h.
//
// danger   mail is not delivered, not accepted, or goes where nobody approved
// warning  it will come to that, or somebody else's mail is turned away
//
// A requirement that was not met counts only while it is one still: the policy or route is there,
// and no mail has gone through since.
#pragma once

#include <vector>

#include "core/policy/policy_book.h"
#include "core/tls/observation.h"
#include "io/records/evidence_sums.h"
#include "io/records/tls_reports.h"
#include "io/spool/spool.h"
#include "service/api/mail_types.h"

namespace postern::api {

struct AttentionFacts {
  const policy::PolicyBook& book;
  base::AccountId account;
  base::Instant now;
  std::vector<records::UnmetSum> unmet;       // of the last day, the latest first
  std::vector<records::PeerRecord> peers;     // of the destinations in `unmet`
  std::vector<records::PeerRecord> expiring;  // certificates that end before certificate_limit()
  std::vector<records::Failing> reported;     // as others tell it, within reports_remembered
  std::vector<spool::Waiting> waiting;
  std::vector<tls::CertificateFacts> own;  // the gateway's certificates
};

// Certificates that end before this are told.
[[nodiscard]] base::Instant certificate_limit(base::Instant now);

// Failures that others report are looked at for so long; those that began lately are told.
inline constexpr std::chrono::days reports_remembered{16};

// The worst first, at most a hundred.
[[nodiscard]] std::vector<Attention> attention(const AttentionFacts& facts);

}  // namespace postern::api
