#include "io/crypto/suites.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/text.h"
#include "io/crypto/tls.h"

namespace postern::crypto {
namespace {

// AES-128 first: it is the quickest with AES instructions, and nobody breaks it sooner than
// AES-256.
constexpr const char* suites_1_3 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* suites_1_2 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:"
    "ECDHE+HIGH:DHE+HIGH:HIGH";
// The Brainpool curves, last, for certificates: German authorities issue them.
constexpr const char* groups =
    "X25519:P-256:P-384:P-521:X448:ffdhe2048:ffdhe3072:brainpoolP256r1:brainpoolP384r1:"
    "brainpoolP512r1";

std::string suite_list(const SuiteChoice& choice) {
  std::string list = suites_1_2;
  // Anonymous suites stand last: with a certificate there is at least something to record.
  if (choice.anonymous) list += ":ALL:+aNULL";
  if (choice.forbidden) list += ":RC4:MD5:+RC4:+MD5";
  list += ":!eNULL:!PSK:!SRP:!EXPORT:!LOW";
  if (!choice.anonymous) list += ":!aNULL";
  if (!choice.forbidden) list += ":!RC4:!MD5";
  return list;
}

int protocol(tls::Version version) {
  switch (version) {
    case tls::Version::tls1_3:
      return TLS1_3_VERSION;
    case tls::Version::tls1_2:
      return TLS1_2_VERSION;
    case tls::Version::tls1_1:
      return TLS1_1_VERSION;
    case tls::Version::none:
    case tls::Version::tls1_0:
      return TLS1_VERSION;
  }
  std::unreachable();
}

tls::Version version_of(const SSL* ssl) {
  switch (SSL_version(ssl)) {
    case TLS1_3_VERSION:
      return tls::Version::tls1_3;
    case TLS1_2_VERSION:
      return tls::Version::tls1_2;
    case TLS1_1_VERSION:
      return tls::Version::tls1_1;
    case TLS1_VERSION:
      return tls::Version::tls1_0;
    default:
      return tls::Version::none;
  }
}

std::string group_of(SSL* ssl) {
  const int group = static_cast<int>(SSL_get_negotiated_group(ssl));
  const char* name = group == NID_undef ? nullptr : SSL_group_to_name(ssl, group);
  if (name != nullptr) {
    const std::string_view known(name);
    if (known == "x25519") return "X25519";
    if (known == "x448") return "X448";
    if (known == "secp256r1" || known == "prime256v1") return "P-256";
    if (known == "secp384r1") return "P-384";
    if (known == "secp521r1") return "P-521";
    return base::printable(known);
  }
  // TLS 1.2 and older with a group of the server's own making.
  EVP_PKEY* temporary = nullptr;
  if (SSL_get_peer_tmp_key(ssl, &temporary) != 1) return {};
  const KeyPtr owner(temporary);
  if (!EVP_PKEY_is_a(temporary, "DH")) return {};
  return fmt::format("DH {}", EVP_PKEY_get_bits(temporary));
}

bool links(const char* suites) {
  const ErrorScope errors;
  const SslContextPtr context(required(SSL_CTX_new(TLS_method()), "make a TLS context"));
  return SSL_CTX_set_cipher_list(context.get(), suites) == 1;
}

}  // namespace

void configure(SSL_CTX* context, const SuiteChoice& choice) {
  const bool old = choice.floor < tls::Version::tls1_2;
  SSL_CTX_set_security_level(context, old || choice.anonymous ? 0 : 1);
  require(SSL_CTX_set_min_proto_version(context, protocol(choice.floor)) == 1, "set the TLS floor");
  require(SSL_CTX_set_cipher_list(context, suite_list(choice).c_str()) == 1, "set the suites");
  require(SSL_CTX_set_ciphersuites(context, suites_1_3) == 1, "set the TLS 1.3 suites");
  require(SSL_CTX_set1_groups_list(context, groups) == 1, "set the groups");
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_TLSEXT_PADDING);
  // A server without RFC 5746 may be attacked by splicing, but plaintext is no better.
  if (old) SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A read that met only TLS's own messages comes back to TlsStream, which counts them.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  // One recv() takes a whole record, and more; TlsStream drains OpenSSL before it waits.
  SSL_CTX_set_read_ahead(context, 1);
}

Agreed agreed(SSL* ssl) {
  Agreed result;
  result.version = version_of(ssl);
  result.group = group_of(ssl);
  result.resumed = SSL_session_reused(ssl) == 1;
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  if (cipher == nullptr) return result;
  result.cipher = SSL_CIPHER_get_name(cipher);
  if (const char* name = SSL_CIPHER_standard_name(cipher); name != nullptr) {
    result.cipher_iana = name;
  }
  result.anonymous = SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null;
  const int bulk = SSL_CIPHER_get_cipher_nid(cipher);
  result.weak_suite = bulk == NID_rc4 || bulk == NID_undef || bulk == NID_des_cbc ||
                      SSL_CIPHER_get_digest_nid(cipher) == NID_md5;
  return result;
}

std::string missing_suites(bool forbidden_suites) {
  if (!forbidden_suites) return {};
  std::string missing;
  if (!links("RC4:!eNULL:@SECLEVEL=0")) missing = "RC4";
  if (!links("MD5:!eNULL:@SECLEVEL=0")) missing += missing.empty() ? "MD5" : " and MD5";
  if (missing.empty()) return {};
  return fmt::format(
      "The configuration asks for forbidden suites, but the linked {} has no {} suites.",
      OpenSSL_version(OPENSSL_VERSION_STRING), missing);
}

}  // namespace postern::crypto
