// One coroutine's wait, as an awaitable that lives in the coroutine's frame: it ends when its
// source wakes it, when the deadline passes, or when the deadline's owner cancels, whichever comes
// first. It allocates nothing, and a frame destroyed while it waits takes its wait out of every
// list.
//
// A wait that is over never resumes its coroutine on the spot: it joins the shard's ready list, so
// that wakers (another coroutine, a cancelling owner) keep their footing and the stack stays flat.
//
// For the files of io/; everybody else awaits the Tasks of shard.h, stream.h and event.h.
#pragma once

#include <coroutine>

#include "core/base/deadline.h"
#include "io/net/list.h"
#include "io/net/shard.h"
#include "io/net/timer_wheel.h"

namespace postern::net {

enum class Wake { ready, timeout, cancelled };

class Waiter : public Linked<Waiter>, public TimerWheel::Entry, private base::Cancellation::Hook {
 public:
  // A source keeps the waiters that it will wake() in `source`.
  Waiter(Shard& shard, base::Deadline deadline, List<Waiter>* source);
  virtual ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  [[nodiscard]] bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<> caller) noexcept;
  [[nodiscard]] Wake await_resume() noexcept { return why_; }

  // Ends the wait. Once it has ended, further calls change nothing.
  void wake(Wake why) noexcept;

 protected:
  [[nodiscard]] bool woken() const { return woken_; }

 private:
  friend struct Shard::Loop;
  void cancelled() override { wake(Wake::cancelled); }

  Shard& shard_;
  base::Deadline deadline_;
  List<Waiter>* source_;
  std::coroutine_handle<> caller_;
  Wake why_ = Wake::ready;
  bool waiting_ = false;
  bool woken_ = false;
};

// Wakes everything that waits in `source`.
void wake_all(List<Waiter>& source, Wake why);

// The failure of a wait that did not end well: "timeout" or "cancelled"; `doing` is a phrase such
// as "reading from 192.0.2.1:25".
[[nodiscard]] std::unexpected<base::Failure> wait_failure(Wake why, std::string_view doing);

// Lets every other ready coroutine of the shard go first.
class Yield : public Waiter {
 public:
  explicit Yield(Shard& shard) : Waiter(shard, {}, nullptr) {}
  void await_suspend(std::coroutine_handle<> caller) noexcept {
    Waiter::await_suspend(caller);
    wake(Wake::ready);
  }
};

}  // namespace postern::net
