// DKIM signatures (RFC 6376) for mail that the gateway writes itself: TLS reports must carry one
// (RFC 8460 3). Mail that passes through is never signed, nor changed.
//
// Steps: body_to_hash() -> its SHA-256 -> prepare() -> the RSA signature (RFC 8301) of `input` ->
// signed_message(). Digest and signature are io/crypto's: nothing here touches a key.
//
// Both canonicalisations are "relaxed" (3.4.2, 3.4.4). Signed are the fields that stand in the
// message of those named in RFC 6376 5.4.1, and those of a TLS report (RFC 8460 5.3); From is named
// once more than it stands there, so that nobody adds another (8.15).
#pragma once

#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/dns/domain.h"

namespace postern::message {

struct DkimSigner {
  dns::Domain domain;    // d=
  std::string selector;  // s=: a label or several, [a-z0-9.-]
  base::Instant now;     // t=
};

// The body of a whole message (lines end with CRLF) as it is hashed.
[[nodiscard]] std::string body_to_hash(std::string_view message);

struct DkimParts {
  std::string field;  // the signature's field, without its b= value and without line end
  std::string input;  // what is signed
};
[[nodiscard]] DkimParts prepare(const DkimSigner& signer, std::string_view message,
                                std::string_view body_sha256);

[[nodiscard]] std::string signed_message(const DkimParts& parts, std::string_view signature,
                                         std::string_view message);

// "<selector>._domainkey.<domain>"; empty for a name that leaves no room.
[[nodiscard]] dns::Domain dkim_record_name(const dns::Domain& domain, std::string_view selector);
// The TXT record for a public key (DER of its SubjectPublicKeyInfo). Mail and TLS reports only.
[[nodiscard]] std::string dkim_record(std::string_view public_key_der);

}  // namespace postern::message
