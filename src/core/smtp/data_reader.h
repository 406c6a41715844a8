// Reads a message's bytes from the wire and answers two questions: where does it end, and may it be
// passed on?
//
// The end. After DATA only CRLF.CRLF ends a message (RFC 5321 4.1.1.4), the CRLF of the DATA line
// counting as the first. Servers that also take LF.LF, CR.CR or a mixture let an attacker hide a
// second message inside the first (SMTP smuggling): what one server reads as text, the next reads
// as the end and as commands. So there is one end, and everything that another server might take
// for one makes the message unfit: a CR without LF, an LF without CR, a NUL. Such a message is read
// to its true end, so that its bytes are never taken for commands, and is then refused.
//
// After BDAT the size says where the chunk ends (RFC 3030); the same bytes are unfit, as the
// message may go on by DATA. A message that does not end with CRLF gets one.
//
// Normalising, for listeners of old internal programs: an LF alone ends a line and is passed on as
// CRLF. The end stays CRLF.CRLF. A line that holds only a dot and has an LF alone on either side
// could be meant as the end or as text; nobody can tell, so the message is unfit. CR alone and NUL
// stay unfit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::smtp {

enum class Unfit { none, nul, bare_cr, bare_lf, ambiguous_dot, line_too_long };

class DataReader {
 public:
  enum class Source { dotted, chunks };
  enum class LineEnds { strict, normalise };
  enum class Status { more, end };

  DataReader(Source source, LineEnds line_ends, std::size_t line_limit)
      : source_(source), line_ends_(line_ends), line_limit_(line_limit) {}

  // Drops from the front of `bytes` what belongs to the message, and appends the text to `out`, dot
  // stuffing undone. `end` (only when dotted): the message is complete and what is left follows it.
  // Once the message is unfit nothing is appended: it is only read to its end.
  Status feed(std::string_view& bytes, std::string& out);
  // The last chunk is over: settles a CR at its end, and ends the last line. Changes nothing after
  // the `end` of a dotted message.
  void finish_chunks(std::string& out);

  // The gravest fault found; the same however the bytes were cut into pieces.
  [[nodiscard]] Unfit unfit() const;
  [[nodiscard]] bool eight_bit() const { return eight_bit_; }
  [[nodiscard]] std::uint64_t consumed() const { return consumed_; }

 private:
  enum class State { line_start, dot, dot_cr, text, text_cr };

  [[nodiscard]] bool read_ordinary_lines(std::string_view& bytes, std::string& out);
  [[nodiscard]] bool lines_fit(std::string_view block) const;
  void read_text(std::string_view& bytes, std::string& out);
  void read_after_dot(std::string_view& bytes);
  void lone_lf(std::string& out);
  void put(std::string_view text, std::string& out);
  void mark(Unfit what) { faults_ |= 1U << static_cast<unsigned>(what); }
  [[nodiscard]] bool fit() const { return faults_ == 0; }

  Source source_;
  LineEnds line_ends_;
  std::size_t line_limit_;
  State state_ = State::line_start;
  unsigned faults_ = 0;  // a bit for each Unfit
  bool eight_bit_ = false;
  bool line_began_after_lf_ = false;  // an LF alone ended the line before (normalising)
  bool only_a_dot_ = false;           // the line so far is one dot, dropped as stuffing
  std::size_t line_length_ = 0;
  std::uint64_t consumed_ = 0;
};

}  // namespace postern::smtp
