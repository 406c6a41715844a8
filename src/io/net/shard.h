// A shard is a thread with its own event loop. A session lives and dies on its shard; shards share
// nothing but immutable snapshots and the queues of the spool and the records (architecture.md).
//
// Steps of a shard's life: construct; start tasks in TaskGroups whose owners live on the shard;
// run() on the thread that is to be the shard; stop() from anywhere; owners cancel and join their
// groups before the shard is destroyed.
#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <optional>

#include "core/base/deadline.h"
#include "core/base/failure.h"
#include "core/base/time.h"
#include "io/net/list.h"
#include "io/net/task.h"

namespace postern::net {

class Waiter;

class Shard {
 public:
  Shard();
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // Runs until stop(). The calling thread becomes the shard.
  void run();
  // Runs until `task` is finished, whatever stop() says, and passes on an exception that leaves it.
  // For programs and tests that need one thing done, and for joining groups after run() has ended.
  void run_until_done(Task<void> task);
  void stop();  // thread-safe; a stop before run() makes that run() return at once

  // Thread-safe: runs `work` on the shard, soon.
  void post(std::move_only_function<void()> work);

  [[nodiscard]] base::Steady now() const;        // steady time
  [[nodiscard]] base::Instant wall_now() const;  // wall-clock time

  // Waits until the deadline passes (ok), or its owner cancels (Failure "cancelled").
  [[nodiscard]] Task<base::Result<>> sleep(base::Deadline until);

  // The event loop itself, for the files of io/ (io/net/loop.h).
  struct Loop;
  [[nodiscard]] Loop& loop() { return *loop_; }

 private:
  std::unique_ptr<Loop> loop_;
};

// The owner of tasks: it cancels them and waits for them; none outlives it. Lives on one shard.
class TaskGroup {
 public:
  explicit TaskGroup(Shard& shard);
  ~TaskGroup();  // every task must be done: join() first
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts the task at once. An exception that leaves it ends the program: that is a bug.
  void start(Task<void> task);
  void cancel() { cancellation_.request(); }
  // Waits until every task is done, and its frame gone with all arguments it held.
  [[nodiscard]] Task<void> join();
  [[nodiscard]] std::size_t running() const { return running_; }
  [[nodiscard]] Shard& shard() { return shard_; }
  // What the group's tasks put into their deadlines.
  [[nodiscard]] base::Cancellation& cancellation() { return cancellation_; }
  [[nodiscard]] base::Deadline within(std::chrono::milliseconds duration);

 private:
  struct Runner;
  Runner run(Task<void> task);
  void finished();

  Shard& shard_;
  base::Cancellation cancellation_;
  std::size_t running_ = 0;
  List<Waiter> joiners_;
};
}  // namespace postern::net
