#include "io/crypto/handshake_words.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

#include "io/crypto/openssl.h"

namespace postern::crypto {
namespace {

struct Words {
  int reason;
  const char* text;
};

constexpr std::array<Words, 23> table{{
    {SSL_R_WRONG_VERSION_NUMBER, "the peer answered with something that is not TLS"},
    {SSL_R_HTTP_REQUEST, "the peer sent a request in plaintext instead of TLS"},
    {SSL_R_UNSUPPORTED_PROTOCOL, "the two sides have no TLS version in common"},
    {SSL_R_NO_PROTOCOLS_AVAILABLE, "the two sides have no TLS version in common"},
    {SSL_R_NO_SHARED_CIPHER, "the two sides have no cipher suite in common"},
    {SSL_R_NO_SHARED_GROUPS, "the two sides have no key exchange group in common"},
    {SSL_R_NO_SUITABLE_KEY_SHARE, "the two sides have no key exchange group in common"},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, "the two sides have no signature algorithm in common"},
    {SSL_R_WRONG_SIGNATURE_TYPE, "the peer signed with an algorithm that is not accepted here"},
    {SSL_R_DH_KEY_TOO_SMALL, "the peer's Diffie-Hellman key is too small to protect anything"},
    {SSL_R_NO_APPLICATION_PROTOCOL,
     "the peer asked for another application protocol than the one spoken here (ALPN)"},
    {SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED,
     "the peer does not support secure renegotiation (RFC 5746)"},
    {SSL_R_INAPPROPRIATE_FALLBACK, "the peer repeated the handshake with an older TLS version"},
    {SSL_R_UNSUPPORTED_COMPRESSION_ALGORITHM,
     "the peer chose TLS compression, which was not offered"},
    {SSL_R_COMPRESSION_DISABLED, "the peer chose TLS compression, which was not offered"},
    {SSL_R_INVALID_COMPRESSION_ALGORITHM, "the peer chose TLS compression, which was not offered"},
    {SSL_R_NO_COMPRESSION_SPECIFIED, "the peer does not do without TLS compression"},
    {SSL_R_UNSOLICITED_EXTENSION, "the peer answered with a TLS extension that was not asked for"},
    {SSL_R_WRONG_CIPHER_RETURNED, "the peer chose a cipher suite that was not offered"},
    {SSL_R_UNKNOWN_CIPHER_RETURNED, "the peer chose a cipher suite that was not offered"},
    {SSL_R_NO_RENEGOTIATION, "the peer wanted to renegotiate TLS, which is never done here"},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, "a record of the peer could not be decrypted"},
    {SSL_R_UNEXPECTED_EOF_WHILE_READING, "the peer closed the connection during the handshake"},
}};

std::string words_for(unsigned long error, Side side) {
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
    if (reason == SSL_R_INAPPROPRIATE_FALLBACK && side == Side::client) {
      return "the server could speak a newer TLS version but was made to choose an older one: "
             "somebody between it and us may have changed what we offered (RFC 8446 4.1.3)";
    }
    if (reason > SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256) {
      return std::string("the peer sent the TLS alert \"") +
             SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET) + "\"";
    }
    const auto* known =
        std::ranges::find_if(table, [reason](const Words& w) { return w.reason == reason; });
    if (known != table.end()) return known->text;
  }
  const char* text = ERR_reason_error_string(error);
  return text == nullptr ? std::string() : std::string("TLS error: ") + text;
}

// A client offers every version from its floor to the newest, so a peer that has none of them is
// too old: it answered with an older one, or said so by an alert (RFC 8446 6.2).
bool is_about_the_version(unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return false;
  const int reason = ERR_GET_REASON(error);
  return reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION;
}

}  // namespace

HandshakeError handshake_error(Side side) {
  // The first entry is the cause; those after it say which call passed it on.
  const unsigned long first = ERR_peek_error();
  HandshakeError error;
  if (first != 0) error = {words_for(first, side), is_about_the_version(first)};
  ERR_clear_error();
  return error;
}

}  // namespace postern::crypto
