// Base 64 with the alphabet for URLs and without padding (RFC 4648 5, RFC 7515 2).
#pragma once

#include <string>
#include <string_view>

namespace postern::base {

[[nodiscard]] std::string base64url(std::string_view bytes);
// Nothing but the alphabet: what a token or a digest in a URL may hold. False for "".
[[nodiscard]] bool is_base64url(std::string_view text);
// False leaves `out` unspecified.
[[nodiscard]] bool base64url_decode(std::string_view text, std::string& out);

}  // namespace postern::base
