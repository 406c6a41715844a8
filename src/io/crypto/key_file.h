// Private keys as PEM; private to io/crypto.
//
// Failures: those of secret_file.h, and "bad-key".
#pragma once

#include <string>

#include "core/base/failure.h"
#include "io/crypto/openssl.h"

namespace postern::crypto {

// A PEM key without a passphrase.
[[nodiscard]] base::Result<KeyPtr> read_key(const std::string& file);
[[nodiscard]] std::string key_pem(EVP_PKEY* key);

}  // namespace postern::crypto
