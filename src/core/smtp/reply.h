// SMTP replies: what a server sends and a client reads (RFC 5321 4.2, RFC 2034 enhanced codes).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/failure.h"

namespace postern::smtp {

struct Reply {
  int code = 0;                    // 200..599
  std::string enhanced;            // "5.7.1", "" if none was given
  std::vector<std::string> lines;  // text without codes

  [[nodiscard]] bool positive() const { return code / 100 == 2; }
  [[nodiscard]] bool intermediate() const { return code / 100 == 3; }
  [[nodiscard]] bool transient() const { return code / 100 == 4; }
  [[nodiscard]] bool permanent() const { return code / 100 == 5; }
  [[nodiscard]] std::string wire() const;  // with CRLFs; text is cleaned of CR, LF and controls
  [[nodiscard]] std::string one_line()
      const;  // "550 5.1.1 No such user", escaped: for logs and bounces
};

// Collects a peer's reply from bytes, strictly, with limits (line 4096, 128 lines): a bare LF line
// end is tolerated from servers, a changing code or a non-digit is not ("reply-malformed").
class ReplyParser {
 public:
  enum class Status { incomplete, complete, malformed };
  // Consumes from the front of `bytes` up to the end of one reply.
  Status feed(std::string_view& bytes);
  [[nodiscard]] Reply take();
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  bool add_line(std::string_view line);

  std::string line_;
  Reply reply_;
  std::string problem_;
};

}  // namespace postern::smtp
