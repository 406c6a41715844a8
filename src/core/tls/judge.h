// judge() is the only place that compares a requirement with what was observed. It answers "met",
// or the first unmet demand with its source and a stable reason.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/tls/observation.h"
#include "core/tls/requirement.h"

namespace postern::tls {

// Why a demand is unmet. `code` is stable: the RFC 8460 4.3 result type where one fits
// ("starttls-not-supported", "certificate-host-mismatch", "certificate-expired",
// "certificate-not-trusted", "validation-failure", ...), else one of ours; reasons() lists all.
struct Reason {
  std::string code;
  std::string sentence;  // one plain sentence with the facts; every peer byte in it is escaped
  bool operator==(const Reason&) const = default;
};

struct ReasonInfo {
  std::string_view code;
  std::string_view result_type;  // RFC 8460 4.3
  std::string_view enhanced;  // "7.5" of 4.7.5 / 5.7.5: subject and detail of RFC 3463 / RFC 8689
  std::string_view meaning;   // one sentence
  std::string_view remedy;    // what an administrator can do about it
};
[[nodiscard]] std::span<const ReasonInfo> reasons();
[[nodiscard]] const ReasonInfo& reason_info(std::string_view code);

struct Unmet {
  Demand demand;
  Reason reason;
};

struct Verdict {
  std::optional<Unmet> unmet;            // the first demand in force that is not met
  std::optional<Unmet> would_fail;       // the first monitored demand that is not met
  AuthMethod method = AuthMethod::none;  // how the peer is authenticated, if it is
  std::string matched_name;              // the name or pin that matched

  [[nodiscard]] bool met() const { return !unmet; }
};

[[nodiscard]] Verdict judge(const Requirement& requirement, const Observation& observation);

// The part that can be said before connecting: HostIn and Unresolved. A host that fails here is not
// even connected to.
[[nodiscard]] std::optional<Unmet> judge_host(const Requirement& requirement,
                                              const dns::Domain& host);

// What the connection achieved by itself, whatever was asked: for the probe and the display.
// strict = a trusted chain with one of `names`, or DANE matched; relaxed = any other TLS that an
// enforced mode accepts; opportunistic = the rest. `why_not` gets the reason that strict was
// missed.
[[nodiscard]] Mode achieved(const Observation& observation, std::span<const dns::Domain> names,
                            std::optional<Reason>& why_not);

}  // namespace postern::tls
