// How long the disk takes for a sync of little when nothing delays it. Single ones may take far
// longer: the writer has to get a processor back afterwards, and other writes are in the way. So
// what is kept follows short times at once and long ones slowly.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace postern::spool {

class SyncTime {
 public:
  // On the writer's thread.
  void took(std::chrono::nanoseconds time) {
    const std::chrono::nanoseconds usual = this->usual();
    const auto step = time < usual ? (time - usual) / 2 : (time - usual) / 32;
    usual_.store((usual + step).count(), std::memory_order_relaxed);
  }
  // On any thread. 0 before the first.
  [[nodiscard]] std::chrono::nanoseconds usual() const {
    return std::chrono::nanoseconds(usual_.load(std::memory_order_relaxed));
  }

 private:
  std::atomic<std::int64_t> usual_ = 0;
};

}  // namespace postern::spool
