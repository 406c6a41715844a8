// Makes the queue's ids: microseconds since 1970 in the upper 53 bits, the node in the lower 10. So
// they rise with time, and no two nodes make the same one. Faster than one a microsecond they run
// ahead of the clock; they never go back, also when the clock does. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/time.h"

namespace postern::spool {

class IdSource {
 public:
  // No id will be at or below `used`.
  IdSource(int node, std::int64_t used) : node_(node), last_(used >> kNodeBits) {}

  // `count` ids: the first, and each next one kStep above.
  [[nodiscard]] std::int64_t take(std::int64_t count, base::Instant now) {
    std::int64_t last = last_.load(std::memory_order_relaxed);
    std::int64_t first;
    do {
      first = last < base::micros(now) ? base::micros(now) : last + 1;
    } while (!last_.compare_exchange_weak(last, first + count - 1, std::memory_order_relaxed));
    return first << kNodeBits | node_;
  }
  // No id so far is above this.
  [[nodiscard]] std::int64_t highest() const {
    return (last_.load(std::memory_order_relaxed) << kNodeBits) | (kStep - 1);
  }

  static constexpr int kNodeBits = 10;
  static constexpr std::int64_t kStep = 1 << kNodeBits;

 private:
  std::int64_t node_;
  std::atomic<std::int64_t> last_;
};

}  // namespace postern::spool
