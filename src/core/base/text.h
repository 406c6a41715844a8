// Small text helpers. `printable` is the one gate that a peer's bytes pass before a person sees
// them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::base {

// ASCII only: protocol words never depend on a locale.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

// Valid UTF-8 without controls stays; every other byte becomes \xNN, a backslash becomes two; cut
// to `limit` bytes with "...". Bidirectional controls, line separators and invisible characters are
// escaped too. ASCII in, ASCII out.
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t limit = 512);
[[nodiscard]] bool is_ascii(std::string_view text);
[[nodiscard]] bool is_valid_utf8(std::string_view text);

[[nodiscard]] std::string hex(std::span<const unsigned char> bytes);
[[nodiscard]] std::string base64(std::string_view bytes);
// Strict RFC 4648: no white space, correct padding; false leaves `out` unspecified.
[[nodiscard]] bool base64_decode(std::string_view text, std::string& out);

}  // namespace postern::base
