#include "app/gateway/certificates_json.h"

#include "core/base/json_writer.h"
#include "core/dane/tlsa_text.h"

namespace postern::app {
namespace {

using base::JsonWriter;

std::string tlsa_text(const tls::Sha256& key) {
  return dane::zone_text({3, 1, 1, {key.begin(), key.end()}});
}

void write(JsonWriter& json, const tls::CertificateFacts& leaf) {
  json.begin_object().field("subject", leaf.subject).field("issuer", leaf.issuer);
  json.field("key", leaf.key).field("self_signed", leaf.self_signed);
  json.key("names").begin_array();
  for (const std::string& name : leaf.dns_names) json.value(name);
  json.end_array().field("expires", base::rfc3339(leaf.not_after));
  json.field("tlsa", tlsa_text(leaf.spki)).end_object();
}

void write(JsonWriter& json, const crypto::ServerContext* context) {
  json.begin_array();
  if (context != nullptr) {
    for (const tls::CertificateFacts& leaf : context->identities()) write(json, leaf);
  }
  json.end_array();
}

void write(JsonWriter& json, const acme::Kept& kept) {
  json.begin_object().field("name", kept.names.front().text()).key("names").begin_array();
  for (const dns::Domain& name : kept.names) json.value(name.text());
  json.end_array().key("certificate");
  if (kept.leaf) {
    write(json, *kept.leaf);
    json.field("renewal", base::rfc3339(kept.renewal));
  } else {
    json.null();
  }
  json.field("failures", kept.attempts.failures);
  if (kept.attempts.failures > 0) {
    json.field("why", kept.attempts.why).field("next", base::rfc3339(kept.attempts.next));
  }
  if (kept.waiting) {
    json.key("waiting");
    write(json, *kept.waiting);
  }
  if (kept.next_key) json.field("next_tlsa", tlsa_text(*kept.next_key));
  if (kept.waiting || kept.next_key) json.field("waits_for", kept.waits_for);
  json.end_object();
}

}  // namespace

std::string kept_json(const acme::Kept& kept) {
  JsonWriter json;
  write(json, kept);
  return std::move(json).take();
}

std::string certificates_json(const ShownCertificates& shown) {
  JsonWriter json;
  json.begin_object().key("in_force");
  write(json, shown.in_force.get());
  json.key("held");
  write(json, shown.candidate.get());
  json.field("held_why", shown.held_why).key("kept").begin_array();
  for (const acme::Kept& kept : shown.kept) write(json, kept);
  json.end_array().end_object();
  return std::move(json).take();
}

}  // namespace postern::app
