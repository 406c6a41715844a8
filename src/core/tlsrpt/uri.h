// As much of a URI (RFC 3986) as "rua" may hold: mailto: with one address (RFC 6068), https: with a
// host name. Everything else that a URI can be is refused by name.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace postern::tlsrpt {

struct Uri {
  std::string_view scheme;   // "mailto" or "https"
  std::string mailbox;       // of mailto, decoded; what follows "?" is left out
  std::string_view host;     // of https
  std::uint16_t port = 443;  // of https
  std::string target;        // of https: path and query, at least "/"
};

// What is wrong, to stand after "... is skipped: ".
[[nodiscard]] std::expected<Uri, std::string_view> read_uri(std::string_view text);

}  // namespace postern::tlsrpt
