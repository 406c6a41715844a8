// A certificate with its key, from two files, checked before anyone relies on it: a mistake must be
// found by `config check`, with the file, what is wrong and the remedy, not by a partner.
#pragma once

#include <string>

#include "core/base/failure.h"
#include "core/base/time.h"
#include "core/tls/observation.h"
#include "io/crypto/openssl.h"
#include "io/crypto/tls.h"

namespace postern::crypto {

struct Identity {
  CertificatePtr leaf;
  CertificatesPtr chain;  // above the leaf, as it is sent
  KeyPtr key;
  tls::CertificateFacts facts;
};

// Failures: "unreadable-file", "exposed-key", "no-certificate", "bad-certificate", "bad-key",
// "key-mismatch", "certificate-expired", "certificate-not-yet-valid".
[[nodiscard]] base::Result<Identity> load_identity(const ServerIdentity& files, base::Instant now);

}  // namespace postern::crypto
