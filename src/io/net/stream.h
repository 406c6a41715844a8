// A byte stream to one peer: a TCP or Unix socket, or TLS above one. Code that talks over a Stream
// compiles without Asio and OpenSSL, and tests answer from scripted streams.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/deadline.h"
#include "core/base/failure.h"
#include "core/base/ip_address.h"
#include "io/net/task.h"

namespace postern::net {

class Shard;

// One read and one write may be under way at a time, and a stream outlives them: to end them early,
// close() it, and let them return before it is destroyed.
class Stream {
 public:
  virtual ~Stream() = default;

  // Reads what is there, at least one byte; 0 means the peer has closed its side in order (for TLS:
  // with close_notify). Failures: "timeout", "cancelled", "connection-lost".
  [[nodiscard]] virtual Task<base::Result<std::size_t>> read_some(std::span<char> into,
                                                                  base::Deadline deadline) = 0;
  // Writes all of it. The bytes must stay where they are until the write is done.
  [[nodiscard]] virtual Task<base::Result<>> write(std::string_view bytes,
                                                   base::Deadline deadline) = 0;
  // A hint: what is written next is followed by more at once, or by finish(), and may leave with
  // it.
  virtual void more_follows() {}
  // Ends the sending side in order (TLS close_notify, then FIN), as far as it goes without waiting.
  virtual void finish() = 0;
  // Drops the connection at once. Waiting operations fail with "cancelled".
  virtual void close() = 0;

  // Unset for a Unix socket.
  [[nodiscard]] virtual base::Endpoint peer() const = 0;
  [[nodiscard]] virtual base::Endpoint local() const = 0;
};

// A connected TCP or Unix socket without TLS. TLS (io/crypto) builds on its descriptor, on
// receive() and on the readiness waits, which may end without cause: try again, and wait again.
class Socket : public Stream {
 public:
  [[nodiscard]] virtual int descriptor() const = 0;
  // What is there, without waiting: a count as of recv(), 0 at the end, or an errno made negative.
  // -EAGAIN comes without a system call when the last one has taken all there was.
  [[nodiscard]] virtual std::int64_t receive(std::span<char> into) = 0;
  [[nodiscard]] virtual Task<base::Result<>> wait_readable(base::Deadline deadline) = 0;
  [[nodiscard]] virtual Task<base::Result<>> wait_writable(base::Deadline deadline) = 0;
};

// Connects to `to`, from `from` if its address is set. Failures: "connection-refused",
// "network-unreachable", "timeout", "cancelled", "connection-failed".
[[nodiscard]] Task<base::Result<std::unique_ptr<Socket>>> connect(Shard& shard, base::Endpoint to,
                                                                  base::IpAddress from,
                                                                  base::Deadline deadline);
// Connects to a Unix-domain socket.
[[nodiscard]] Task<base::Result<std::unique_ptr<Socket>>> connect_unix(Shard& shard,
                                                                       std::string path,
                                                                       base::Deadline deadline);

// A listening socket. Several shards may each listen on one address (SO_REUSEPORT).
class Listener {
 public:
  virtual ~Listener() = default;
  // The next connection. Running out of descriptors is waited out here, not reported.
  [[nodiscard]] virtual Task<base::Result<std::unique_ptr<Socket>>> accept(
      base::Deadline deadline) = 0;
  [[nodiscard]] virtual base::Endpoint local() const = 0;  // with the port that was really bound
  virtual void close() = 0;
};

enum class Sharing { exclusive, reuse_port };

// "[::]:25" listens for IPv6 only, so that "0.0.0.0:25" can stand beside it. Failures:
// "address-in-use", "listen-forbidden", "listen-failed".
[[nodiscard]] base::Result<std::unique_ptr<Listener>> listen(Shard& shard, base::Endpoint at,
                                                             Sharing sharing);
// Replaces the socket file of a program that has died; `mode` as for chmod. Removed on close.
[[nodiscard]] base::Result<std::unique_ptr<Listener>> listen_unix(Shard& shard, std::string path,
                                                                  unsigned mode);
// Takes over a descriptor that systemd (or a parent) has bound; to share it among shards, dup() it.
// On failure it stays the caller's.
[[nodiscard]] base::Result<std::unique_ptr<Listener>> listen_inherited(Shard& shard,
                                                                       int descriptor);

}  // namespace postern::net
