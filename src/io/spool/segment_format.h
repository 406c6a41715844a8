// What stands in a segment file (docs/queue-format.md): a file header, then extents, each at a
// multiple of 8 with a header that lets a person salvage bodies without the database. Integers are
// little-endian.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/ids.h"

namespace postern::spool {

inline constexpr std::int64_t kFileHeaderBytes = 32;
inline constexpr std::int64_t kExtentHeaderBytes = 32;
inline constexpr std::int64_t kAlignment = 8;
// No extent is longer: a reader checks a whole extent before it gives out its last byte.
inline constexpr std::int64_t kExtentBytes = 256 << 10;

using HeaderBytes = std::array<char, 32>;

// 0 magic "PxT1", 4 CRC-32C of the body bytes, 8 message id, 16 length, 24 position among the
// message's extents, 28 CRC-32C of bytes 0 to 27.
struct ExtentHeader {
  base::MessageId message;
  std::int64_t length = 0;
  std::uint32_t position = 0;
  std::uint32_t checksum = 0;
  bool operator==(const ExtentHeader&) const = default;
};
[[nodiscard]] HeaderBytes encode(const ExtentHeader& header);
[[nodiscard]] std::optional<ExtentHeader> decode_extent_header(std::span<const char, 32> bytes);

// 0 magic "POSTERNS", 8 format version 1, 16 segment number, 28 CRC-32C of bytes 0 to 27.
[[nodiscard]] HeaderBytes encode_file_header(std::int64_t segment);
[[nodiscard]] std::optional<std::int64_t> decode_file_header(std::span<const char, 32> bytes);

// "0000000000000042.segment"
[[nodiscard]] std::string segment_name(std::int64_t segment);
[[nodiscard]] std::optional<std::int64_t> parse_segment_name(std::string_view name);

[[nodiscard]] constexpr std::int64_t aligned(std::int64_t at) {
  return (at + kAlignment - 1) / kAlignment * kAlignment;
}
// Where the next extent may begin after one at `offset`.
[[nodiscard]] constexpr std::int64_t end_of_extent(std::int64_t offset, std::int64_t length) {
  return aligned(offset + kExtentHeaderBytes + length);
}

}  // namespace postern::spool
