#include "core/base/ip_address.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <cstring>

namespace postern::base {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int kV4Bits = 96;

std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > most) return std::nullopt;
  return value;
}

bool same_prefix(const IpAddress& a, const IpAddress& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(a.bytes().data(), b.bytes().data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00 >> (bits % 8));
  return ((a.bytes()[whole] ^ b.bytes()[whole]) & mask) == 0;
}

bool v4_in(std::uint32_t address, std::uint32_t network, int prefix) {
  return (address ^ network) >> (32 - prefix) == 0;
}

// RFC 6890 and its successors, as far as mail is concerned.
bool is_special_v4(std::uint32_t a) {
  return v4_in(a, 0x00000000, 8) ||   // this network
         v4_in(a, 0x0A000000, 8) ||   // private
         v4_in(a, 0x64400000, 10) ||  // carrier-grade NAT
         v4_in(a, 0x7F000000, 8) ||   // loopback
         v4_in(a, 0xA9FE0000, 16) ||  // link-local
         v4_in(a, 0xAC100000, 12) ||  // private
         v4_in(a, 0xC0000000, 24) ||  // protocol assignments
         v4_in(a, 0xC0A80000, 16) ||  // private
         v4_in(a, 0xC6120000, 15) ||  // benchmarks
         v4_in(a, 0xE0000000, 3);     // multicast, reserved, broadcast
}

std::uint32_t big_endian(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char copy[INET6_ADDRSTRLEN];
  // A NUL inside would end the text early for inet_pton, and hide what follows.
  if (text.empty()) return std::nullopt;  // and perhaps nowhere: nothing to copy from
  if (text.size() >= sizeof copy || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  std::array<std::uint8_t, 16> bytes{};
  if (text.find(':') != std::string_view::npos) {
    if (inet_pton(AF_INET6, copy, bytes.data()) != 1) return std::nullopt;
    return v6(bytes);
  }
  if (inet_pton(AF_INET, copy, bytes.data()) != 1) return std::nullopt;
  return v4(big_endian(bytes.data()));
}

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress address;
  std::memcpy(address.bytes_.data(), kV4Prefix.data(), kV4Prefix.size());
  for (std::size_t i = 0; i < 4; ++i) {
    address.bytes_[12 + i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  }
  return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& network_order) {
  IpAddress address;
  address.bytes_ = network_order;
  return address;
}

bool IpAddress::is_v4() const {
  return std::memcmp(bytes_.data(), kV4Prefix.data(), kV4Prefix.size()) == 0;
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[12] == 127;
  IpAddress one;
  one.bytes_[15] = 1;
  return *this == one;
}

bool IpAddress::is_special() const {
  if (is_v4()) return is_special_v4(v4_host_order());
  const std::uint32_t head = big_endian(bytes_.data());
  const std::uint32_t second = big_endian(bytes_.data() + 4);
  const std::uint32_t third = big_endian(bytes_.data() + 8);
  const std::uint32_t last = big_endian(bytes_.data() + 12);
  if (head == 0 && second == 0) return true;    // ::, ::1, IPv4-compatible, IPv4-translated
  if ((bytes_[0] & 0xFE) == 0xFC) return true;  // unique local
  if (bytes_[0] == 0xFE && bytes_[1] >= 0x80) return true;   // link-local, site-local
  if (bytes_[0] == 0xFF) return true;                        // multicast
  if (head == 0x01000000 && second == 0) return true;        // discarded (RFC 6666)
  if (head == 0x20010000) return true;                       // Teredo
  if (head == 0x0064FF9B && second >> 16 == 1) return true;  // NAT64 of a network's own (RFC 8215)
  // Transition prefixes lead to the IPv4 address that they embed.
  if (head == 0x0064FF9B && second == 0 && third == 0) return is_special_v4(last);
  if (bytes_[0] == 0x20 && bytes_[1] == 0x02) return is_special_v4(big_endian(bytes_.data() + 2));
  if ((third & 0xFDFFFFFF) == 0x00005EFE) return is_special_v4(last);  // ISATAP (RFC 5214 6.1)
  return false;
}

std::uint32_t IpAddress::v4_host_order() const { return big_endian(bytes_.data() + 12); }

std::string IpAddress::to_string() const {
  if (is_v4()) return fmt::format("{}.{}.{}.{}", bytes_[12], bytes_[13], bytes_[14], bytes_[15]);
  // RFC 5952 4: lower case, no leading zeros, "::" for the first longest run of two zeros or more.
  std::array<unsigned, 8> words{};
  for (std::size_t i = 0; i < 8; ++i) words[i] = bytes_[2 * i] << 8u | bytes_[2 * i + 1];
  std::size_t best = 8;
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t end = i;
    while (end < 8 && words[end] == 0) ++end;
    if (end - i > best_length) best = i, best_length = end - i;
  }
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      text += "::";
      i += best_length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text += fmt::format("{:x}", words[i]);
  }
  return text;
}

std::optional<IpRange> IpRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpRange range;
  range.first_ = *address;
  if (slash == std::string_view::npos) return range;
  // Dotted IPv4 counts its own 32 bits; "::ffff:192.0.2.0/120" counts all 128.
  const bool dotted = text.find(':') == std::string_view::npos;
  const auto prefix = parse_number(text.substr(slash + 1), dotted ? 32 : 128);
  if (!prefix) return std::nullopt;
  range.prefix_ = static_cast<int>(*prefix) + (dotted ? kV4Bits : 0);
  for (int bit = range.prefix_; bit < 128; ++bit) {
    const auto byte = address->bytes()[static_cast<std::size_t>(bit / 8)];
    if ((byte >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return range;
}

bool IpRange::contains(const IpAddress& address) const {
  // "::/0" means every IPv6 address; that IPv4 is held inside IPv6 here must not widen it.
  if (prefix_ < kV4Bits && address.is_v4()) return false;
  return same_prefix(first_, address, prefix_);
}

std::string IpRange::to_string() const {
  if (prefix_ == 128) return first_.to_string();
  const bool v4 = first_.is_v4() && prefix_ >= kV4Bits;
  return fmt::format("{}/{}", first_.to_string(), v4 ? prefix_ - kV4Bits : prefix_);
}

std::string Endpoint::to_string() const {
  if (address.is_v4()) return fmt::format("{}:{}", address.to_string(), port);
  return fmt::format("[{}]:{}", address.to_string(), port);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = parse_number(text.substr(colon + 1), 65535);
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  // An IPv6 address stands in brackets, else its last group would read as a port.
  if (bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
  const auto address = IpAddress::parse(host);
  if (!number || !address) return std::nullopt;
  return Endpoint{*address, static_cast<std::uint16_t>(*number)};
}

}  // namespace postern::base
