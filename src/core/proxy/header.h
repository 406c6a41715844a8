// The PROXY protocol, version 2: how a load balancer tells whom it speaks for
// (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt). A connection starts with
//   12 bytes   signature
//    1 byte    version 2, and the command: LOCAL (the balancer's own check) or PROXY
//    1 byte    address family and transport
//    2 bytes   how many bytes follow: addresses, then type-length-value extras
// The reader (io/net/proxy.h) reads a preamble of 16 bytes, then exactly what it announces: nothing
// that belongs to the client may be consumed.
//
// Not done here: version 1 (text); UNIX and UDP, which carry no mail; the meaning of extras, whose
// form is checked and which are then skipped. Who may send a header at all is decided by the
// listener.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/failure.h"
#include "core/base/ip_address.h"

namespace postern::proxy {

inline constexpr std::size_t kPreambleSize = 16;
// Addresses take at most 36 bytes, the extras of the known balancers a few hundred.
inline constexpr std::size_t kLongestRest = 2048;
inline constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

enum class Command { local, proxy };
enum class Family { tcp4, tcp6, other };

struct Preamble {
  Command command = Command::local;
  Family family = Family::other;  // of no meaning for LOCAL
  std::size_t rest = 0;           // bytes that follow
};

struct Header {
  Command command = Command::local;
  // For PROXY: the client, and where it connected to. Unset for LOCAL: use the connection's own.
  base::Endpoint source;
  base::Endpoint destination;
};

// Failures: "proxy-malformed"; "proxy-unsupported" for versions, families and commands not done
// here.
[[nodiscard]] base::Result<Preamble> parse_preamble(
    std::span<const std::uint8_t, kPreambleSize> bytes);
// `rest` holds exactly preamble.rest bytes.
[[nodiscard]] base::Result<Header> parse_rest(const Preamble& preamble,
                                              std::span<const std::uint8_t> rest);

}  // namespace postern::proxy
