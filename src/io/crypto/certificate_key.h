// A key pair of the gateway's own making, EC P-256: one that a certificate authority vouches for,
// or the one that speaks to it (ACME, RFC 8555).
//
// Failures: "unreadable-file", "exposed-key", "bad-key" (also a key of another kind),
// "unwritable-file".
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/failure.h"
#include "core/base/time.h"
#include "core/dns/domain.h"
#include "core/tls/observation.h"

namespace postern::crypto {

class CertificateKey {
 public:
  [[nodiscard]] static std::shared_ptr<const CertificateKey> make();
  // PEM, from a text or a file that nobody else may read.
  [[nodiscard]] static base::Result<std::shared_ptr<const CertificateKey>> load(std::string file);
  // The same; a file that is not there is made first, with a new key.
  [[nodiscard]] static base::Result<std::shared_ptr<const CertificateKey>> load_or_make(
      std::string file);
  virtual ~CertificateKey() = default;

  [[nodiscard]] virtual std::string pem() const = 0;
  [[nodiscard]] virtual tls::Sha256 spki_sha256() const = 0;

  // ECDSA with SHA-256 as JWS has it: r and s, 32 bytes each (RFC 7518 3.4).
  [[nodiscard]] virtual std::string sign(std::string_view input) const = 0;
  // The coordinates of the public point, 32 bytes each.
  struct Point {
    std::string x, y;
  };
  [[nodiscard]] virtual Point point() const = 0;

  // A certificate request for the names (RFC 2986), DER.
  [[nodiscard]] virtual std::string request(std::span<const dns::Domain> names) const = 0;

  // A certificate that vouches for itself, PEM. `acme_digest`: the critical extension of RFC 8737
  // 3, for the answer to a challenge; empty: an ordinary one.
  struct SelfSigned {
    std::span<const dns::Domain> names;
    base::Instant from;
    base::Instant until;
    std::string acme_digest{};
  };
  [[nodiscard]] virtual std::string self_signed(const SelfSigned& wanted) const = 0;
};

// HMAC with SHA-256 (RFC 2104): 32 bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);

}  // namespace postern::crypto
