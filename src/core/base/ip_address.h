// IP addresses, ranges and endpoints as plain values, so that core needs no sockets.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::base {

// IPv4 is held as ::ffff:a.b.c.d, so a v4-mapped v6 peer equals its v4 self.
class IpAddress {
 public:
  IpAddress() = default;  // "::"
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  [[nodiscard]] static IpAddress v4(std::uint32_t host_order);
  [[nodiscard]] static IpAddress v6(const std::array<std::uint8_t, 16>& network_order);

  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] bool is_loopback() const;
  // Private, link-local, loopback, multicast or unspecified: not a place the world's MX may name.
  [[nodiscard]] bool is_special() const;
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  [[nodiscard]] std::uint32_t v4_host_order() const;  // only if is_v4()
  [[nodiscard]] std::string to_string() const;        // RFC 5952 for IPv6

  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// "192.0.2.0/24", "2001:db8::/32", or a single address. Bits set below the prefix ("192.0.2.5/24")
// are refused: nobody can tell which of the two was meant. An IPv6 range never contains IPv4.
class IpRange {
 public:
  [[nodiscard]] static std::optional<IpRange> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] const IpAddress& first() const { return first_; }
  [[nodiscard]] int prefix() const { return prefix_; }  // of 128, also for IPv4
  bool operator==(const IpRange&) const = default;

 private:
  IpAddress first_;
  int prefix_ = 128;  // of 128, also for IPv4
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  // "192.0.2.1:25", "[2001:db8::1]:25"
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] static std::optional<Endpoint> parse(std::string_view text);
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace postern::base
