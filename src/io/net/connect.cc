#include <fmt/core.h>
#include <netinet/in.h>

#include <cerrno>

#include "core/base/text.h"
#include "io/net/readiness.h"
#include "io/net/socket.h"
#include "io/net/waiter.h"

namespace postern::net {
namespace {

struct Target {
  SocketAddress address;
  base::Endpoint endpoint;  // unset for a Unix socket
  std::string name;
};

std::unexpected<base::Failure> connect_failure(int error, std::string_view name) {
  switch (error) {
    case ECONNREFUSED:
      return base::fail(
          "connection-refused",
          fmt::format("{} refused the connection: nothing listens there, or a firewall "
                      "rejects it.",
                      name));
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return base::fail(
          "network-unreachable",
          fmt::format("This machine has no way to {}: {}. Check routes, firewall and, "
                      "for IPv6, whether there is any.",
                      name, errno_text(error)));
    case ETIMEDOUT:
      return base::fail("timeout", fmt::format("Time ran out while connecting to {}.", name));
    default:
      return base::fail("connection-failed",
                        fmt::format("Connecting to {} failed: {}.", name, errno_text(error)));
  }
}

// Outgoing connections from one address would run out of ports if each kept one for itself from
// here on; with IP_BIND_ADDRESS_NO_PORT the kernel chooses at connect, when it knows the other end.
int bind_source(int descriptor, const base::IpAddress& from) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const SocketAddress source = SocketAddress::of({from, 0});
  return ::bind(descriptor, source.get(), source.size) == 0 ? 0 : errno;
}

// A socket becomes writable once its connection is made or has failed.
Task<base::Result<>> established(Shard& shard, int descriptor, std::string name,
                                 base::Deadline deadline) {
  const std::string doing = "connecting to " + name;
  Readiness readiness(shard, descriptor);
  if (readiness.error() != 0) co_return connect_failure(readiness.error(), name);
  for (;;) {
    Waiter writable = readiness.next(Direction::write, deadline);
    const Wake why = co_await writable;
    if (why != Wake::ready) co_return wait_failure(why, doing);
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) co_return connect_failure(error, name);
    // Readiness may come without cause: only a peer proves the connection.
    SocketAddress peer;
    if (::getpeername(descriptor, peer.get(), &peer.size) == 0) co_return base::Result<>();
    if (errno != ENOTCONN) co_return connect_failure(errno, name);
  }
}

Task<base::Result<std::unique_ptr<Socket>>> open(Shard& shard, Descriptor descriptor, Target target,
                                                 base::Deadline deadline) {
  if (const auto why = shard.loop().refusal(deadline)) {
    co_return wait_failure(*why, "connecting to " + target.name);
  }
  // A Unix socket whose backlog is full says EAGAIN, and nothing would tell when it no longer is.
  if (::connect(descriptor.get(), target.address.get(), target.address.size) != 0) {
    if (errno != EINPROGRESS) co_return connect_failure(errno, target.name);
    auto connected = co_await established(shard, descriptor.get(), target.name, deadline);
    if (!connected) co_return std::unexpected(std::move(connected.error()));
  }
  co_return make_socket(shard, std::move(descriptor), target.endpoint, std::move(target.name));
}

}  // namespace

Task<base::Result<std::unique_ptr<Socket>>> connect(Shard& shard, base::Endpoint to,
                                                    base::IpAddress from, base::Deadline deadline) {
  Target target{SocketAddress::of(to), to, to.to_string()};
  Descriptor descriptor(
      ::socket(target.address.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor) co_return connect_failure(errno, target.name);
  set_no_delay(descriptor.get());
  if (from != base::IpAddress()) {
    if (const int error = bind_source(descriptor.get(), from); error != 0) {
      co_return base::fail(
          "connection-failed",
          fmt::format("Cannot connect to {} from {}: {}. Use an address of this machine, of the "
                      "same family.",
                      target.name, from.to_string(), errno_text(error)));
    }
  }
  co_return co_await open(shard, std::move(descriptor), std::move(target), deadline);
}

Task<base::Result<std::unique_ptr<Socket>>> connect_unix(Shard& shard, std::string path,
                                                         base::Deadline deadline) {
  const std::string name = base::printable(path);
  const auto address = SocketAddress::of_path(path);
  if (!address) {
    co_return base::fail("connection-failed",
                         fmt::format("\"{}\" cannot name a Unix socket: it is empty or longer than "
                                     "107 bytes.",
                                     name));
  }
  Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor) co_return connect_failure(errno, name);
  Target target{*address, {}, name};
  co_return co_await open(shard, std::move(descriptor), std::move(target), deadline);
}

}  // namespace postern::net
