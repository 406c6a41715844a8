// The columns that sent and received TLS reports have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/tlsrpt/report.h"
#include "io/records/database.h"

namespace postern::records {

inline std::string lines_of(const std::vector<std::string>& entries) {
  std::string text;
  for (const std::string& entry : entries) text += (text.empty() ? "" : "\n") + entry;
  return text;
}

inline std::vector<std::string> entries_of(std::string_view text) {
  std::vector<std::string> entries;
  if (text.empty()) return entries;
  for (const std::string_view line : base::split(text, '\n')) entries.emplace_back(line);
  return entries;
}

constexpr std::string_view kPolicyColumns = "policy_type, policy_domain, policy_strings, mx_hosts";
inline tlsrpt::AppliedPolicy read_policy(Query& q, int from) {
  tlsrpt::AppliedPolicy policy;
  const auto type = tlsrpt::parse_policy_type(q.text(from));
  if (!type) q.reject("the type of a reported policy");
  policy.type = type.value_or(tlsrpt::PolicyType::no_policy_found);
  policy.domain = q.text(from + 1);
  policy.strings = entries_of(q.text(from + 2));
  policy.mx_hosts = entries_of(q.text(from + 3));
  return policy;
}

constexpr std::string_view kFailureColumns =
    "result_type, sending_ip, receiving_mx, receiving_helo, receiving_ip, information, reason_code";
inline tlsrpt::FailedWith read_failure(const Query& q, int from) {
  return {.result_type = std::string(q.text(from)),
          .sending_mta_ip = std::string(q.text(from + 1)),
          .receiving_mx = std::string(q.text(from + 2)),
          .receiving_helo = std::string(q.text(from + 3)),
          .receiving_ip = std::string(q.text(from + 4)),
          .additional_information = std::string(q.text(from + 5)),
          .reason_code = std::string(q.text(from + 6))};
}

}  // namespace postern::records
