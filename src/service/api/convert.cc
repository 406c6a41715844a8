#include "service/api/convert.h"

#include "core/base/text.h"
#include "core/dane/tlsa_text.h"
#include "core/onboarding/domain_proof.h"

namespace postern::api {

namespace {

std::optional<std::string> unless_empty(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

std::optional<std::string> user_of(const std::optional<policy::Login>& login) {
  return login ? std::optional(login->user) : std::nullopt;
}

template <class Shown, class Route>
void show_common(Shown& out, const Route& route) {
  out.id = route.id.value;
  out.domain = route.domain.empty() ? "*" : route.domain.text();
  out.host = route.host;
  out.port = route.port;
  out.priority = route.priority;
  out.tls = route.start;
  out.mode = route.mode;
  out.login_user = user_of(route.login);
}

}  // namespace

std::vector<std::string> texts(const std::vector<dns::Domain>& domains) {
  std::vector<std::string> out;
  for (const dns::Domain& domain : domains) out.push_back(domain.text());
  return out;
}

std::string shown_as(const policy::Scope& scope) {
  return (scope.wildcard ? "*." : "") + scope.base.unicode();
}

Domain shown(const policy::InternalDomain& domain, const dns::Domain& gateway) {
  Domain out;
  out.id = domain.id.value;
  out.domain = domain.domain.text();
  out.shown_as = domain.domain.unicode();
  out.validated = domain.validated;
  out.enforce_receipt = domain.enforce_receipt;
  out.mta_sts = domain.sts.mode;
  out.mta_sts_max_age = domain.sts.max_age.count();
  for (const auto& host : domain.sts.mx) out.mta_sts_mx.push_back(host.text());
  for (const onboarding::Record& record : onboarding::proof_records(domain, gateway)) {
    out.publish.push_back({record.name, record.type, record.value});
  }
  return out;
}

Route shown(const policy::InternalRoute& route) {
  Route out;
  show_common(out, route);
  out.names = texts(route.names);
  return out;
}

ExternalRoute shown(const policy::ExternalRoute& route) {
  ExternalRoute out;
  show_common(out, route);
  out.verify_name = unless_empty(route.verify_name.text());
  out.consult_published = route.consult_published;
  return out;
}

Sender shown(const policy::InternalSender& sender) {
  Sender out;
  out.id = sender.id.value;
  out.kind = sender.kind;
  if (sender.range) out.range = sender.range->to_string();
  out.user = unless_empty(sender.user);
  out.password_set = !sender.password_hash.empty();
  if (sender.certificate_spki != tls::Sha256{}) {
    out.certificate_spki = base::hex(sender.certificate_spki);
  }
  out.require_tls = sender.require_tls;
  out.note = sender.note;
  return out;
}

Policy shown(const policy::Policy& policy, base::Instant now) {
  Policy out;
  out.id = policy.id.value;
  out.domain = policy.scope.text();
  out.shown_as = shown_as(policy.scope);
  out.exclude = texts(policy.scope.exclusions);
  out.mode = policy.mode;
  out.stage = policy.stage;
  out.delivery = policy.delivery;
  out.receipt = policy.receipt;
  out.require = policy.accept;
  out.floor = policy.floor;
  for (const tls::HostPattern& pin : policy.mx_pins) out.mx.push_back(pin.text());
  out.names = texts(policy.names);
  for (const tls::Sha256& pin : policy.spki_pins) out.spki.push_back(base::hex(pin));
  out.client_names = texts(policy.client_names);
  out.on_failure = policy.on_failure;
  out.time_limit = base::duration_text(policy.time_limit);
  out.valid_from = policy.valid_from;
  out.valid_until = policy.valid_until;
  out.active = policy.active(now);
  out.note = policy.note;
  out.author = policy.author;
  out.created = policy.created;
  return out;
}

Exception shown(const policy::Exception& exception, base::Instant now) {
  Exception out;
  out.id = exception.id.value;
  out.domain = exception.domain.text();
  out.mode = exception.mode;
  out.reason = exception.reason;
  out.author = exception.author;
  out.created = exception.created;
  out.end = exception.end;
  out.active = now < exception.end;
  return out;
}

std::string tlsa_text(const tls::Sha256& key) {
  return dane::zone_text({3, 1, 1, {key.begin(), key.end()}});
}

CertificateInfo shown(const tls::CertificateFacts& certificate) {
  CertificateInfo out;
  out.names = certificate.dns_names;
  out.issuer = certificate.issuer;
  out.self_signed = certificate.self_signed;
  out.sha256 = base::hex(certificate.fingerprint);
  out.key = certificate.key;
  out.not_before = certificate.not_before;
  out.not_after = certificate.not_after;
  out.tlsa = tlsa_text(certificate.spki);
  return out;
}

std::vector<Source> shown(const std::vector<tls::Considered>& sources) {
  std::vector<Source> out;
  for (const tls::Considered& line : sources) {
    out.push_back({line.source.kind, line.source.id, line.source.name, line.mode,
                   std::string(tls::fate_text(line.fate)), line.rule});
  }
  return out;
}

}  // namespace postern::api
