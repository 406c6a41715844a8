#include "core/tlsrpt/report.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/json_writer.h"

namespace postern::tlsrpt {
namespace {

constexpr std::array kPolicyTypes{PolicyType::tlsa, PolicyType::sts, PolicyType::no_policy_found};

std::int64_t seconds(base::Instant time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// Members that say nothing are left out.
void write_text(base::JsonWriter& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json.field(name, text);
}
void write_list(base::JsonWriter& json, std::string_view name,
                const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.key(name).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_policy(base::JsonWriter& json, const AppliedPolicy& policy) {
  json.key("policy").begin_object();
  json.field("policy-type", policy_type_text(policy.type));
  write_list(json, "policy-string", policy.strings);
  json.field("policy-domain", policy.domain);
  write_list(json, "mx-host", policy.mx_hosts);
  json.end_object();
}

void write_failure(base::JsonWriter& json, const Failures& failure) {
  json.begin_object().field("result-type", failure.with.result_type);
  write_text(json, "sending-mta-ip", failure.with.sending_mta_ip);
  write_text(json, "receiving-mx-hostname", failure.with.receiving_mx);
  write_text(json, "receiving-mx-helo", failure.with.receiving_helo);
  write_text(json, "receiving-ip", failure.with.receiving_ip);
  json.field("failed-session-count", failure.sessions);
  write_text(json, "additional-information", failure.with.additional_information);
  write_text(json, "failure-reason-code", failure.with.reason_code);
  json.end_object();
}

void write_result(base::JsonWriter& json, const PolicyResult& result) {
  json.begin_object();
  write_policy(json, result.policy);
  json.key("summary").begin_object();
  json.field("total-successful-session-count", result.successful_sessions);
  json.field("total-failure-session-count", result.failed_sessions).end_object();
  if (!result.failures.empty()) {
    json.key("failure-details").begin_array();
    for (const Failures& failure : result.failures) write_failure(json, failure);
    json.end_array();
  }
  json.end_object();
}

}  // namespace

const std::array<ResultType, result_type_count> result_types{{
    {"starttls-not-supported", "The host did not offer STARTTLS, or refused it when asked."},
    {"certificate-host-mismatch", "The certificate was for other names than the host's."},
    {"certificate-expired", "The certificate had expired."},
    {"certificate-not-trusted",
     "No authority that the sender trusts vouched for the certificate, or its chain was cut "
     "short."},
    {"validation-failure", "TLS failed for a reason that has no name of its own."},
    {"tlsa-invalid", "None of the host's TLSA records could be used, or none matched."},
    {"dnssec-invalid", "DNSSEC validation failed: the resolver would give no answer."},
    {"dane-required", "The sender demands DANE, and the host had no TLSA records."},
    {"sts-policy-fetch-error", "The MTA-STS policy could not be fetched."},
    {"sts-policy-invalid", "The MTA-STS policy broke the rules of its syntax."},
    {"sts-webpki-invalid",
     "The host that serves the MTA-STS policy had no certificate that is valid for its name."},
}};

const ResultType* find_result_type(std::string_view name) {
  const auto found = std::ranges::find(result_types, name, &ResultType::name);
  return found == result_types.end() ? nullptr : &*found;
}

std::string_view policy_type_text(PolicyType type) {
  switch (type) {
    case PolicyType::tlsa:
      return "tlsa";
    case PolicyType::sts:
      return "sts";
    case PolicyType::no_policy_found:
      return "no-policy-found";
  }
  return "no-policy-found";
}

std::optional<PolicyType> parse_policy_type(std::string_view text) {
  const auto found = std::ranges::find(kPolicyTypes, text, policy_type_text);
  if (found == kPolicyTypes.end()) return std::nullopt;
  return *found;
}

std::string to_json(const Report& report) {
  base::JsonWriter json;
  json.begin_object().field("organization-name", report.organization);
  json.key("date-range").begin_object();
  json.field("start-datetime", base::rfc3339(report.begin));
  json.field("end-datetime", base::rfc3339(report.end)).end_object();
  json.field("contact-info", report.contact).field("report-id", report.id);
  json.key("policies").begin_array();
  for (const PolicyResult& result : report.policies) write_result(json, result);
  json.end_array().end_object();
  return std::move(json).take();
}

std::string file_name(const dns::Domain& sender, const dns::Domain& policy_domain,
                      const Report& report, std::string_view unique_id, Compression compression) {
  std::string unique;
  for (const char c : unique_id) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (plain) unique += c;
  }
  return fmt::format("{}!{}!{}!{}{}{}.{}", sender.text(), policy_domain.text(),
                     seconds(report.begin), seconds(report.end), unique.empty() ? "" : "!", unique,
                     compression == Compression::gzip ? "json.gz" : "json");
}

}  // namespace postern::tlsrpt
