#include "core/message/encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "core/base/text.h"

namespace postern::message {

namespace {

constexpr std::size_t quoted_line = 75;  // and a soft break's "=": 76 in all (RFC 2045 6.7)
constexpr std::size_t fold_column = 78;  // RFC 5322 2.1.1

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string quoted_byte(char c, bool line_end_follows) {
  auto byte = static_cast<unsigned char>(c);
  bool blank = c == ' ' || c == '\t';
  if (byte < 0x80 && byte > 0x20 && c != '=' && byte != 0x7F) return std::string(1, c);
  if (blank && !line_end_follows) return std::string(1, c);
  return fmt::format("={:02X}", byte);
}

std::size_t sequence_length(char lead) {
  auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  if (byte < 0xF0) return 3;
  return 4;
}

}  // namespace

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    bool last = i + 1 == text.size() || text[i + 1] == '\n';
    std::string one = quoted_byte(text[i], last);
    if (column + one.size() > quoted_line) {
      out += "=\r\n";
      column = 0;
    }
    out += one;
    column += one.size();
  }
  return out;
}

std::string unstructured_field(std::string_view name, std::string_view text) {
  if (base::is_ascii(text)) return fold_field(fmt::format("{}: {}", name, text));
  // Encoded words of whole UTF-8 sequences, each at most 75 long (RFC 2047 2): 42 bytes make 56.
  std::string out = std::string(name) + ":";
  std::size_t i = 0;
  while (i < text.size()) {
    std::string piece;
    while (i < text.size()) {
      std::size_t length = sequence_length(text[i]);
      if (piece.size() + length > 42) break;
      piece += text.substr(i, length);
      i += length;
    }
    out += fmt::format("{} =?utf-8?B?{}?=", out.ends_with(":") ? "" : "\r\n", base::base64(piece));
  }
  return out + "\r\n";
}

std::string fold_field(std::string_view field) {
  // A line of blanks alone must not come out (RFC 5322 3.2.2): some take it for the header's end.
  while (field.ends_with(' ')) field.remove_suffix(1);
  std::string out;
  std::size_t column = 0;
  std::size_t i = 0;
  while (i < field.size()) {
    const std::size_t begins = field.find_first_not_of(' ', i);
    const std::size_t next = std::min(field.find(' ', begins), field.size());
    std::string_view word = field.substr(i, next - i);  // with the blanks before it
    if (column > 0 && column + word.size() > fold_column) {
      out += "\r\n";
      column = 0;
    }
    out += word;
    column += word.size();
    i = next;
  }
  return out + "\r\n";
}

std::string xtext_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (text[i] == '+' && high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string xtext_encode(std::string_view text) {
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && c != '+' && c != '=') {
      out += c;
    } else {
      out += fmt::format("+{:02X}", byte);
    }
  }
  return out;
}

std::string utf8_address_xtext(std::string_view address) {
  std::string out;
  for (std::size_t i = 0; i < address.size();) {
    std::size_t length = sequence_length(address[i]);
    auto lead = static_cast<unsigned char>(address[i]);
    if (length == 1 || i + length > address.size()) {
      bool plain = lead > 0x20 && lead < 0x7F && lead != '\\' && lead != '+' && lead != '=';
      out += plain ? std::string(1, address[i]) : fmt::format("\\x{{{:X}}}", lead);
      ++i;
      continue;
    }
    std::uint32_t point = lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      point = point << 6 | (static_cast<unsigned char>(address[i + k]) & 0x3FU);
    }
    out += fmt::format("\\x{{{:X}}}", point);
    i += length;
  }
  return out;
}

std::string ascii_only(std::string_view text, std::size_t limit) {
  std::string out;
  for (char c : text.substr(0, limit)) {
    auto byte = static_cast<unsigned char>(c);
    out += byte >= 0x20 && byte < 0x7F ? c : '?';
  }
  return out;
}

}  // namespace postern::message
