// Waiting until a descriptor can be read or written. Private to io/: sockets, and libraries that
// bring a descriptor of their own (libunbound).
#pragma once

#include <cstdint>

#include "io/net/list.h"
#include "io/net/shard.h"
#include "io/net/waiter.h"

namespace postern::net {

enum class Direction { read, write };

// Registers a descriptor with the shard's loop, edge-triggered, until forgotten or destroyed. The
// descriptor stays its owner's, who must forget() before closing it.
class Readiness {
 public:
  Readiness(Shard& shard, int descriptor);
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  // 0, or why the kernel refused to watch the descriptor (an errno).
  [[nodiscard]] int error() const { return error_; }

  // Waits for the next change. Use it after the descriptor has said EAGAIN, without a wait between:
  // what was there before is not announced again. It may come without cause.
  [[nodiscard]] Waiter next(Direction direction, base::Deadline deadline);

  // Whether something to read was announced since expect() (or ever, once the peer has closed).
  [[nodiscard]] bool announced() const { return announced_ || ended_; }
  void expect() { announced_ = false; }
  // The peer closed its side, or the connection broke: there is no further announcement.
  [[nodiscard]] bool ended() const { return ended_; }

  // Stops watching; waits end as `cancelled`.
  void forget();

  void happened(std::uint32_t events);  // by the loop

 private:
  Shard& shard_;
  int descriptor_;
  int error_;
  bool announced_ = true;
  bool ended_ = false;
  List<Waiter> readers_;
  List<Waiter> writers_;
};

}  // namespace postern::net
