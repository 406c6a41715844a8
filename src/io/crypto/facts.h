// An X.509 certificate as the plain value that core judges. Every byte that came from the
// certificate is escaped here, so an embedded NUL or a terminal escape can neither match a name nor
// reach a log.
#pragma once

#include <openssl/x509.h>

#include "core/base/failure.h"
#include "core/base/time.h"
#include "core/tls/observation.h"
#include "io/crypto/openssl.h"

namespace postern::crypto {

[[nodiscard]] tls::CertificateFacts certificate_facts(X509* certificate);
[[nodiscard]] base::Instant instant_of(const ASN1_TIME* time);
[[nodiscard]] std::string subject_of(X509* certificate);

// Every certificate of a PEM text, in order. `what` names the text in the failure: "file /etc/...".
[[nodiscard]] base::Result<CertificatesPtr> parse_certificates(std::string_view pem,
                                                               std::string_view what);

}  // namespace postern::crypto
