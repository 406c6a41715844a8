#include "app/cli/probe_output.h"

#include <fmt/format.h>

#include "app/cli/table.h"
#include "core/base/text.h"
#include "core/tls/describe.h"

namespace postern::cli {

namespace {

std::string reason_code(const probe::DomainFinding& finding) {
  return finding.why ? finding.why->code : std::string();
}

std::string reason_text(const probe::DomainFinding& finding) {
  if (!finding.remark.empty()) return finding.remark;
  return finding.why ? finding.why->sentence : std::string();
}

std::string tls_text(const probe::DomainFinding& finding) {
  for (const probe::HostFinding& host : finding.hosts) {
    for (const probe::AddressFinding& address : host.addresses) {
      if (address.readiness == finding.readiness && address.observation.encrypted()) {
        return std::string(tls::version_text(address.observation.version));
      }
    }
  }
  return "none";
}

std::size_t address_count(const probe::DomainFinding& finding) {
  std::size_t count = 0;
  for (const probe::HostFinding& host : finding.hosts) count += host.addresses.size();
  return count;
}

std::vector<std::string> row_of(const probe::DomainFinding& finding) {
  return {finding.domain.unicode(),
          std::string(probe::readiness_text(finding.readiness)),
          tls_text(finding),
          finding.mx_secure ? "secure" : "insecure",
          fmt::format("{}/{}", finding.hosts.size(), address_count(finding)),
          reason_text(finding)};
}

}  // namespace

std::string probe_table(const std::vector<probe::DomainFinding>& findings) {
  Table table({"domain", "verdict", "tls", "mx by dns", "mx/addresses", "reason"});
  for (const probe::DomainFinding& finding : findings) table.row(row_of(finding));
  return table.text();
}

std::string probe_csv(const std::vector<probe::DomainFinding>& findings) {
  Table table({"domain", "verdict", "reason", "explanation", "remedy", "tls", "mx_secure", "hosts",
               "addresses", "pins"});
  for (const probe::DomainFinding& finding : findings) {
    std::string pins;
    for (const tls::HostPattern& pin : finding.pins) pins += (pins.empty() ? "" : " ") + pin.text();
    table.row({finding.domain.text(), std::string(probe::readiness_value(finding.readiness)),
               reason_code(finding), reason_text(finding), finding.remedy, tls_text(finding),
               finding.mx_secure ? "yes" : "no", std::to_string(finding.hosts.size()),
               std::to_string(address_count(finding)), pins});
  }
  return table.csv();
}

namespace {

void append_address(std::string& out, const probe::AddressFinding& address, base::Instant now,
                    bool with_dialogue) {
  out += fmt::format("    [{}] {}\n", address.address.to_string(),
                     probe::readiness_text(address.readiness));
  bool answered = address.observation.offer != tls::Offer::unknown;
  if (answered) out += fmt::format("      {}\n", tls::describe(address.observation, now));
  if (address.why) {
    out += fmt::format("      {} ({})\n", address.why->sentence, address.why->code);
    std::string_view remedy = tls::reason_info(address.why->code).remedy;
    if (!remedy.empty()) out += fmt::format("      What to do: {}\n", remedy);
  }
  if (!with_dialogue) return;
  for (const std::string& line : address.transcript) out += fmt::format("        {}\n", line);
}

void append_host(std::string& out, const probe::HostFinding& host, base::Instant now,
                 bool with_dialogue) {
  out +=
      fmt::format("  {} (preference {}{}): {}\n", host.label, host.preference,
                  host.secure ? ", secured by DNSSEC" : "", probe::readiness_text(host.readiness));
  if (host.unusable) out += fmt::format("    {}\n", host.unusable->text);
  for (const probe::AddressFinding& address : host.addresses) {
    append_address(out, address, now, with_dialogue);
  }
}

}  // namespace

std::string probe_details(const probe::DomainFinding& finding, base::Instant now,
                          bool with_dialogue) {
  std::string out =
      fmt::format("{}: {}\n", finding.domain.unicode(), probe::readiness_text(finding.readiness));
  if (std::string text = reason_text(finding); !text.empty()) out += fmt::format("  {}\n", text);
  if (!finding.remedy.empty()) out += fmt::format("  What to do: {}\n", finding.remedy);
  if (finding.effective) {
    const probe::Effective& now_in_force = *finding.effective;
    out += fmt::format("  In force now: {}; a delivery would {}\n",
                       tls::shown_as(now_in_force.mode), now_in_force.met ? "go through" : "wait");
    if (now_in_force.why) out += fmt::format("    because: {}\n", now_in_force.why->sentence);
    if (!now_in_force.would_fail.empty()) {
      out += fmt::format("    a monitored policy would stop it: {}\n", now_in_force.would_fail);
    }
  }
  for (const std::string& warning : finding.warnings) out += fmt::format("  Note: {}\n", warning);
  for (const probe::HostFinding& host : finding.hosts) append_host(out, host, now, with_dialogue);
  if (!finding.pins.empty()) {
    out += "  A strict policy would pin:";
    for (const tls::HostPattern& pin : finding.pins) out += " " + pin.text();
    out += "\n";
  }
  return out;
}

namespace {

void write_reason(base::JsonWriter& json, const std::optional<tls::Reason>& why) {
  json.field("reason", why ? why->code : "");
  json.field("explanation", why ? why->sentence : "");
}

void write_certificate(base::JsonWriter& json, const tls::CertificateFacts& certificate) {
  json.key("certificate").begin_object();
  json.field("sha256", base::hex(certificate.fingerprint));
  json.field("spki_sha256", base::hex(certificate.spki));
  json.field("subject", certificate.subject).field("issuer", certificate.issuer);
  json.field("key", certificate.key);
  json.field("not_before", base::rfc3339(certificate.not_before));
  json.field("not_after", base::rfc3339(certificate.not_after));
  json.field("self_signed", certificate.self_signed);
  json.key("names").begin_array();
  for (const std::string& name : certificate.dns_names) json.value(name);
  json.end_array().end_object();
}

void write_address(base::JsonWriter& json, const probe::AddressFinding& address) {
  const tls::Observation& seen = address.observation;
  json.begin_object();
  json.field("address", address.address.to_string());
  json.field("verdict", probe::readiness_value(address.readiness));
  write_reason(json, address.why);
  json.field("tls_version", tls::version_text(seen.version)).field("cipher", seen.cipher);
  json.field("group", seen.group).field("detail", seen.detail);
  json.field("took_ms", address.took.count() / 1000);
  if (seen.certificate) write_certificate(json, *seen.certificate);
  json.key("dialogue").begin_array();
  for (const std::string& line : address.transcript) json.value(line);
  json.end_array().end_object();
}

}  // namespace

void write_host(base::JsonWriter& json, const probe::HostFinding& host) {
  json.begin_object();
  json.field("host", host.label).field("preference", host.preference).field("port", host.port);
  json.field("secure", host.secure);
  json.field("verdict", probe::readiness_value(host.readiness));
  write_reason(json, host.why);
  json.key("addresses").begin_array();
  for (const probe::AddressFinding& address : host.addresses) write_address(json, address);
  json.end_array().end_object();
}

void write_finding(base::JsonWriter& json, const probe::DomainFinding& finding) {
  json.begin_object();
  json.field("domain", finding.domain.text());
  json.field("verdict", probe::readiness_value(finding.readiness));
  json.field("shown_as", probe::readiness_text(finding.readiness));
  write_reason(json, finding.why);
  json.field("remedy", finding.remedy).field("remark", finding.remark);
  json.field("mx_secure", finding.mx_secure).field("implicit_mx", finding.implicit_mx);
  json.key("warnings").begin_array();
  for (const std::string& warning : finding.warnings) json.value(warning);
  json.end_array();
  json.key("pins").begin_array();
  for (const tls::HostPattern& pin : finding.pins) json.value(pin.text());
  json.end_array();
  if (finding.effective) {
    json.key("effective").begin_object();
    json.field("mode", tls::api_value(finding.effective->mode));
    json.field("met", finding.effective->met);
    write_reason(json, finding.effective->why);
    json.field("would_fail", finding.effective->would_fail).end_object();
  }
  json.key("hosts").begin_array();
  for (const probe::HostFinding& host : finding.hosts) write_host(json, host);
  json.end_array().end_object();
}

}  // namespace postern::cli
