// Deadlines for tests, as calls: a co_await expression holds no braces.
#pragma once

#include <chrono>

#include "io/net/shard.h"

namespace postern::net::testing {

inline base::Deadline never() { return {}; }
inline base::Deadline after(const Shard& shard, std::chrono::milliseconds time) {
  return {shard.now() + time, nullptr};
}

}  // namespace postern::net::testing
