// Dot stuffing (RFC 5321 4.5.2): a line of the body that begins with "." gets another one in front,
// so that only CRLF.CRLF ends the message. The body's lines end in CRLF already: receipt refused
// everything else.
#pragma once

#include <string>
#include <string_view>

namespace postern::smtp {

class DotStuffer {
 public:
  void add(std::string_view bytes, std::string& out);
  // The end of the body: closes an open line, then ".".
  void finish(std::string& out);

 private:
  void add_block(std::string_view bytes, std::string& out);
  void add_lines(std::string_view bytes, std::string& out) const;

  char before_last_ = '\r';  // a body begins at the start of a line
  char last_ = '\n';
};

}  // namespace postern::smtp
