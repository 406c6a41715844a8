// The words of ACME (RFC 8555): how a certificate authority vouches for names without a person.
//
// Steps: the directory names the CA's resources -> an account is a key that the CA knows -> an
// order for names -> for each name an authorization with challenges, one of which is answered
// (http-01: RFC 8555 8.3; tls-alpn-01: RFC 8737) -> finalize the order with a certificate request
// -> fetch the certificate. Each request is a JWS (RFC 7515) signed with the account's key (ES256).
//
// Here are the values, and the JSON that is sent; io/acme reads what comes back, io/crypto signs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/dns/domain.h"

namespace postern::acme {

enum class ChallengeType { http_01, tls_alpn_01 };
[[nodiscard]] std::string_view challenge_text(ChallengeType type);  // "http-01"
[[nodiscard]] bool parse_challenge(std::string_view text, ChallengeType& type);

struct Directory {
  std::string new_nonce, new_account, new_order;  // URLs
  std::string terms;                              // where they can be read; may be empty
  bool external_account_required = false;
};

// Of orders, authorizations and challenges (7.1.6); a word that is not known counts as invalid.
enum class Status { pending, ready, processing, valid, invalid };

struct Challenge {
  std::string type;
  std::string url;
  std::string token;  // base64url, checked by whoever read it
  Status status = Status::pending;
  std::string error;  // why it is invalid; escaped
};

struct Authorization {
  Status status = Status::pending;
  std::string name;
  std::vector<Challenge> challenges;
};

struct Order {
  Status status = Status::pending;
  std::vector<std::string> authorizations;  // URLs
  std::string finalize;
  std::string certificate;  // set when valid
  std::string error;        // escaped
};

// What the CA says instead of what was asked for (6.7, RFC 9457).
struct Problem {
  std::string type;    // the word after "urn:ietf:params:acme:error:", such as "badNonce"
  std::string detail;  // escaped
};

// --- what is sent --------------------------------------------------------------------------------

// The public key of an account (RFC 7517) from the coordinates of a P-256 point, 32 bytes each: the
// members in the order that its thumbprint (RFC 7638) is made of.
[[nodiscard]] std::string jwk(std::string_view x, std::string_view y);

struct JwsHeader {
  std::string_view algorithm = "ES256";
  std::string jwk{};  // JSON; empty: `key_id` stands instead
  std::string key_id{};
  std::string nonce{};  // empty: none (external account binding)
  std::string url{};
};
// What is signed, and the JWS with its signature (RFC 7515 7.2.2). An empty payload is a
// POST-as-GET (RFC 8555 6.3).
[[nodiscard]] std::string signing_input(const JwsHeader& header, std::string_view payload);
[[nodiscard]] std::string jws(std::string_view signing_input, std::string_view signature);

struct AccountRequest {
  std::vector<std::string> contacts;       // "mailto:..." URLs
  std::string external_account_binding{};  // a JWS, or empty
};
[[nodiscard]] std::string account_payload(const AccountRequest& request);
[[nodiscard]] std::string order_payload(const std::vector<dns::Domain>& names);
[[nodiscard]] std::string finalize_payload(std::string_view request_der);

// What an answered challenge shows (8.1): `thumbprint` is the SHA-256 of the account's jwk().
[[nodiscard]] std::string key_authorization(std::string_view token, std::string_view thumbprint);

constexpr std::string_view kHttpPath = "/.well-known/acme-challenge/";
constexpr std::string_view kAlpnProtocol = "acme-tls/1";

}  // namespace postern::acme
