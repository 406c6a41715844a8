// A shard's event loop, private to io/.
//
// Why not Asio: each of its waits costs an epoll_ctl call and a handler, and to cancel one means to
// wait for its handler. Here a descriptor is registered once, edge-triggered; a wait is a few links
// in the coroutine's frame (waiter.h), which may be destroyed at any time; a deadline is a place on
// a timer wheel, and one timerfd is armed only when the earliest deadline moves forward.
//
// A turn: sleep until something happens; collect descriptors that are ready, timers that are due,
// and work posted by other threads; run the posted work; resume the waiters that are ready. Waiters
// woken meanwhile go into the next turn, so that nobody starves the descriptors.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/base/deadline.h"
#include "io/net/list.h"
#include "io/net/shard.h"
#include "io/net/timer_wheel.h"
#include "io/net/waiter.h"

namespace postern::net {

class Readiness;

// Owns a descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int descriptor) : value_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() { reset(); }

  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] explicit operator bool() const { return value_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(value_, -1); }
  void reset();

 private:
  int value_ = -1;
};

struct Shard::Loop {
  Loop();
  ~Loop();

  // Turns until `done` is true.
  void run(const bool& done);
  void turn();
  void post(std::move_only_function<void()> work);
  void set_timer(Waiter& waiter, base::Steady at);
  // Registers for both directions, edge-triggered; 0 or an errno.
  [[nodiscard]] int watch(int descriptor, Readiness& readiness);
  void forget(int descriptor);

  // Why an operation with this deadline must not even start.
  [[nodiscard]] std::optional<Wake> refusal(const base::Deadline& deadline) const;
  // True once a coroutine has done so many operations without waiting that others should go first.
  [[nodiscard]] bool turn_is_over() { return --operations_left <= 0; }

  List<Waiter> ready;
  base::Steady time;  // when this turn began; a clock read for every operation would cost more
  int operations_left = 0;
  bool stopped = false;
  Descriptor epoll;

 private:
  // True if nothing is ready to run; other threads then know that they must wake the loop.
  [[nodiscard]] bool may_sleep();
  void add_own(Descriptor& descriptor);
  void expire_timers();
  void arm_timer(TimerWheel::Tick tick);
  void resume_ready();
  void run_posted();
  [[nodiscard]] TimerWheel::Tick tick_at(base::Steady at) const;

  Descriptor wakeup_;
  Descriptor timer_;
  base::Steady origin_;
  TimerWheel timers_;
  TimerWheel::Tick armed_ = TimerWheel::kNever;

  std::mutex mutex_;
  std::vector<std::move_only_function<void()>> posted_;  // under mutex_
  bool asleep_ = false;                                  // under mutex_
  std::vector<std::move_only_function<void()>> batch_;
};

}  // namespace postern::net
