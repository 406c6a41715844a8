// What an ACME server answers (RFC 8555 7.1, 6.7), read strictly: JSON with a bound on depth and
// memory, URLs that are https and short, tokens of the alphabet that they must have. Members that
// are not needed are left alone. All words for people are escaped.
//
// Failure "acme-malformed": what is wrong with the answer, as one sentence.
#pragma once

#include <string_view>

#include "core/acme/protocol.h"
#include "core/base/failure.h"

namespace postern::acme {

[[nodiscard]] base::Result<Directory> read_directory(std::string_view json);
[[nodiscard]] base::Result<Order> read_order(std::string_view json);
[[nodiscard]] base::Result<Authorization> read_authorization(std::string_view json);
// Never fails: what cannot be read has no type, and says how it began.
[[nodiscard]] Problem read_problem(std::string_view json);

// Where a URL leads.
struct Place {
  dns::Domain host;
  std::uint16_t port = 443;
  std::string target;  // path and query, as they stand
};
// Failure "invalid-url": it is not https, or names no host.
[[nodiscard]] base::Result<Place> place_of(std::string_view url);

}  // namespace postern::acme
