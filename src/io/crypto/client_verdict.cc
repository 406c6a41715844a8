#include "io/crypto/client_verdict.h"

#include <cstdint>

namespace postern::crypto {
namespace {

constexpr char format = 1;
constexpr std::size_t fixed_size = 10;     // format, chain, eight bytes of time
constexpr std::size_t detail_limit = 160;  // a ticket travels in every resumption

}  // namespace

std::string to_ticket(const ChainVerdict& verdict) {
  std::string bytes{format, static_cast<char>(verdict.chain)};
  const auto until = static_cast<std::uint64_t>(base::micros(verdict.stands_until));
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(until >> shift & 0xff);
  return bytes + verdict.detail.substr(0, detail_limit);
}

std::optional<ChainVerdict> from_ticket(std::string_view bytes) {
  if (bytes.size() < fixed_size || bytes[0] != format) return std::nullopt;
  const auto chain = static_cast<unsigned char>(bytes[1]);
  if (chain > static_cast<unsigned char>(tls::Chain::invalid)) return std::nullopt;
  std::uint64_t until = 0;
  for (std::size_t i = 2; i < fixed_size; ++i) {
    until = until << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return ChainVerdict{static_cast<tls::Chain>(chain), std::string(bytes.substr(fixed_size)),
                      base::instant(static_cast<std::int64_t>(until))};
}

}  // namespace postern::crypto
