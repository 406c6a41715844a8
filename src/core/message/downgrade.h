// Makes a message with 8-bit text fit for a server without 8BITMIME (RFC 6152 3): every 8-bit part
// becomes quoted-printable, and the header fields that say so follow. It streams, in bounded
// memory.
//
// The same walk over the message tells beforehand (traits()) whether it holds 8-bit bytes at all,
// and whether converting would break it: a DKIM signature, multipart/signed and S/MIME stand over
// the very bytes that would change. Headers in UTF-8 (RFC 6532) cannot be converted at all.
//
//   Downgrade walk; for each piece: walk.add(piece, out); walk.finish(out); walk.traits()
//
// What it does not do: decode anything, or touch a part that is 7-bit, base64 or quoted-printable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/message/quoted_printable.h"

namespace postern::message {

struct BodyTraits {
  bool eight_bit = false;             // a byte above 127 somewhere
  bool utf8_headers = false;          // in a header: no peer without SMTPUTF8 may get it
  std::optional<std::string> sealed;  // why converting would break it: "it is signed (DKIM)"
};

class Downgrade {
 public:
  void add(std::string_view bytes, std::string& out);
  void finish(std::string& out);
  [[nodiscard]] const BodyTraits& traits() const { return traits_; }

 private:
  enum class State { header, body };
  // How the body that is being read is written.
  enum class Writing {
    as_it_is,
    quoted,
    masked
  };  // masked: text nobody reads, "?" for 8-bit bytes
  struct Field {
    std::string name;  // lower case
    std::string text;  // with name, folds and line ends
  };

  void on_line(std::string_view line, std::string& out);
  void on_header_line(std::string_view line, std::string& out);
  void on_body_text(std::string_view text, std::string& out);
  void end_header(std::string_view blank, std::string& out);
  void write_header(std::string_view encoding, std::string& out);
  void end_part(std::string& out);
  [[nodiscard]] bool at_boundary(std::string_view line, std::string& out);
  [[nodiscard]] bool has_field(std::string_view name) const;
  [[nodiscard]] std::string value_of(std::string_view name) const;
  void seal(std::string_view why);

  State state_ = State::header;
  Writing writing_ = Writing::as_it_is;
  bool top_ = true;        // the header is the message's own
  bool mid_line_ = false;  // of a line that was too long to be held
  std::string line_;
  std::vector<Field> fields_;
  std::size_t header_bytes_ = 0;
  std::vector<std::string> boundaries_;  // of the open multiparts, outermost first
  QuotedPrintable encoder_;
  BodyTraits traits_;
};

}  // namespace postern::message
