#include "io/net/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "io/net/readiness.h"

namespace postern::net {
namespace {

using Millis = std::chrono::milliseconds;
constexpr int kOperationsATurn = 64;
constexpr int kEventsATurn = 256;

// Running out of descriptors while a shard is made is exhaustion, so it throws.
Descriptor must(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return Descriptor(descriptor);
}

}  // namespace

void Descriptor::reset() {
  if (value_ >= 0) ::close(std::exchange(value_, -1));
}

Shard::Loop::Loop()
    : time(std::chrono::steady_clock::now()),
      epoll(must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wakeup_(must(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      timer_(must(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")),
      origin_(time) {
  add_own(wakeup_);
  add_own(timer_);
}

Shard::Loop::~Loop() = default;

// Edge-triggered: each write and each expiry is an event of its own, so neither is ever read. What
// tells them from sockets is that their event points at the Descriptor.
void Shard::Loop::add_own(Descriptor& descriptor) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = &descriptor;
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor.get(), &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

int Shard::Loop::watch(int descriptor, Readiness& readiness) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &readiness;
  return epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : errno;
}

void Shard::Loop::forget(int descriptor) {
  epoll_ctl(epoll.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void Shard::Loop::run(const bool& done) {
  while (!done) turn();
}

void Shard::Loop::turn() {
  std::array<epoll_event, kEventsATurn> events;
  const int count = epoll_wait(epoll.get(), events.data(), kEventsATurn, may_sleep() ? -1 : 0);
  if (count < 0 && errno != EINTR) {
    throw std::system_error(errno, std::generic_category(), "epoll_wait");
  }
  time = std::chrono::steady_clock::now();
  bool timer_rang = false;
  // No coroutine runs in this loop, so every Readiness that an event points at is still there.
  for (int i = 0; i < count; ++i) {
    void* source = events[static_cast<std::size_t>(i)].data.ptr;
    if (source == &timer_) {
      timer_rang = true;
    } else if (source != &wakeup_) {
      static_cast<Readiness*>(source)->happened(events[static_cast<std::size_t>(i)].events);
    }
  }
  if (timer_rang) expire_timers();
  run_posted();
  resume_ready();
}

bool Shard::Loop::may_sleep() {
  if (!ready.empty()) return false;
  const std::lock_guard lock(mutex_);
  asleep_ = posted_.empty();
  return asleep_;
}

void Shard::Loop::post(std::move_only_function<void()> work) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
    wake = std::exchange(asleep_, false);
  }
  // Only the first post to a sleeping loop pays for the system call.
  const std::uint64_t one = 1;
  if (wake) (void)!::write(wakeup_.get(), &one, sizeof one);
}

void Shard::Loop::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    asleep_ = false;
    batch_.swap(posted_);
  }
  for (auto& work : batch_) {
    operations_left = kOperationsATurn;
    work();
  }
  batch_.clear();
}

void Shard::Loop::resume_ready() {
  List<Waiter> now_ready;
  now_ready.take_all(ready);
  while (Waiter* waiter = now_ready.pop_front()) {
    operations_left = kOperationsATurn;
    waiter->caller_.resume();
  }
}

TimerWheel::Tick Shard::Loop::tick_at(base::Steady at) const {
  if (at <= origin_) return 0;
  return static_cast<TimerWheel::Tick>(std::chrono::ceil<Millis>(at - origin_).count());
}

void Shard::Loop::set_timer(Waiter& waiter, base::Steady at) {
  const TimerWheel::Tick wanted = timers_.add(waiter, tick_at(at));
  if (wanted < armed_) arm_timer(wanted);
}

void Shard::Loop::arm_timer(TimerWheel::Tick tick) {
  armed_ = tick;
  const auto since_epoch = (origin_ + Millis(static_cast<Millis::rep>(tick))).time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = std::chrono::nanoseconds(since_epoch - seconds).count();
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

void Shard::Loop::expire_timers() {
  List<TimerWheel::Entry> expired;
  const auto elapsed = std::chrono::floor<Millis>(time - origin_).count();
  timers_.advance(static_cast<TimerWheel::Tick>(elapsed), expired);
  while (TimerWheel::Entry* entry = expired.pop_front()) {
    static_cast<Waiter*>(entry)->wake(Wake::timeout);
  }
  armed_ = TimerWheel::kNever;
  if (const TimerWheel::Tick next = timers_.next(); next != TimerWheel::kNever) arm_timer(next);
}

std::optional<Wake> Shard::Loop::refusal(const base::Deadline& deadline) const {
  if (deadline.cancellation != nullptr && deadline.cancellation->requested()) {
    return Wake::cancelled;
  }
  if (deadline.passed(time)) return Wake::timeout;
  return std::nullopt;
}

}  // namespace postern::net
