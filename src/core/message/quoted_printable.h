// Quoted-printable (RFC 2045 6.7) for text that streams by: CRLF line ends in, lines of at most 76
// characters out. Bytes may come in any pieces. (A short text with "\n" line ends: encoding.h.)
#pragma once

#include <string>
#include <string_view>

namespace postern::message {

class QuotedPrintable {
 public:
  void add(std::string_view bytes, std::string& out);
  // The end of the text: writes what was held back; adds no line end.
  void finish(std::string& out);

 private:
  void put(unsigned char byte, std::string& out);
  void put_escaped(unsigned char byte, std::string& out);
  void room_for(std::size_t width, std::string& out);

  std::size_t column_ = 0;
  char held_ = 0;  // a space, tab or CR whose meaning the next byte decides; 0: none
};

}  // namespace postern::message
