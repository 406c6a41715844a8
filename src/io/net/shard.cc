#include "io/net/shard.h"

#include <cstdio>
#include <cstdlib>

#include "io/net/loop.h"
#include "io/net/waiter.h"

namespace postern::net {
namespace {

// A coroutine that nobody awaits: it runs at once and frees itself at its end.
struct Detached {
  struct promise_type {
    [[nodiscard]] Detached get_return_object() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

Detached drive(Task<void> task, std::exception_ptr& error, bool& done) {
  try {
    co_await task;
  } catch (...) {
    error = std::current_exception();
  }
  done = true;
}

}  // namespace

Shard::Shard() : loop_(std::make_unique<Loop>()) {}
Shard::~Shard() = default;

void Shard::run() {
  loop_->run(loop_->stopped);
  loop_->stopped = false;
}

void Shard::run_until_done(Task<void> task) {
  bool done = false;
  std::exception_ptr error;
  loop_->time = now();
  drive(std::move(task), error, done);
  loop_->run(done);
  if (error) std::rethrow_exception(error);
}

void Shard::stop() {
  post([this] { loop_->stopped = true; });
}

void Shard::post(std::move_only_function<void()> work) { loop_->post(std::move(work)); }

base::Steady Shard::now() const { return std::chrono::steady_clock::now(); }

base::Instant Shard::wall_now() const {
  return std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
}

Task<base::Result<>> Shard::sleep(base::Deadline until) {
  Waiter waiter(*this, until, nullptr);
  const Wake why = co_await waiter;
  if (why == Wake::cancelled) co_return wait_failure(why, "sleeping");
  co_return base::Result<>();
}

// Owns one task of the group until it is done.
struct TaskGroup::Runner {
  struct promise_type : Detached::promise_type {
    [[nodiscard]] Runner get_return_object() const noexcept { return {}; }
  };
};

TaskGroup::TaskGroup(Shard& shard) : shard_(shard) {}

TaskGroup::~TaskGroup() {
  if (running_ == 0) return;
  std::fputs("postern: a TaskGroup was destroyed with tasks running; join() it first\n", stderr);
  std::abort();
}

void TaskGroup::start(Task<void> task) {
  ++running_;
  run(std::move(task));
}

TaskGroup::Runner TaskGroup::run(Task<void> task) {
  {
    // The task's frame, and with it every argument it was given, is gone before the group hears
    // that the task is done: whoever joins may destroy what those arguments refer to.
    Task<void> mine = std::move(task);
    co_await mine;
  }
  finished();
}

void TaskGroup::finished() {
  if (--running_ == 0) wake_all(joiners_, Wake::ready);
}

Task<void> TaskGroup::join() {
  while (running_ != 0) {
    Waiter waiter(shard_, {}, &joiners_);
    (void)co_await waiter;
  }
}

base::Deadline TaskGroup::within(std::chrono::milliseconds duration) {
  const base::Steady now = shard_.now();
  const bool forever = duration > base::Steady::max() - now;
  return {forever ? base::Steady::max() : now + duration, &cancellation_};
}

}  // namespace postern::net
