// The policy that a domain serves at https://mta-sts.<domain>/.well-known/mta-sts.txt (RFC 8461
// 3.2): which hosts take its mail, and what a sender must do if none of them proves itself.
//
//   version: STSv1
//   mode: enforce
//   mx: mail.example.com
//   mx: *.example.net
//   max_age: 604800
//
// Read strictly by the grammar: lines end with LF or CRLF, the last one may lack it; fields come in
// any order and their names are case-sensitive; of a field that stands twice the first counts,
// except of mx, which counts every time; unknown fields are skipped, malformed ones are not. One
// thing is taken that the grammar lacks: empty lines at the end, which editors leave there and
// which can mean nothing.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/failure.h"
#include "core/base/finding.h"
#include "core/tls/requirement.h"

namespace postern::mtasts {

inline constexpr std::size_t largest_policy = 64 << 10;  // 3.3 suggests it

enum class PolicyMode { none, testing, enforce };
[[nodiscard]] std::string_view mode_text(PolicyMode mode);

struct Policy {
  PolicyMode mode = PolicyMode::none;
  std::vector<tls::HostPattern> mx;
  std::chrono::seconds max_age{0};  // at most a year (31557600 s)
  bool operator==(const Policy&) const = default;
};

// Failure "sts-policy-invalid" names the first line at fault and what is wrong with it, escaped.
[[nodiscard]] base::Result<Policy> parse_policy(std::string_view body);

// The same, with everything there is to say about it: what a sender must refuse, and what its
// author may not have meant.
[[nodiscard]] base::Examined<Policy> examine_policy(std::string_view body);

// As it is served.
[[nodiscard]] std::string to_text(const Policy& policy);

}  // namespace postern::mtasts
