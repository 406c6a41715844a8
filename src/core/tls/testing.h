// A happy connection and short spellings, for tests that change one field and expect one verdict.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/tls/observation.h"
#include "core/tls/requirement.h"
#include "core/tls/wishes.h"

namespace postern::tls::testing {

[[nodiscard]] inline dns::Domain domain(std::string_view text) {
  return dns::Domain::parse(text).value();
}

[[nodiscard]] inline std::vector<dns::Domain> domains(std::initializer_list<const char*> texts) {
  std::vector<dns::Domain> all;
  for (const char* text : texts) all.push_back(domain(text));
  return all;
}

[[nodiscard]] inline HostPattern pattern(std::string_view text) {
  return HostPattern::parse(text).value();
}

[[nodiscard]] inline Sha256 key(std::uint8_t fill) {
  Sha256 digest;
  digest.fill(fill);
  return digest;
}

inline base::Instant noon() { return *base::parse_rfc3339("2026-11-23T12:00:00Z"); }

// TLS 1.3 with a trusted certificate for mx1.example.com.
[[nodiscard]] inline Observation good() {
  Observation seen;
  seen.host = domain("mx1.example.com");
  seen.peer = *base::Endpoint::parse("192.0.2.1:25");
  seen.offer = Offer::offered;
  seen.handshake = Handshake::done;
  seen.version = Version::tls1_3;
  seen.cipher = "TLS_AES_256_GCM_SHA384";
  seen.chain = Chain::trusted;
  CertificateFacts certificate;
  certificate.fingerprint = key(1);
  certificate.spki = key(2);
  certificate.subject = "CN=mx1.example.com";
  certificate.issuer = "Practice CA";
  certificate.key = "EC P-256";
  certificate.not_before = noon() - std::chrono::days(30);
  certificate.not_after = noon() + std::chrono::days(12);
  certificate.dns_names = {"mx1.example.com"};
  seen.certificate = certificate;
  return seen;
}

[[nodiscard]] inline Observation plaintext() {
  Observation seen;
  seen.host = domain("mx1.example.com");
  seen.peer = *base::Endpoint::parse("192.0.2.1:25");
  seen.offer = Offer::not_offered;
  return seen;
}

inline const Source kPolicy{SourceKind::policy, 7, "policy example.com"};
inline const Source kDane{SourceKind::dane, 0, "DANE"};
inline const Source kSts{SourceKind::mta_sts, 0, "MTA-STS"};
inline const Source kRequireTls{SourceKind::requiretls, 0, "REQUIRETLS"};
inline const Source kFloor{SourceKind::floor, 0, "configured floor"};

[[nodiscard]] inline Authenticate by_name(std::initializer_list<const char*> names) {
  Authenticate ways;
  ways.names = domains(names);
  ways.dane_names = ways.names;
  return ways;
}

[[nodiscard]] inline Requirement relaxed(const Source& source = kPolicy) {
  Requirement requirement;
  add_wishes(requirement, source, encryption());
  return requirement;
}

[[nodiscard]] inline Requirement strict(const Source& source = kPolicy,
                                        Standing standing = Standing::in_force) {
  Requirement requirement;
  add_wishes(requirement, source, authentication(by_name({"mx1.example.com"})), standing);
  return requirement;
}

}  // namespace postern::tls::testing
