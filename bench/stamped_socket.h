// Says when the peer's bytes arrived at this machine, by the kernel's clock. A load tool that waits
// for a processor, or shakes hands on another connection first, reads a reply late; that wait is
// the tool's own and not the server's.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "io/net/stream.h"

namespace postern::bench {

// The clock of the kernel's stamps.
using Arrival = std::chrono::system_clock::time_point;

class StampedSocket final : public net::Socket {
 public:
  explicit StampedSocket(std::unique_ptr<net::Socket> beneath) : beneath_(std::move(beneath)) {
    const int on = 1;
    if (::setsockopt(descriptor(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0) {
      throw std::system_error(errno, std::generic_category(), "SO_TIMESTAMPNS");
    }
  }

  // Of the last packet that a read has begun to take; the epoch before the first.
  [[nodiscard]] Arrival last_arrival() const { return last_arrival_; }

  net::Task<base::Result<std::size_t>> read_some(std::span<char> into,
                                                 base::Deadline deadline) override {
    auto readable = co_await beneath_->wait_readable(deadline);
    if (readable) look();
    co_return co_await beneath_->read_some(into, deadline);
  }
  std::int64_t receive(std::span<char> into) override {
    look();
    return beneath_->receive(into);
  }
  net::Task<base::Result<>> write(std::string_view bytes, base::Deadline deadline) override {
    return beneath_->write(bytes, deadline);
  }
  net::Task<base::Result<>> wait_readable(base::Deadline deadline) override {
    return beneath_->wait_readable(deadline);
  }
  net::Task<base::Result<>> wait_writable(base::Deadline deadline) override {
    return beneath_->wait_writable(deadline);
  }
  void more_follows() override { beneath_->more_follows(); }
  void finish() override { beneath_->finish(); }
  void close() override { beneath_->close(); }
  [[nodiscard]] base::Endpoint peer() const override { return beneath_->peer(); }
  [[nodiscard]] base::Endpoint local() const override { return beneath_->local(); }
  [[nodiscard]] int descriptor() const override { return beneath_->descriptor(); }

 private:
  // A look leaves the byte where it is, and what the socket beneath knows of its descriptor true.
  void look() {
    char byte = 0;
    iovec place{.iov_base = &byte, .iov_len = 1};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(timespec))];
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = static_cast<char*>(room);
    message.msg_controllen = sizeof room;
    if (::recvmsg(descriptor(), &message, MSG_PEEK | MSG_DONTWAIT) <= 0) return;
    const cmsghdr* said = CMSG_FIRSTHDR(&message);
    if (said == nullptr || said->cmsg_level != SOL_SOCKET || said->cmsg_type != SCM_TIMESTAMPNS) {
      return;
    }
    timespec at{};
    std::memcpy(&at, CMSG_DATA(said), sizeof at);
    last_arrival_ = Arrival(std::chrono::duration_cast<Arrival::duration>(
        std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec)));
  }

  std::unique_ptr<net::Socket> beneath_;
  Arrival last_arrival_;
};

}  // namespace postern::bench
