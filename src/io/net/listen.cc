#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/base/text.h"
#include "io/net/readiness.h"
#include "io/net/socket.h"
#include "io/net/waiter.h"

namespace postern::net {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kFirstBackOff{10};
constexpr milliseconds kLongestBackOff{1'000};

// The file of a Unix socket that we made: removed with us, unless somebody has replaced it since.
class SocketFile {
 public:
  SocketFile() = default;
  explicit SocketFile(std::string path) : path_(std::move(path)) {
    struct stat made{};
    if (::lstat(path_.c_str(), &made) != 0) path_.clear();
    device_ = made.st_dev;
    inode_ = made.st_ino;
  }
  void remove() {
    struct stat now{};
    if (path_.empty() || ::lstat(path_.c_str(), &now) != 0) return;
    if (now.st_dev == device_ && now.st_ino == inode_) ::unlink(path_.c_str());
    path_.clear();
  }

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

class DescriptorListener final : public Listener {
 public:
  DescriptorListener(Shard& shard, Descriptor descriptor, std::string name, SocketFile file)
      : shard_(shard),
        descriptor_(std::move(descriptor)),
        readiness_(shard, descriptor_.get()),
        local_(local_endpoint(descriptor_.get())),
        name_(std::move(name)),
        file_(std::move(file)) {}
  ~DescriptorListener() override { close(); }

  [[nodiscard]] int watch_error() const { return readiness_.error(); }
  Task<base::Result<std::unique_ptr<Socket>>> accept(base::Deadline deadline) override;
  base::Endpoint local() const override { return local_; }
  void close() override {
    wake_all(backing_off_, Wake::cancelled);
    readiness_.forget();
    descriptor_.reset();
    file_.remove();
  }

 private:
  [[nodiscard]] std::optional<Wake> refusal(const base::Deadline& deadline) const {
    if (!descriptor_) return Wake::cancelled;
    return shard_.loop().refusal(deadline);
  }
  [[nodiscard]] std::unexpected<base::Failure> stopped(Wake why) const {
    return wait_failure(why, "waiting for a connection to " + name_);
  }

  Shard& shard_;
  Descriptor descriptor_;
  Readiness readiness_;
  List<Waiter> backing_off_;
  base::Endpoint local_;
  std::string name_;
  SocketFile file_;
};

enum class AcceptError { none_waiting, exhausted, passing, fatal };

// accept(2) hands on whatever became of the new connection; such errors say nothing about the
// listener.
AcceptError classify(int error) {
  switch (error) {
    case EAGAIN:
      return AcceptError::none_waiting;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return AcceptError::exhausted;
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
    case EFAULT:
      return AcceptError::fatal;
    default:
      return AcceptError::passing;
  }
}

Task<base::Result<std::unique_ptr<Socket>>> DescriptorListener::accept(base::Deadline deadline) {
  milliseconds back_off = kFirstBackOff;
  for (;;) {
    if (shard_.loop().turn_is_over()) {
      Yield others_first(shard_);
      (void)co_await others_first;
    }
    if (const auto why = refusal(deadline)) co_return stopped(*why);
    SocketAddress peer;
    Descriptor accepted(
        ::accept4(descriptor_.get(), peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted) {
      const base::Endpoint from = peer.endpoint();
      co_return make_socket(shard_, std::move(accepted), from,
                            from.port == 0 ? "a client of " + name_ : from.to_string());
    }
    const AcceptError error = classify(errno);
    if (error == AcceptError::passing) continue;
    if (error == AcceptError::fatal) {
      co_return base::fail("listener-failed",
                           fmt::format("Listening on {} failed: {}.", name_, errno_text(errno)));
    }
    if (error == AcceptError::none_waiting) {
      Waiter readable = readiness_.next(Direction::read, deadline);
      const Wake why = co_await readable;
      if (why != Wake::ready) co_return stopped(why);
      continue;
    }
    // Out of descriptors: the connection stays in the backlog until some session has ended.
    const base::Deadline pause = deadline.no_later_than(shard_.now() + back_off);
    Waiter waiter(shard_, pause, &backing_off_);
    const Wake why = co_await waiter;
    if (why == Wake::cancelled) co_return stopped(why);
    back_off = std::min(back_off * 2, kLongestBackOff);
  }
}

std::unexpected<base::Failure> listen_failure(int error, std::string_view name) {
  if (error == EADDRINUSE) {
    return base::fail("address-in-use",
                      fmt::format("Cannot listen on {}: another program does already. Stop it, or "
                                  "choose another address.",
                                  name));
  }
  if (error == EACCES || error == EPERM) {
    return base::fail("listen-forbidden",
                      fmt::format("Cannot listen on {}: this needs a permission that the program "
                                  "lacks. Use a systemd socket, CAP_NET_BIND_SERVICE, or a port "
                                  "above 1023.",
                                  name));
  }
  return base::fail("listen-failed",
                    fmt::format("Cannot listen on {}: {}.", name, errno_text(error)));
}

base::Result<std::unique_ptr<Listener>> make_listener(Shard& shard, Descriptor descriptor,
                                                      std::string name, SocketFile file) {
  auto listener =
      std::make_unique<DescriptorListener>(shard, std::move(descriptor), name, std::move(file));
  if (listener->watch_error() != 0) return listen_failure(listener->watch_error(), name);
  return std::unique_ptr<Listener>(std::move(listener));
}

// Removes what a program that has died left behind; never a socket that answers, nor another file.
base::Result<> remove_stale(const std::string& path, const SocketAddress& address) {
  struct stat found{};
  const std::string name = base::printable(path);
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) {
    return base::fail(
        "address-in-use",
        fmt::format("Cannot listen on {}: it exists and is not a socket. Move it away, "
                    "or choose another path.",
                    name));
  }
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe) return listen_failure(errno, name);
  const bool refused =
      ::connect(probe.get(), address.get(), address.size) != 0 && errno == ECONNREFUSED;
  if (!refused) return listen_failure(EADDRINUSE, name);
  if (::unlink(path.c_str()) != 0) return listen_failure(errno, name);
  return {};
}

int option(int descriptor, int option_name) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(descriptor, SOL_SOCKET, option_name, &value, &size) != 0) return -1;
  return value;
}

}  // namespace

base::Result<std::unique_ptr<Listener>> listen(Shard& shard, base::Endpoint at, Sharing sharing) {
  const SocketAddress address = SocketAddress::of(at);
  const std::string name = at.to_string();
  const int on = 1;
  Descriptor descriptor(
      ::socket(address.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor) return listen_failure(errno, name);
  ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (sharing == Sharing::reuse_port) {
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }
  if (!at.address.is_v4()) {
    ::setsockopt(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  set_no_delay(descriptor.get());  // Linux: accepted sockets inherit it
  if (::bind(descriptor.get(), address.get(), address.size) != 0 ||
      ::listen(descriptor.get(), SOMAXCONN) != 0) {
    return listen_failure(errno, name);
  }
  std::string bound = local_endpoint(descriptor.get()).to_string();
  return make_listener(shard, std::move(descriptor), std::move(bound), {});
}

base::Result<std::unique_ptr<Listener>> listen_unix(Shard& shard, std::string path, unsigned mode) {
  const std::string name = base::printable(path);
  const auto address = SocketAddress::of_path(path);
  if (!address) return listen_failure(ENAMETOOLONG, name);
  if (auto removed = remove_stale(path, *address); !removed) {
    return std::unexpected(std::move(removed.error()));
  }
  Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor) return listen_failure(errno, name);
  if (::bind(descriptor.get(), address->get(), address->size) != 0) {
    return listen_failure(errno, name);
  }
  SocketFile file(path);
  // Nobody can connect before listen(), so the mode is never wider than asked for.
  if (::chmod(path.c_str(), mode) != 0 || ::listen(descriptor.get(), SOMAXCONN) != 0) {
    const int error = errno;
    file.remove();
    return listen_failure(error, name);
  }
  return make_listener(shard, std::move(descriptor), name, std::move(file));
}

base::Result<std::unique_ptr<Listener>> listen_inherited(Shard& shard, int descriptor) {
  if (option(descriptor, SO_TYPE) != SOCK_STREAM || option(descriptor, SO_ACCEPTCONN) != 1) {
    return base::fail("listen-failed",
                      fmt::format("Descriptor {} that was handed over is not a listening stream "
                                  "socket. Check the socket unit: ListenStream=, Accept=no.",
                                  descriptor));
  }
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
    return listen_failure(errno, fmt::format("descriptor {}", descriptor));
  }
  const base::Endpoint at = local_endpoint(descriptor);
  if (at.port != 0) set_no_delay(descriptor);
  std::string name = at.port != 0 ? at.to_string() : fmt::format("descriptor {}", descriptor);
  return make_listener(shard, Descriptor(descriptor), std::move(name), {});
}

}  // namespace postern::net
