// One attempt on one hop, as auditors read it (tls-semantics.md 9). Made by receipt, delivery and
// the prober; recorded in the same commit as the queue change, then moved to the records.
#pragma once

#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/tls/requirement.h"

namespace postern::queue {

enum class Hop { partner_to_gateway, gateway_to_internal, internal_to_gateway, gateway_to_partner };

// What became of the attempt.
enum class AttemptOutcome { accepted, delivered, deferred, refused, bounced, probed };

struct Attempt {
  base::Instant time;
  base::Duration took{0};
  std::string node;
  base::AccountId account;
  base::MessageId message;    // 0 for refused receipts and probes
  base::DeliveryId delivery;  // 0 on receipt
  Hop hop = Hop::gateway_to_partner;
  std::string domain;  // the partner or internal domain of this hop
  std::string peer_host;
  std::string peer_address;
  tls::Mode required = tls::Mode::opportunistic;
  std::vector<tls::Considered> sources;
  bool met = true;         // the requirement
  std::string would_fail;  // reason code of the first unmet monitored demand, or ""
  bool used_exception = false;
  tls::Version version = tls::Version::none;
  std::string cipher;
  std::string group;
  std::string certificate_sha256;  // hex, "" without a certificate
  std::string issuer;
  std::string expiry;  // RFC 3339
  std::string matched_name;
  tls::AuthMethod method = tls::AuthMethod::none;
  AttemptOutcome outcome = AttemptOutcome::delivered;
  std::string reason;  // stable code, "" when all went well
  std::string detail;  // one sentence, escaped
};

[[nodiscard]] std::string_view hop_text(Hop hop);  // "partner-to-gateway", ...
[[nodiscard]] std::string_view outcome_text(AttemptOutcome outcome);

}  // namespace postern::queue
