// What was seen on one connection: facts only, no opinion. io/crypto fills in the handshake, the
// dialogue the rest; judge() alone compares it with a requirement.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ip_address.h"
#include "core/base/time.h"
#include "core/dns/domain.h"
#include "core/tls/mode.h"

namespace postern::tls {

using Sha256 = std::array<std::uint8_t, 32>;

// A leaf certificate as its owner would describe it. Text from the certificate is already escaped.
struct CertificateFacts {
  Sha256 fingerprint{};  // SHA-256 of the DER certificate
  Sha256 spki{};         // SHA-256 of the SubjectPublicKeyInfo
  std::string subject;
  std::string issuer;
  std::string key;  // "EC P-256", "RSA 2048"
  base::Instant not_before;
  base::Instant not_after;
  std::vector<std::string> dns_names;  // SAN dNSName as they stand (A-labels, maybe "*." first)
  std::vector<base::IpAddress> ip_addresses;
  bool self_signed = false;
  bool operator==(const CertificateFacts&) const = default;
};

// How the chain fared against the trust anchors, names left aside.
enum class Chain {
  not_checked,  // no certificate (anonymous suite), or no handshake
  trusted,
  self_signed,     // the leaf vouches for itself
  unknown_issuer,  // no anchor above it, or an intermediate is missing
  expired,
  not_yet_valid,
  wrong_purpose,  // not for server (client) authentication
  weak,           // key or signature below security level 2
  revoked,
  invalid,  // anything else that verification rejects
};

// How the certificate fared against the TLSA records that were given to the handshake.
enum class Dane {
  not_checked,  // none were given
  matched_ee,   // DANE-EE(3): names and dates do not matter (RFC 7672 3.1.1)
  matched_ta,   // DANE-TA(2): the name still must match (RFC 7672 3.1.2)
  mismatched,
};

enum class Offer {
  unknown,      // the dialogue did not get that far
  not_offered,  // EHLO answered without STARTTLS
  refused,      // offered, then answered 4xx or 5xx
  offered,
  implicit,  // TLS from the first byte (RFC 8314)
};

enum class Handshake { not_tried, failed, done };

struct Observation {
  dns::Domain host;  // the MX or route host that was meant; empty for an address literal
  base::Endpoint peer;
  Offer offer = Offer::unknown;
  Handshake handshake = Handshake::not_tried;
  std::string detail;    // why STARTTLS was refused or the handshake failed; escaped
  bool too_old = false;  // the handshake failed because the peer has no version that was allowed

  // The rest is set when the handshake is done.
  Version version = Version::none;
  std::string cipher;       // OpenSSL's name of the suite
  std::string group;        // key exchange group, "" if unknown
  int exchange_bits = 0;    // security of the key exchange (NIST SP 800-57), 0 if unknown
  bool anonymous = false;   // no certificate: the suite authenticates nobody
  bool weak_suite = false;  // RC4, MD5, NULL or export
  bool resumed = false;
  std::optional<CertificateFacts> certificate;
  Chain chain = Chain::not_checked;
  std::string chain_detail;  // what verification said; escaped
  Dane dane = Dane::not_checked;

  std::vector<std::string> extensions;  // EHLO keywords seen under the final security, upper case

  [[nodiscard]] bool encrypted() const { return handshake == Handshake::done; }
};

}  // namespace postern::tls
