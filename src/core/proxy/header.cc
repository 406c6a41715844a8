#include "core/proxy/header.h"

#include <fmt/core.h>

#include <algorithm>

namespace postern::proxy {
namespace {

using Bytes = std::span<const std::uint8_t>;
constexpr std::size_t kMostExtras = 64;

std::unexpected<base::Failure> malformed(std::string_view problem) {
  return base::fail("proxy-malformed",
                    fmt::format("The PROXY protocol header is malformed: {}. Check that the load "
                                "balancer sends version 2 to this port, and nobody else does.",
                                problem));
}

std::unexpected<base::Failure> unsupported(std::string_view what) {
  return base::fail(
      "proxy-unsupported",
      fmt::format("The PROXY protocol header carries {}. Set the load balancer to send "
                  "version 2 for TCP over IPv4 or IPv6.",
                  what));
}

std::uint16_t big_endian(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

base::IpAddress address_at(Bytes bytes, std::size_t at, Family family) {
  if (family == Family::tcp4) {
    return base::IpAddress::v4(static_cast<std::uint32_t>(big_endian(bytes, at)) << 16 |
                               big_endian(bytes, at + 2));
  }
  std::array<std::uint8_t, 16> v6{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), v6.size(), v6.begin());
  return base::IpAddress::v6(v6);
}

// Type, two bytes of length, value; over and over to the very end.
bool extras_are_well_formed(Bytes extras) {
  for (std::size_t count = 0; !extras.empty(); ++count) {
    if (count == kMostExtras || extras.size() < 3) return false;
    const std::size_t length = 3u + big_endian(extras, 1);
    if (extras.size() < length) return false;
    extras = extras.subspan(length);
  }
  return true;
}

}  // namespace

base::Result<Preamble> parse_preamble(std::span<const std::uint8_t, kPreambleSize> bytes) {
  const auto same = [](char wanted, std::uint8_t got) {
    return static_cast<std::uint8_t>(wanted) == got;
  };
  if (!std::equal(kSignature.begin(), kSignature.end(), bytes.begin(), same)) {
    return malformed("it does not begin with the signature");
  }
  Preamble preamble;
  if (bytes[12] >> 4 != 2) return unsupported(fmt::format("version {}", bytes[12] >> 4));
  if ((bytes[12] & 15) > 1) return unsupported(fmt::format("command {}", bytes[12] & 15));
  preamble.command = (bytes[12] & 15) == 1 ? Command::proxy : Command::local;
  if (bytes[13] == 0x11) preamble.family = Family::tcp4;
  if (bytes[13] == 0x21) preamble.family = Family::tcp6;
  // "Unspecified" would leave us with the balancer's address, and its privileges, for a stranger.
  if (preamble.command == Command::proxy && preamble.family == Family::other) {
    return unsupported(fmt::format("the address family and transport 0x{:02x}", bytes[13]));
  }
  preamble.rest = big_endian(bytes, 14);
  if (preamble.rest > kLongestRest) {
    return malformed(
        fmt::format("it announces {} bytes, more than {}", preamble.rest, kLongestRest));
  }
  return preamble;
}

base::Result<Header> parse_rest(const Preamble& preamble, Bytes rest) {
  if (rest.size() != preamble.rest) return malformed("it is cut short");
  Header header{preamble.command, {}, {}};
  if (preamble.command == Command::local) return header;  // whatever follows is to be ignored
  const std::size_t width = preamble.family == Family::tcp4 ? 4 : 16;
  const std::size_t addresses = 2 * width + 4;
  if (rest.size() < addresses) return malformed("its addresses are cut short");
  header.source = {address_at(rest, 0, preamble.family), big_endian(rest, 2 * width)};
  header.destination = {address_at(rest, width, preamble.family), big_endian(rest, 2 * width + 2)};
  if (!extras_are_well_formed(rest.subspan(addresses))) {
    return malformed("an extra runs past its end, or there are more than 64");
  }
  return header;
}

}  // namespace postern::proxy
