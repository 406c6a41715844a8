// Remembers on a shard that the queue's disk was full, so that MAIL can be answered 452 at once
// instead of taking a whole message for nothing. Every few seconds one message is let through to
// find out whether space has returned.
#pragma once

#include <chrono>

#include "core/base/deadline.h"
#include "io/observe/event.h"

namespace postern::receipt {

class DiskGate {
 public:
  explicit DiskGate(observe::EventSink& events) : events_(events) {}

  // May a message begin? When the disk was full, yes once in a while.
  [[nodiscard]] bool open(base::Steady now) {
    if (!full_) return true;
    if (now < next_try_) return false;
    next_try_ = now + kPause;
    return true;
  }
  void found_full(base::Steady now) {
    if (!full_) events_.emit(observe::Event::queue_disk_full, {});
    full_ = true;
    next_try_ = now + kPause;
  }
  void found_space() {
    if (full_) events_.emit(observe::Event::queue_disk_recovered, {});
    full_ = false;
  }

 private:
  static constexpr std::chrono::seconds kPause{2};

  observe::EventSink& events_;
  bool full_ = false;
  base::Steady next_try_;
};

}  // namespace postern::receipt
