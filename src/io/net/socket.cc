// Reads and writes try the system call first and wait only when it says EAGAIN: with a busy peer
// the bytes are nearly always there. So that such a peer cannot keep the shard to itself, a
// coroutine that never had to wait yields after a number of operations (Loop::turn_is_over).
#include "io/net/socket.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>

#include <cassert>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <utility>

#include "io/net/readiness.h"
#include "io/net/waiter.h"

namespace postern::net {
namespace {

class DescriptorSocket final : public Socket {
 public:
  DescriptorSocket(Shard& shard, Descriptor descriptor, base::Endpoint peer, std::string peer_name)
      : shard_(shard),
        descriptor_(std::move(descriptor)),
        readiness_(shard, descriptor_.get()),
        peer_(peer),
        peer_name_(std::move(peer_name)) {}
  ~DescriptorSocket() override { close(); }

  [[nodiscard]] int watch_error() const { return readiness_.error(); }

  Task<base::Result<std::size_t>> read_some(std::span<char> into, base::Deadline deadline) override;
  Task<base::Result<>> write(std::string_view bytes, base::Deadline deadline) override;
  std::int64_t receive(std::span<char> into) override;
  Task<base::Result<>> wait_readable(base::Deadline deadline) override;
  Task<base::Result<>> wait_writable(base::Deadline deadline) override;

  void more_follows() override { more_follows_ = true; }
  void finish() override {
    if (descriptor_) ::shutdown(descriptor_.get(), SHUT_WR);
  }
  void close() override {
    readiness_.forget();
    descriptor_.reset();
  }
  base::Endpoint peer() const override { return peer_; }
  base::Endpoint local() const override { return local_endpoint(descriptor_.get()); }
  int descriptor() const override { return descriptor_.get(); }

 private:
  // Why not to begin: the deadline has passed, its owner has cancelled, or this end is closed.
  [[nodiscard]] std::optional<Wake> refusal(const base::Deadline& deadline) const {
    if (!descriptor_) return Wake::cancelled;
    return shard_.loop().refusal(deadline);
  }
  // Nothing is there: the last recv() took all, and nothing was announced since.
  [[nodiscard]] bool is_drained() const { return drained_ && !readiness_.announced(); }
  [[nodiscard]] std::unexpected<base::Failure> stopped(Wake why, std::string_view doing) const;
  [[nodiscard]] std::unexpected<base::Failure> lost(int error, std::string_view doing) const;

  Shard& shard_;
  Descriptor descriptor_;
  Readiness readiness_;
  bool drained_ = false;
  bool more_follows_ = false;
  base::Endpoint peer_;
  std::string peer_name_;
};

Task<base::Result<std::size_t>> DescriptorSocket::read_some(std::span<char> into,
                                                            base::Deadline deadline) {
  assert(!into.empty());
  if (shard_.loop().turn_is_over()) {
    Yield others_first(shard_);
    (void)co_await others_first;
  }
  for (;;) {
    if (const auto why = refusal(deadline)) co_return stopped(*why, "reading from");
    const std::int64_t count = receive(into);
    if (count >= 0) co_return static_cast<std::size_t>(count);
    if (count != -EAGAIN) co_return lost(static_cast<int>(-count), "reading from");
    Waiter readable = readiness_.next(Direction::read, deadline);
    const Wake why = co_await readable;
    if (why != Wake::ready) co_return stopped(why, "reading from");
  }
}

Task<base::Result<>> DescriptorSocket::write(std::string_view bytes, base::Deadline deadline) {
  if (shard_.loop().turn_is_over()) {
    Yield others_first(shard_);
    (void)co_await others_first;
  }
  const int flags = MSG_NOSIGNAL | (std::exchange(more_follows_, false) ? MSG_MORE : 0);
  while (!bytes.empty()) {
    if (const auto why = refusal(deadline)) co_return stopped(*why, "writing to");
    const ssize_t count = ::send(descriptor_.get(), bytes.data(), bytes.size(), flags);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return lost(errno, "writing to");
    Waiter writable = readiness_.next(Direction::write, deadline);
    const Wake why = co_await writable;
    if (why != Wake::ready) co_return stopped(why, "writing to");
  }
  co_return base::Result<>();
}

// A recv() that brings less than was asked for has taken all there was (epoll(7)), and what comes
// after it is announced. The peer's end may have been announced before it: then only recv() tells.
std::int64_t DescriptorSocket::receive(std::span<char> into) {
  if (!descriptor_) return -EBADF;
  if (is_drained()) return -EAGAIN;
  readiness_.expect();
  ssize_t count = 0;
  do {
    count = ::recv(descriptor_.get(), into.data(), into.size(), MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    drained_ = errno == EAGAIN;
    return -errno;
  }
  drained_ = count > 0 && static_cast<std::size_t>(count) < into.size();
  return count;
}

Task<base::Result<>> DescriptorSocket::wait_readable(base::Deadline deadline) {
  if (const auto why = refusal(deadline)) co_return stopped(*why, "reading from");
  if (!is_drained()) co_return base::Result<>();
  Waiter readable = readiness_.next(Direction::read, deadline);
  const Wake why = co_await readable;
  if (why != Wake::ready) co_return stopped(why, "reading from");
  co_return base::Result<>();
}

// Whoever writes to the descriptor himself (TLS) waits after an EAGAIN; room that came since then
// may have been announced while nobody waited: so ask first.
Task<base::Result<>> DescriptorSocket::wait_writable(base::Deadline deadline) {
  if (const auto why = refusal(deadline)) co_return stopped(*why, "writing to");
  pollfd asked{descriptor_.get(), POLLOUT, 0};
  if (::poll(&asked, 1, 0) > 0) co_return base::Result<>();
  Waiter writable = readiness_.next(Direction::write, deadline);
  const Wake why = co_await writable;
  if (why != Wake::ready) co_return stopped(why, "writing to");
  co_return base::Result<>();
}

std::unexpected<base::Failure> DescriptorSocket::stopped(Wake why, std::string_view doing) const {
  return wait_failure(why, fmt::format("{} {}", doing, peer_name_));
}

std::unexpected<base::Failure> DescriptorSocket::lost(int error, std::string_view doing) const {
  return base::fail("connection-lost", fmt::format("The connection was lost while {} {}: {}.",
                                                   doing, peer_name_, errno_text(error)));
}

std::uint32_t v4_network_order(const base::IpAddress& address) {
  return htonl(address.v4_host_order());
}

}  // namespace

SocketAddress SocketAddress::of(const base::Endpoint& endpoint) {
  SocketAddress address;
  if (endpoint.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    v4.sin_addr.s_addr = v4_network_order(endpoint.address);
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.size = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.bytes().data(), 16);
    std::memcpy(&address.storage, &v6, sizeof v6);
    address.size = sizeof v6;
  }
  return address;
}

std::optional<SocketAddress> SocketAddress::of_path(std::string_view path) {
  sockaddr_un local{};
  if (path.empty() || path.size() >= sizeof local.sun_path) return std::nullopt;
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path.data(), path.size());
  SocketAddress address;
  std::memcpy(&address.storage, &local, sizeof local);
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

base::Endpoint SocketAddress::endpoint() const {
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    return {base::IpAddress::v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
  }
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return {base::IpAddress::v6(bytes), ntohs(v6.sin6_port)};
  }
  return {};
}

base::Endpoint local_endpoint(int descriptor) {
  SocketAddress address;
  if (::getsockname(descriptor, address.get(), &address.size) != 0) return {};
  return address.endpoint();
}

base::Result<std::unique_ptr<Socket>> make_socket(Shard& shard, Descriptor descriptor,
                                                  base::Endpoint peer, std::string peer_name) {
  auto socket =
      std::make_unique<DescriptorSocket>(shard, std::move(descriptor), peer, std::move(peer_name));
  if (const int error = socket->watch_error(); error != 0) {
    return base::fail("connection-failed",
                      fmt::format("The kernel would not watch the connection to {}: {}. Raise "
                                  "fs.epoll.max_user_watches, or free memory.",
                                  socket->peer().to_string(), errno_text(error)));
  }
  return std::unique_ptr<Socket>(std::move(socket));
}

void set_no_delay(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::string errno_text(int error) {
  return fmt::format("{} (errno {})", std::generic_category().message(error), error);
}

}  // namespace postern::net
