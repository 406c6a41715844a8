// postern queue check: is everything that the rows name there, and is it what was written?
#pragma once

#include "io/spool/stored_queue.h"

namespace postern::spool {

struct QueueCheck {
  std::int64_t messages = 0;
  std::int64_t extents = 0;
  std::int64_t bytes = 0;
  std::int64_t segments = 0;  // files
  std::vector<Damage> damages;
};

// Reads the whole queue; beside a running gateway or without one. A folder without a queue is an
// empty one.
[[nodiscard]] base::Result<QueueCheck> check_queue(const std::string& folder);

}  // namespace postern::spool
