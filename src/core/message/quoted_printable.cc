#include "core/message/quoted_printable.h"

#include <utility>

namespace postern::message {
namespace {

constexpr std::size_t kLineLimit = 76;
constexpr char kHex[] = "0123456789ABCDEF";

}  // namespace

void QuotedPrintable::room_for(std::size_t width, std::string& out) {
  if (column_ + width <= kLineLimit - 1) return;  // one place is for the "=" of a soft line break
  out += "=\r\n";
  column_ = 0;
}

void QuotedPrintable::put_escaped(unsigned char byte, std::string& out) {
  room_for(3, out);
  out += '=';
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
  column_ += 3;
}

void QuotedPrintable::put(unsigned char byte, std::string& out) {
  const bool plain = (byte > 0x20 && byte < 0x7F && byte != '=') || byte == ' ' || byte == '\t';
  // "From " and "." at a line's start are safe only when they do not stand there.
  const bool awkward = column_ == 0 && (byte == '.' || byte == 'F');
  if (!plain || awkward) return put_escaped(byte, out);
  room_for(1, out);
  out += static_cast<char>(byte);
  ++column_;
}

void QuotedPrintable::add(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const char held = std::exchange(held_, '\0');
    if (held == '\r' && c == '\n') {
      out += "\r\n";
      column_ = 0;
      continue;
    }
    if (held == '\r') put_escaped('\r', out);
    // White space before a line end would be lost on the way.
    if (held == ' ' || held == '\t') {
      if (c == '\r') {
        put_escaped(static_cast<unsigned char>(held), out);
      } else {
        put(static_cast<unsigned char>(held), out);
      }
    }
    if (c == '\r' || c == ' ' || c == '\t') {
      held_ = c;
    } else {
      put(static_cast<unsigned char>(c), out);
    }
  }
}

void QuotedPrintable::finish(std::string& out) {
  if (held_ != 0) put_escaped(static_cast<unsigned char>(std::exchange(held_, '\0')), out);
}

}  // namespace postern::message
