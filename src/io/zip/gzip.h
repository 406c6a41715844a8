// gzip (RFC 1952) in memory, for TLS reports: they go out compressed, and come in so from anybody
// who cares to send one.
//
// Deflate packs up to a thousand to one, so both sides are bounded before anything is read: what
// comes in, and what it may become. Nothing larger than the second bound is ever held.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/failure.h"

namespace postern::zip {

[[nodiscard]] bool is_gzip(std::string_view bytes);  // by its first two bytes

[[nodiscard]] std::string gzip(std::string_view bytes);

struct Bounds {
  std::size_t compressed = 0;  // bytes, at most
  std::size_t inflated = 0;
};
// Exactly one gzip member, whole, its checksum right. Failure "gzip-too-large" or "gzip-broken".
[[nodiscard]] base::Result<std::string> gunzip(std::string_view bytes, Bounds bounds);

}  // namespace postern::zip
