// A TLS report, as whoever receives one wants to read it.
#include <fmt/core.h>

#include <algorithm>

#include "core/lint/lint.h"

namespace postern::lint {
namespace {

using tlsrpt::Failures;
using tlsrpt::PolicyResult;
using tlsrpt::PolicyType;
using tlsrpt::Report;

constexpr std::size_t kMostPolicies = 50;
constexpr std::size_t kMostFailures = 20;  // of one policy

std::string_view policy_words(PolicyType type) {
  switch (type) {
    case PolicyType::tlsa:
      return "by its TLSA records (DANE)";
    case PolicyType::sts:
      return "by its MTA-STS policy";
    case PolicyType::no_policy_found:
      return "without any policy";
  }
  return "";
}

std::string sessions(std::int64_t count) {
  return count == 1 ? "1 session" : fmt::format("{} sessions", count);
}

std::string failure_line(const Failures& failure) {
  std::string line =
      fmt::format("- {}: {}", sessions(failure.sessions),
                  failure.with.result_type.empty() ? "(no result)" : failure.with.result_type);
  const auto add = [&](std::string_view word, const std::string& value) {
    if (!value.empty()) line += fmt::format(", {} {}", word, value);
  };
  add("at", failure.with.receiving_mx);
  add("address", failure.with.receiving_ip);
  add("from", failure.with.sending_mta_ip);
  add("reason", failure.with.reason_code);
  add("see", failure.with.additional_information);
  if (const auto* type = tlsrpt::find_result_type(failure.with.result_type)) {
    line += fmt::format(". {}", type->meaning);
  }
  return line;
}

void explain(const PolicyResult& result, std::vector<std::string>& lines) {
  lines.push_back(fmt::format("{}, {}: {} went well, {} failed.", result.policy.domain,
                              policy_words(result.policy.type),
                              sessions(result.successful_sessions), result.failed_sessions));
  std::vector<Failures> worst = result.failures;
  std::ranges::sort(worst, [](const Failures& a, const Failures& b) {
    return a.sessions != b.sessions ? a.sessions > b.sessions : a.with < b.with;
  });
  for (std::size_t i = 0; i < std::min(worst.size(), kMostFailures); ++i) {
    lines.push_back(failure_line(worst[i]));
  }
  if (worst.size() > kMostFailures) {
    lines.push_back(fmt::format("- and {} rows more.", worst.size() - kMostFailures));
  }
}

std::vector<std::string> explain(const Report& report) {
  std::vector<std::string> lines{
      fmt::format("{} reports what it saw from {} to {}.",
                  report.organization.empty() ? "Somebody without a name" : report.organization,
                  base::rfc3339(report.begin), base::rfc3339(report.end))};
  for (std::size_t i = 0; i < std::min(report.policies.size(), kMostPolicies); ++i) {
    explain(report.policies[i], lines);
  }
  if (report.policies.size() > kMostPolicies) {
    lines.push_back(fmt::format("And {} policies more.", report.policies.size() - kMostPolicies));
  }
  return lines;
}

}  // namespace

Page report(const base::Examined<Report>& examined) {
  Page page{.kind = "report", .title = "TLS report"};
  page.findings = examined.findings;
  page.valid = examined.value.has_value();
  if (!page.valid) return page;
  page.meaning = explain(*examined.value);
  page.value = tlsrpt::to_json(*examined.value);
  return page;
}

}  // namespace postern::lint
