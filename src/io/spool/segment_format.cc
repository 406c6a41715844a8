#include "io/spool/segment_format.h"

#include <charconv>
#include <cstring>

#include "io/spool/crc32c.h"

namespace postern::spool {
namespace {

constexpr std::string_view kExtentMagic = "PxT1";
constexpr std::string_view kFileMagic = "POSTERNS";
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kChecksumAt = 28;
constexpr std::string_view kSuffix = ".segment";
constexpr std::size_t kDigits = 16;

template <class T>
void put(HeaderBytes& bytes, std::size_t at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[at + i] = static_cast<char>(value >> (8 * i) & 255);
  }
}

template <class T>
T get(std::span<const char, 32> bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) {
    value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[at + i]));
  }
  return value;
}

std::uint32_t own_checksum(std::span<const char, 32> bytes) {
  return crc32c(std::string_view(bytes.data(), kChecksumAt));
}

bool is_sound(std::span<const char, 32> bytes, std::string_view magic) {
  return std::string_view(bytes.data(), magic.size()) == magic &&
         get<std::uint32_t>(bytes, kChecksumAt) == own_checksum(bytes);
}

}  // namespace

HeaderBytes encode(const ExtentHeader& header) {
  HeaderBytes bytes{};
  std::memcpy(bytes.data(), kExtentMagic.data(), kExtentMagic.size());
  put(bytes, 4, header.checksum);
  put(bytes, 8, static_cast<std::uint64_t>(header.message.value));
  put(bytes, 16, static_cast<std::uint64_t>(header.length));
  put(bytes, 24, header.position);
  put(bytes, kChecksumAt, own_checksum(bytes));
  return bytes;
}

std::optional<ExtentHeader> decode_extent_header(std::span<const char, 32> bytes) {
  if (!is_sound(bytes, kExtentMagic)) return std::nullopt;
  ExtentHeader header;
  header.checksum = get<std::uint32_t>(bytes, 4);
  header.message.value = static_cast<std::int64_t>(get<std::uint64_t>(bytes, 8));
  header.length = static_cast<std::int64_t>(get<std::uint64_t>(bytes, 16));
  header.position = get<std::uint32_t>(bytes, 24);
  if (header.length < 0) return std::nullopt;
  return header;
}

HeaderBytes encode_file_header(std::int64_t segment) {
  HeaderBytes bytes{};
  std::memcpy(bytes.data(), kFileMagic.data(), kFileMagic.size());
  put(bytes, 8, kVersion);
  put(bytes, 16, static_cast<std::uint64_t>(segment));
  put(bytes, kChecksumAt, own_checksum(bytes));
  return bytes;
}

std::optional<std::int64_t> decode_file_header(std::span<const char, 32> bytes) {
  if (!is_sound(bytes, kFileMagic) || get<std::uint64_t>(bytes, 8) != kVersion) return std::nullopt;
  return static_cast<std::int64_t>(get<std::uint64_t>(bytes, 16));
}

std::string segment_name(std::int64_t segment) {
  const std::string digits = std::to_string(segment);
  std::string name(digits.size() < kDigits ? kDigits - digits.size() : 0, '0');
  name += digits;
  name += kSuffix;
  return name;
}

std::optional<std::int64_t> parse_segment_name(std::string_view name) {
  if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  std::int64_t segment = 0;
  const char* const end = name.data() + kDigits;
  const auto parsed = std::from_chars(name.data(), end, segment);
  if (parsed.ec != std::errc{} || parsed.ptr != end || segment <= 0) return std::nullopt;
  return segment;
}

}  // namespace postern::spool
