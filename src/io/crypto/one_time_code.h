// The codes of an authenticator application: TOTP (RFC 6238) as every one of them speaks it, with
// HMAC-SHA-1, six digits and steps of 30 seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace postern::crypto {

inline constexpr std::size_t one_time_secret_size = 20;  // RFC 4226 4, R6: 160 bits

// The code of one time step, "042319".
[[nodiscard]] std::string one_time_code(const std::string& secret, std::int64_t step);
[[nodiscard]] std::int64_t time_step(base::Instant now);
// The step that the code is of, if it is this one or a neighbour (RFC 6238 5.2). The caller takes
// each step once only.
[[nodiscard]] std::optional<std::int64_t> step_of_code(const std::string& secret,
                                                       const std::string& code, base::Instant now);

// RFC 4648 6, without padding: how people type a secret.
[[nodiscard]] std::string base32(std::string_view bytes);

// Takes as long for equal texts as for different ones of the same length.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace postern::crypto
