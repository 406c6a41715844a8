// What a handshake with "acme-tls/1" shows; private to io/crypto.
#pragma once

#include "io/crypto/alpn_challenges.h"
#include "io/crypto/openssl.h"

namespace postern::crypto {

struct AlpnChallenges::Shown {
  CertificatePtr certificate;
  KeyPtr key;
};

}  // namespace postern::crypto
