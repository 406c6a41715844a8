// Reads the header block of a message that streams by (RFC 5322 2.2), in bounded memory, and notes
// what the gateway needs to know: hops so far, what a submission lacks, whether the message may be
// changed on its way. Nothing is changed or judged here.
//
// Steps: feed() text (lines end with CRLF; any pieces) until it says `end`; what lies before the
// empty line has been appended to `out` by then. At that place lines may be added. rest() is what
// was read and not yet appended; then the remaining text follows as it is. If the text is over
// before the block is, finish() settles the last field.
//
// A line that is neither a field nor a continuation ends the block, as RFC 5322 readers disagree
// about everything after it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::message {

struct HeaderFacts {
  int received = 0;  // Received fields: the hops so far (RFC 5321 6.3)
  bool date = false;
  bool message_id = false;
  bool from = false;
  bool tls_required_no = false;  // "TLS-Required: No", once (RFC 8689 5)
  bool dkim_signed = false;      // a DKIM-Signature: changing the body would break it
  bool signed_mime = false;      // multipart/signed, multipart/encrypted or S/MIME
  bool non_ascii = false;        // UTF-8 in the header itself (RFC 6532)
  bool malformed = false;        // ended by a line that is no field
  std::uint64_t bytes = 0;       // without the empty line
};

class HeaderReader {
 public:
  enum class Status { more, end };

  Status feed(std::string_view& bytes, std::string& out);
  void finish(std::string& out);

  [[nodiscard]] bool ended() const { return state_ == State::ended; }
  [[nodiscard]] const std::string& rest() const { return held_; }
  [[nodiscard]] const HeaderFacts& facts() const { return facts_; }

 private:
  enum class State { line_start, name, value, ended };
  enum class Field { other, tls_required, content_type };

  void read_line_start(std::string_view& bytes);
  void read_name(std::string_view& bytes, std::string& out);
  void read_value(std::string_view& bytes, std::string& out);
  void begin_field(std::string_view name);
  void end_field();
  void stop(bool malformed);

  State state_ = State::line_start;
  Field field_ = Field::other;
  std::string held_;   // the current line, while nobody knows what it is
  std::string value_;  // the current field's value, if its words matter
  int tls_required_fields_ = 0;
  HeaderFacts facts_;
};

}  // namespace postern::message
