// The pure part of dispatching: how many connections a destination gets, and how one that cannot be
// reached is left alone.
//
// When an attempt reaches no host at all, its reason holds for whatever else waits for the same
// destination: that fails together with it, without knocking again. For a while after, so does what
// arrives. Each failure in a row doubles the while; one success ends it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "core/base/deadline.h"

namespace postern::queue {

class BackOff {
 public:
  BackOff(std::chrono::milliseconds first, std::chrono::milliseconds limit)
      : first_(first), limit_(limit) {}

  void failed(base::Steady now) {
    if (holds(now)) return;  // the same failure, met by another connection at the same time
    const auto wait = std::min(limit_, first_ * (1 << std::min(failures_, 16)));
    until_ = now + wait;
    ++failures_;
  }
  void succeeded() { forget(); }
  // An administrator, or a change of policy, asks for a fresh look.
  void forget() {
    failures_ = 0;
    until_ = {};
  }
  [[nodiscard]] bool holds(base::Steady now) const { return now < until_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds limit_;
  int failures_ = 0;
  base::Steady until_{};
};

// How many messages may be on their way to one destination at once: a few at first, more with each
// success, back to the start when nobody could be reached.
class Window {
 public:
  explicit Window(std::size_t limit) : limit_(std::max<std::size_t>(limit, 1)) { failed(); }

  void succeeded() { size_ = std::min(size_ + 1, limit_); }
  void failed() { size_ = std::min(kFirst, limit_); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kFirst = 4;
  std::size_t limit_;
  std::size_t size_ = 0;
};

}  // namespace postern::queue
