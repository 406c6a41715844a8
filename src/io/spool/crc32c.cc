#include "io/spool/crc32c.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace postern::spool {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected

using Table = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Table make_table() {
  Table table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[0][i] = crc;
  }
  for (std::size_t slice = 1; slice < 8; ++slice) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t above = table[slice - 1][i];
      table[slice][i] = (above >> 8) ^ table[0][above & 255];
    }
  }
  return table;
}

constexpr Table kTable = make_table();

std::uint64_t eight_bytes(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

std::uint32_t table_step(std::uint32_t crc, char byte) {
  return (crc >> 8) ^ kTable[0][(crc ^ static_cast<unsigned char>(byte)) & 255];
}

#if defined(__x86_64__)
// A checksum moves over n zero bytes by a linear map; four tables of 256 apply it to 32 bits.
using Shift = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr Shift make_shift(std::size_t zeros) {
  Shift shift{};
  for (std::size_t part = 0; part < 4; ++part) {
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t crc = i << (8 * part);
      // Only the eight powers of two are walked; the others are their sums.
      if ((i & (i - 1)) != 0) {
        const std::uint32_t low = i & (~i + 1);
        shift[part][i] = shift[part][low] ^ shift[part][i ^ low];
        continue;
      }
      for (std::size_t n = 0; n < zeros && i != 0; ++n) crc = (crc >> 8) ^ kTable[0][crc & 255];
      shift[part][i] = crc;
    }
  }
  return shift;
}

constexpr std::size_t kLane = 256;
constexpr Shift kOverOneLane = make_shift(kLane);
constexpr Shift kOverTwoLanes = make_shift(2 * kLane);

std::uint32_t shifted(const Shift& shift, std::uint32_t crc) {
  return shift[0][crc & 255] ^ shift[1][crc >> 8 & 255] ^ shift[2][crc >> 16 & 255] ^
         shift[3][crc >> 24];
}

// The instruction answers after three cycles but can start every cycle, so three lanes run side by
// side and are joined afterwards.
__attribute__((target("sse4.2"))) std::uint32_t crc32c_hardware(std::string_view bytes,
                                                                std::uint32_t before) {
  std::uint64_t crc = ~before;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 3 * kLane; at += 3 * kLane, left -= 3 * kLane) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < kLane; i += 8) {
      crc = _mm_crc32_u64(crc, eight_bytes(at + i));
      second = _mm_crc32_u64(second, eight_bytes(at + kLane + i));
      third = _mm_crc32_u64(third, eight_bytes(at + 2 * kLane + i));
    }
    crc = shifted(kOverTwoLanes, static_cast<std::uint32_t>(crc)) ^
          shifted(kOverOneLane, static_cast<std::uint32_t>(second)) ^ third;
  }
  for (; left >= 8; at += 8, left -= 8) crc = _mm_crc32_u64(crc, eight_bytes(at));
  auto rest = static_cast<std::uint32_t>(crc);
  for (; left > 0; ++at, --left) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(*at));
  return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    const std::uint64_t v = eight_bytes(at) ^ crc;
    crc = kTable[7][v & 255] ^ kTable[6][v >> 8 & 255] ^ kTable[5][v >> 16 & 255] ^
          kTable[4][v >> 24 & 255] ^ kTable[3][v >> 32 & 255] ^ kTable[2][v >> 40 & 255] ^
          kTable[1][v >> 48 & 255] ^ kTable[0][v >> 56];
  }
  for (; left > 0; ++at, --left) crc = table_step(crc, *at);
  return ~crc;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return crc32c_hardware(bytes, before);
#endif
  return crc32c_portable(bytes, before);
}

}  // namespace postern::spool
