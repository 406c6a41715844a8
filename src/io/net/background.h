// A coroutine that its owner ends by destroying it, wherever it waits: for the loops inside one
// object that wait for nothing but shard.h, stream.h, event.h and readiness.h, whose waits can be
// dropped. What must be ended in order belongs in a TaskGroup.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include "io/net/task.h"

namespace postern::net {

class Background {
 public:
  // Runs `loop` at once, up to its first wait. An exception that leaves it ends the program.
  explicit Background(Task<void> loop) : task_(guard(std::move(loop))) {
    task_.await_suspend(std::noop_coroutine()).resume();
  }

 private:
  static Task<void> guard(Task<void> loop) {
    try {
      co_await loop;
    } catch (...) {
      std::terminate();
    }
  }

  Task<void> task_;
};

}  // namespace postern::net
