// Files that hold certificates and keys, read with words for whoever has to mend them; private to
// io/crypto. At most 1 MiB.
//
// Failures: "unreadable-file", "exposed-key" (everybody may read the secret), "bad-key".
#pragma once

#include <string>

#include "core/base/failure.h"
#include "io/crypto/openssl.h"

namespace postern::crypto {

enum class Secrecy { open, secret };
[[nodiscard]] base::Result<std::string> read_file(const std::string& file, Secrecy secrecy);

// A PEM key without a passphrase.
[[nodiscard]] base::Result<KeyPtr> read_key(const std::string& file);

}  // namespace postern::crypto
