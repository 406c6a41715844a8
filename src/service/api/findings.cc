#include "service/api/findings.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/policy/demands.h"
#include "core/tls/own_server.h"

namespace postern::api {

namespace {

std::optional<Reason> shown_if(const std::optional<tls::Reason>& reason) {
  return reason ? std::optional(shown(*reason)) : std::nullopt;
}

void say_to_its_owner(std::optional<Reason>& why) {
  if (why) why->remedy = tls::own_server_remedy(why->code);
}

Certificate certificate_of(const tls::CertificateFacts& facts) {
  return {.subject = facts.subject,
          .issuer = facts.issuer,
          .names = facts.dns_names,
          .key = facts.key,
          .sha256 = base::hex(facts.fingerprint),
          .spki_sha256 = base::hex(facts.spki),
          .not_before = facts.not_before,
          .not_after = facts.not_after,
          .self_signed = facts.self_signed};
}

AddressFinding shown_address(const probe::AddressFinding& finding) {
  using std::chrono::duration_cast;
  AddressFinding out;
  out.address = finding.address.to_string();
  out.readiness = finding.readiness;
  out.why = shown_if(finding.why);
  // A server that proved itself may still refuse the recipient: that is the reason then.
  if (!finding.failure.code.empty()) {
    out.why = shown(tls::Reason{finding.failure.code, finding.failure.text});
  }
  out.tls_version = tls::version_text(finding.observation.version);
  out.cipher = finding.observation.cipher;
  out.group = finding.observation.group;
  out.matched_name = finding.matched_name;
  if (finding.observation.certificate)
    out.certificate = certificate_of(*finding.observation.certificate);
  out.dialogue = finding.transcript;
  out.took_ms = duration_cast<std::chrono::milliseconds>(finding.took).count();
  return out;
}

Effective shown_effective(const probe::Effective& effective) {
  return {effective.mode, effective.met, shown_if(effective.why), effective.would_fail};
}

// --- and back ------------------------------------------------------------------------------------

std::optional<tls::Reason> understood_if(const std::optional<Reason>& reason) {
  if (!reason) return std::nullopt;
  return tls::Reason{reason->code, reason->sentence};
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

tls::Sha256 digest(const std::string& hex) {
  tls::Sha256 out{};
  for (std::size_t i = 0; i < out.size() && 2 * i + 1 < hex.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  }
  return out;
}

tls::CertificateFacts facts_of(const Certificate& certificate) {
  tls::CertificateFacts facts;
  facts.fingerprint = digest(certificate.sha256);
  facts.spki = digest(certificate.spki_sha256);
  facts.subject = certificate.subject;
  facts.issuer = certificate.issuer;
  facts.key = certificate.key;
  facts.not_before = certificate.not_before;
  facts.not_after = certificate.not_after;
  facts.dns_names = certificate.names;
  facts.self_signed = certificate.self_signed;
  return facts;
}

probe::AddressFinding understood_address(const AddressFinding& finding) {
  probe::AddressFinding out;
  out.address = base::IpAddress::parse(finding.address).value_or(base::IpAddress());
  out.readiness = finding.readiness;
  out.why = understood_if(finding.why);
  out.observation.version = tls::parse_version(finding.tls_version).value_or(tls::Version::none);
  out.observation.cipher = finding.cipher;
  out.observation.group = finding.group;
  if (finding.certificate) out.observation.certificate = facts_of(*finding.certificate);
  out.matched_name = finding.matched_name;
  out.transcript = finding.dialogue;
  out.took = std::chrono::milliseconds(finding.took_ms);
  return out;
}

dns::Domain domain_of(const std::string& text) {
  return dns::Domain::parse(text).value_or(dns::Domain());
}

}  // namespace

Reason shown(const tls::Reason& reason) {
  return {reason.code, reason.sentence, std::string(tls::reason_info(reason.code).remedy)};
}

HostFinding shown(const probe::HostFinding& finding) {
  HostFinding out;
  out.host = finding.host.empty() ? finding.label : finding.host.text();
  out.port = finding.port;
  out.preference = finding.preference;
  out.secure = finding.secure;
  out.readiness = finding.readiness;
  out.why = shown_if(finding.why);
  for (const auto& address : finding.addresses) out.addresses.push_back(shown_address(address));
  return out;
}

DomainFinding shown(const probe::DomainFinding& finding) {
  DomainFinding out;
  out.domain = finding.domain.text();
  out.readiness = finding.readiness;
  out.shown_as = probe::readiness_text(finding.readiness);
  out.why = shown_if(finding.why);
  out.remark = finding.remark;
  out.mx_secure = finding.mx_secure;
  out.warnings = finding.warnings;
  for (const auto& pin : finding.pins) out.pins.push_back(pin.text());
  if (finding.effective) out.effective = shown_effective(*finding.effective);
  for (const auto& host : finding.hosts) out.hosts.push_back(shown(host));
  return out;
}

RouteProof shown(const onboarding::RouteProof& proof) {
  RouteProof out{.route = proof.route.value,
                 .label = proof.label,
                 .passes = proof.verdict.passes,
                 .shown_as = proof.verdict.shown_as,
                 .mode = proof.mode(),
                 .why = shown_if(proof.verdict.why),
                 .time = proof.time,
                 .finding = shown(proof.finding)};
  say_to_its_owner(out.why);
  say_to_its_owner(out.finding.why);
  for (AddressFinding& address : out.finding.addresses) say_to_its_owner(address.why);
  return out;
}

onboarding::RouteProof proof_of(const prober::RouteTest& test, const policy::InternalRoute& tested,
                                base::Instant now) {
  return {.route = test.route,
          .label = policy::host_and_port(tested.host, tested.port),
          .tested = {},  // who keeps the proof knows the book that it was tested by
          .verdict = test.verdict,
          .time = now,
          .finding = test.finding};
}

probe::HostFinding understood(const HostFinding& finding) {
  probe::HostFinding out;
  out.label = finding.host;
  out.host = domain_of(finding.host);
  out.port = static_cast<std::uint16_t>(finding.port);
  out.preference = static_cast<int>(finding.preference);
  out.secure = finding.secure;
  out.readiness = finding.readiness;
  out.why = understood_if(finding.why);
  for (const auto& address : finding.addresses)
    out.addresses.push_back(understood_address(address));
  return out;
}

probe::DomainFinding understood(const DomainFinding& finding) {
  probe::DomainFinding out;
  out.domain = domain_of(finding.domain);
  out.readiness = finding.readiness;
  out.why = understood_if(finding.why);
  if (finding.why) out.remedy = finding.why->remedy;
  out.remark = finding.remark;
  out.mx_secure = finding.mx_secure;
  out.warnings = finding.warnings;
  for (const std::string& text : finding.pins) {
    if (auto pin = tls::HostPattern::parse(text)) out.pins.push_back(*std::move(pin));
  }
  if (finding.effective) {
    const Effective& effective = *finding.effective;
    out.effective = probe::Effective{effective.mode, effective.met, understood_if(effective.why),
                                     effective.would_fail};
  }
  for (const auto& host : finding.hosts) out.hosts.push_back(understood(host));
  return out;
}

onboarding::RouteProof understood(const RouteProof& proof, std::string tested) {
  onboarding::RouteProof out;
  out.route = {proof.route};
  out.label = proof.label;
  out.tested = std::move(tested);
  out.verdict.passes = proof.passes;
  out.verdict.shown_as = proof.shown_as;
  out.verdict.why = understood_if(proof.why);
  out.verdict.readiness = probe::Readiness::not_ready;
  if (proof.mode == tls::Mode::strict) out.verdict.readiness = probe::Readiness::strict;
  if (proof.mode == tls::Mode::relaxed) out.verdict.readiness = probe::Readiness::relaxed;
  out.time = proof.time;
  out.finding = understood(proof.finding);
  return out;
}

}  // namespace postern::api
