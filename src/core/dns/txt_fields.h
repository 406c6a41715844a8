// The grammar that the TXT records of MTA-STS (RFC 8461 3.1) and TLS reporting (RFC 8460 3) share:
//
//   v=STSv1; id=20160831085700Z; name=value;
//
// The version comes first, with nothing before it; other fields follow in any order, a semicolon
// with white space around it between them, and perhaps one at the end. Names are case-sensitive.
//
// Of several records at a name, those that do not begin with the version and its semicolon are some
// other text and are dropped; if then not exactly one is left, there is none.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"

namespace postern::dns {

// The records that begin with "v=STSv1;", for `version` "v=STSv1".
[[nodiscard]] std::vector<std::string_view> of_version(std::span<const std::string> texts,
                                                       std::string_view version);

struct TxtField {
  std::string_view name;
  std::string_view value;  // its characters are for the caller to judge
};
// The fields after the version of a text that begins with it and a semicolon. What breaks the
// grammar is left out and becomes a finding.
[[nodiscard]] std::vector<TxtField> read_fields(std::string_view text,
                                                std::vector<base::Finding>& findings);

// May it be the value of a field that nobody knows? Printable ASCII without "=", ";" and space.
[[nodiscard]] bool is_extension_value(std::string_view value);
// A letter or digit, then up to 31 of these, "_", "-" and ".": also the fields of a policy.
[[nodiscard]] bool is_field_name(std::string_view name);
// The findings about a field that is not known: malformed, or merely unknown.
void remark_extension(const TxtField& field, std::vector<base::Finding>& findings);

// "..." around what a peer wrote, escaped and cut.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace postern::dns
