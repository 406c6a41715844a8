// Signals between coroutines of one shard. (Between threads: handoff.h, or Shard::post.)
#pragma once

#include <cstddef>
#include <utility>

#include "core/base/deadline.h"
#include "core/base/failure.h"
#include "io/net/list.h"
#include "io/net/shard.h"
#include "io/net/task.h"

namespace postern::net {

// Something has happened. From notify() on, every wait succeeds at once, until reset().
class Event {
 public:
  explicit Event(Shard& shard) : shard_(shard) {}

  void notify();
  // For a loop that sleeps until there is work: reset, look for work, wait.
  void reset() { notified_ = false; }
  [[nodiscard]] bool notified() const { return notified_; }
  // Failures: "timeout", "cancelled".
  [[nodiscard]] Task<base::Result<>> wait(base::Deadline deadline);

 private:
  Shard& shard_;
  bool notified_ = false;
  List<Waiter> waiting_;
};

// A number of permits, such as connections to one destination. First come, first served.
class Semaphore {
 public:
  // Gives its permit back when destroyed; must not outlive the semaphore.
  class Permit {
   public:
    explicit Permit(Semaphore& semaphore) : semaphore_(&semaphore) {}
    Permit(Permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(semaphore_, other.semaphore_);
      return *this;
    }
    ~Permit() {
      if (semaphore_ != nullptr) semaphore_->release();
    }

   private:
    Semaphore* semaphore_;
  };

  Semaphore(Shard& shard, std::size_t permits) : shard_(shard), limit_(permits) {}

  // Failures: "timeout", "cancelled".
  [[nodiscard]] Task<base::Result<Permit>> acquire(base::Deadline deadline);
  // More permits are given out at once; fewer, as those in use come back.
  void set_limit(std::size_t permits);
  [[nodiscard]] std::size_t in_use() const { return in_use_; }

 private:
  class Turn;
  void release();
  void admit();

  Shard& shard_;
  std::size_t limit_;
  std::size_t in_use_ = 0;
  List<Waiter> waiting_;
};

}  // namespace postern::net
