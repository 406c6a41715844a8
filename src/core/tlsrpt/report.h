// A TLS report (RFC 8460 4): what one organisation saw in a day when it sent mail to a domain.
//
//   sessions -> Tally (tally.h) -> Report -> to_json() -> gzip -> mailto: (mail.h) or https:
//
// A report that came from elsewhere is the same value; io/reports reads it. There every text has
// passed base::printable, so it can be shown.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/dns/domain.h"

namespace postern::tlsrpt {

enum class PolicyType { tlsa, sts, no_policy_found };
[[nodiscard]] std::string_view policy_type_text(PolicyType type);  // "no-policy-found"
[[nodiscard]] std::optional<PolicyType> parse_policy_type(std::string_view text);

// The policy that a session was held against (4.4 "policy").
struct AppliedPolicy {
  PolicyType type = PolicyType::no_policy_found;
  std::vector<std::string> strings{};  // TLSA records in text, or the lines of the MTA-STS policy
  std::string domain{};  // A-labels: of TLSA the host's own domain, else the recipient's
  std::vector<std::string> mx_hosts{};  // of MTA-STS: its mx patterns
  auto operator<=>(const AppliedPolicy&) const = default;
};

// What failed, and between whom (4.4 "failure-details"). Texts may be empty but for the result.
struct FailedWith {
  std::string result_type{};  // of 4.3; see result_types
  std::string sending_mta_ip{};
  std::string receiving_mx{};
  std::string receiving_helo{};
  std::string receiving_ip{};
  std::string additional_information{};  // a URI
  std::string reason_code{};             // free text, for a person or OpenSSL's name of the error
  auto operator<=>(const FailedWith&) const = default;
};

struct Failures {
  FailedWith with;
  std::int64_t sessions = 0;
  bool operator==(const Failures&) const = default;
};

struct PolicyResult {
  AppliedPolicy policy;
  std::int64_t successful_sessions = 0;
  std::int64_t failed_sessions = 0;
  std::vector<Failures> failures;
  bool operator==(const PolicyResult&) const = default;
};

struct Report {
  std::string organization;
  std::string contact;  // an address
  std::string id;       // unique for its sender
  base::Instant begin;  // first and last second that it covers
  base::Instant end;
  std::vector<PolicyResult> policies;
  bool operator==(const Report&) const = default;
};

// 4.3, and what each says to whoever receives the report.
struct ResultType {
  std::string_view name;
  std::string_view meaning;
};
inline constexpr std::size_t result_type_count = 11;
extern const std::array<ResultType, result_type_count> result_types;
[[nodiscard]] const ResultType* find_result_type(std::string_view name);  // null: unknown

// 4.4, on one line.
[[nodiscard]] std::string to_json(const Report& report);

enum class Compression { none, gzip };
// 5.1: "sender.example!example.com!1013662812!1013749130!id.json.gz". Of `unique_id` only letters
// and digits are taken; it may be empty.
[[nodiscard]] std::string file_name(const dns::Domain& sender, const dns::Domain& policy_domain,
                                    const Report& report, std::string_view unique_id,
                                    Compression compression);

}  // namespace postern::tlsrpt
