// Everything that can wait takes a Deadline: the moment at which it gives up, and the owner that
// may tell it to give up sooner. Neither holds a thread or a lock: both live on one shard.
#pragma once

#include <algorithm>
#include <chrono>

namespace postern::base {

using Steady = std::chrono::steady_clock::time_point;

// The way an owner ends its tasks: request() calls every waiting hook once; a wait that starts
// afterwards fails at once, so it asks requested() before it attaches. A hook that is told has been
// detached already, and schedules its waiter instead of running it: the waiter may destroy this
// very object. Not thread-safe; belongs to one shard.
class Cancellation {
 public:
  class Hook {
   public:
    virtual void cancelled() = 0;

   protected:
    ~Hook() = default;

   private:
    friend class Cancellation;
    Hook* previous_ = nullptr;
    Hook* next_ = nullptr;
    bool attached_ = false;
  };

  Cancellation() = default;
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  [[nodiscard]] bool requested() const { return requested_; }
  void request();
  void attach(Hook& hook);
  void detach(Hook& hook);

 private:
  Hook* first_ = nullptr;
  bool requested_ = false;
};

struct Deadline {
  Steady at = Steady::max();
  Cancellation* cancellation = nullptr;  // may be null: nobody cancels

  [[nodiscard]] bool passed(Steady now) const { return now >= at; }
  // The same owner, and the earlier of the two moments.
  [[nodiscard]] Deadline no_later_than(Steady t) const { return {std::min(at, t), cancellation}; }
};

}  // namespace postern::base
