#include "core/acme/protocol.h"

#include "core/base/base64url.h"
#include "core/base/json_writer.h"

namespace postern::acme {

std::string_view challenge_text(ChallengeType type) {
  return type == ChallengeType::http_01 ? "http-01" : "tls-alpn-01";
}

bool parse_challenge(std::string_view text, ChallengeType& type) {
  for (const ChallengeType one : {ChallengeType::http_01, ChallengeType::tls_alpn_01}) {
    if (text != challenge_text(one)) continue;
    type = one;
    return true;
  }
  return false;
}

std::string jwk(std::string_view x, std::string_view y) {
  base::JsonWriter json;
  json.begin_object().field("crv", "P-256").field("kty", "EC");
  json.field("x", base::base64url(x)).field("y", base::base64url(y)).end_object();
  return std::move(json).take();
}

std::string signing_input(const JwsHeader& header, std::string_view payload) {
  base::JsonWriter json;
  json.begin_object().field("alg", header.algorithm);
  if (header.jwk.empty()) {
    json.field("kid", header.key_id);
  } else {
    json.key("jwk").raw(header.jwk);
  }
  if (!header.nonce.empty()) json.field("nonce", header.nonce);
  json.field("url", header.url).end_object();
  return base::base64url(json.text()) + "." + base::base64url(payload);
}

std::string jws(std::string_view signing_input, std::string_view signature) {
  const std::size_t dot = signing_input.find('.');
  base::JsonWriter json;
  json.begin_object().field("protected", signing_input.substr(0, dot));
  json.field("payload", signing_input.substr(dot + 1));
  json.field("signature", base::base64url(signature)).end_object();
  return std::move(json).take();
}

std::string account_payload(const AccountRequest& request) {
  base::JsonWriter json;
  json.begin_object().field("termsOfServiceAgreed", true);
  if (!request.contacts.empty()) {
    json.key("contact").begin_array();
    for (const std::string& contact : request.contacts) json.value(contact);
    json.end_array();
  }
  if (!request.external_account_binding.empty()) {
    json.key("externalAccountBinding").raw(request.external_account_binding);
  }
  json.end_object();
  return std::move(json).take();
}

std::string order_payload(const std::vector<dns::Domain>& names) {
  base::JsonWriter json;
  json.begin_object().key("identifiers").begin_array();
  for (const dns::Domain& name : names) {
    json.begin_object().field("type", "dns").field("value", name.text()).end_object();
  }
  json.end_array().end_object();
  return std::move(json).take();
}

std::string finalize_payload(std::string_view request_der) {
  base::JsonWriter json;
  json.begin_object().field("csr", base::base64url(request_der)).end_object();
  return std::move(json).take();
}

std::string key_authorization(std::string_view token, std::string_view thumbprint) {
  return std::string(token) + "." + base::base64url(thumbprint);
}

}  // namespace postern::acme
