// Finds one part of a message by its media type (RFC 2045, RFC 2046), decoded: the attachment of a
// TLS report, from anybody who cares to send one.
//
// Bounded: multiparts are entered a few deep and some hundred parts in all. What is malformed is
// not found; nothing is repaired. A message that is not multipart is itself the only part.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::message {

// The first part of the first of these types that any part has. Types are compared without regard
// to case; their parameters do not count.
[[nodiscard]] std::optional<std::string> find_part(std::string_view message,
                                                   std::span<const std::string_view> types);

}  // namespace postern::message
