#include "core/base/text.h"

#include <array>
#include <cstdint>

namespace postern::base {
namespace {

constexpr char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<signed char, 256> make_base64_values() {
  std::array<signed char, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 64; ++i) {
    values[static_cast<unsigned char>(kBase64[i])] = static_cast<signed char>(i);
  }
  return values;
}
constexpr auto kBase64Values = make_base64_values();

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // 0: not valid UTF-8
};

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  std::size_t length = 0;
  char32_t value = 0;
  char32_t least = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2, value = lead & 0x1Fu, least = 0x80;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3, value = lead & 0x0Fu, least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4, value = lead & 0x07u, least = 0x10000;
  } else {
    return {};
  }
  if (text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0u) != 0x80) return {};
    value = value << 6 | (next & 0x3Fu);
  }
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

// Characters that move the cursor, turn the writing direction, break a line, or cannot be seen at
// all: with them a peer could forge log lines, drive a terminal, or show a name that is not there.
bool is_deceptive(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;  // C0, DEL, C1
  if (c < 0xAD) return false;
  return c == 0xAD || c == 0x034F || c == 0x061C ||      // soft hyphen, joiner, Arabic mark
         (c >= 0x115F && c <= 0x1160) || c == 0x3164 ||  // Hangul fillers look like nothing
         (c >= 0x17B4 && c <= 0x17B5) || c == 0x180E || c == 0xFFA0 ||
         (c >= 0x200B && c <= 0x200F) ||                 // zero width, left/right marks
         (c >= 0x2028 && c <= 0x202E) ||                 // separators, embeddings, overrides
         (c >= 0x2060 && c <= 0x206F) ||                 // word joiner, isolates
         c == 0xFEFF || (c >= 0xFFF0 && c <= 0xFFFB) ||  // byte order mark, interlinear
         (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) ||  // not characters
         (c >= 0xE0000 && c <= 0xE0FFF);                            // tags, invisible selectors
}

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
  }
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = fold(c);
  return out;
}

bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (fold(a[i]) != fold(b[i])) return false;
  }
  return true;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string printable(std::string_view bytes, std::size_t limit) {
  constexpr std::string_view kEllipsis = "...";  // ASCII, so that an ASCII text stays one
  std::string out;
  std::size_t room_for_ellipsis = 0;  // the longest prefix that leaves room for it
  while (!bytes.empty()) {
    const CodePoint c = first_code_point(bytes);
    const std::size_t taken = c.length == 0 ? 1 : c.length;
    if (c.length == 0 || is_deceptive(c.value)) {
      append_escaped(out, bytes.substr(0, taken));
    } else if (c.value == '\\') {
      out += "\\\\";
    } else {
      out += bytes.substr(0, taken);
    }
    bytes.remove_prefix(taken);
    if (out.size() > limit) {
      out.resize(room_for_ellipsis);
      out += kEllipsis.substr(0, limit - room_for_ellipsis);
      return out;
    }
    if (out.size() + kEllipsis.size() <= limit) room_for_ellipsis = out.size();
  }
  return out;
}

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = first_code_point(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string hex(std::span<const unsigned char> bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    }
    out += kBase64[group >> 18];
    out += kBase64[group >> 12 & 63];
    out += count > 1 ? kBase64[group >> 6 & 63] : '=';
    out += count > 2 ? kBase64[group & 63] : '=';
  }
  return out;
}

bool base64_decode(std::string_view text, std::string& out) {
  out.clear();
  if (text.size() % 4 != 0) return false;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::size_t count = 4;
    if (i + 4 == text.size()) {
      if (text[i + 3] == '=') count = text[i + 2] == '=' ? 2 : 3;
    }
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const int value = j < count ? kBase64Values[static_cast<unsigned char>(text[i + j])] : 0;
      if (value < 0) return false;
      group = group << 6 | static_cast<std::uint32_t>(value);
    }
    out += static_cast<char>(group >> 16);
    if (count > 2) out += static_cast<char>(group >> 8 & 255);
    if (count > 3) out += static_cast<char>(group & 255);
    // Bits that no byte uses must be zero (RFC 4648 3.5), or one value would have many spellings.
    if ((count == 2 && (group & 0xFFFF) != 0) || (count == 3 && (group & 0xFF) != 0)) return false;
  }
  return true;
}

}  // namespace postern::base
