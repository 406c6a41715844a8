// SHA-256 digests as people and programs write them.
#pragma once

#include <string_view>

#include "core/base/failure.h"
#include "core/tls/observation.h"

namespace postern::tls {

// Hex or base64 of 32 bytes, as openssl and web browsers show them, with or without "sha256/" or
// "sha256:" in front. Failure "invalid-digest".
[[nodiscard]] base::Result<Sha256> parse_digest(std::string_view text);

}  // namespace postern::tls
