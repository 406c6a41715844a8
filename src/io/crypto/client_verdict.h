// The verdict on a client's certificate, and how it travels in a session ticket.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/crypto/verify.h"

namespace postern::crypto {

// The ticket is encrypted and authenticated by our own keys; still, what does not read back exactly
// is no verdict.
[[nodiscard]] std::string to_ticket(const ChainVerdict& verdict);
[[nodiscard]] std::optional<ChainVerdict> from_ticket(std::string_view bytes);

}  // namespace postern::crypto
