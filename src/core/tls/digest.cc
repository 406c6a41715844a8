#include "core/tls/digest.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"

namespace postern::tls {

namespace {

// Empty: not hexadecimal throughout.
std::string from_hex(std::string_view digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string bytes;
  const std::string lower = base::lower(digits);
  for (std::size_t i = 0; i + 1 < lower.size(); i += 2) {
    const auto high = kDigits.find(lower[i]);
    const auto low = kDigits.find(lower[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return {};
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

}  // namespace

base::Result<Sha256> parse_digest(std::string_view text) {
  std::string_view digits = base::trim(text);
  if (digits.starts_with("sha256/") || digits.starts_with("sha256:")) digits.remove_prefix(7);
  Sha256 digest{};
  std::string bytes;
  if (digits.size() == 2 * digest.size()) {
    bytes = from_hex(digits);
  } else if (!base::base64_decode(digits, bytes)) {
    bytes.clear();
  }
  if (bytes.size() != digest.size()) {
    return base::fail("invalid-digest",
                      fmt::format("\"{}\" is not a SHA-256 digest: write 64 hexadecimal digits, or "
                                  "base64 of 32 bytes.",
                                  base::printable(text, 120)));
  }
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

}  // namespace postern::tls
