// What a server announced in its EHLO reply (RFC 5321 4.1.1.1), as the client uses it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/smtp/reply.h"

namespace postern::smtp {

struct Capabilities {
  bool starttls = false;              // RFC 3207
  bool pipelining = false;            // RFC 2920
  bool eight_bit_mime = false;        // RFC 6152
  bool smtputf8 = false;              // RFC 6531
  bool dsn = false;                   // RFC 3461
  bool chunking = false;              // RFC 3030
  bool size = false;                  // RFC 1870
  std::int64_t size_limit = 0;        // 0: none was named
  bool require_tls = false;           // RFC 8689
  std::vector<std::string> auth;      // mechanisms, upper case (RFC 4954)
  std::vector<std::string> keywords;  // all of them, upper case

  [[nodiscard]] bool offers_auth(std::string_view mechanism) const;
};

// The first line is the server's name and is skipped. Keywords are read without case; a line that
// is not a keyword is left out.
[[nodiscard]] Capabilities parse_capabilities(const Reply& ehlo);

}  // namespace postern::smtp
