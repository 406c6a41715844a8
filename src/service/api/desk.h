// Where the API reads and changes the records: a thread of its own with its own connection, because
// SQLite waits and a shard never may. Jobs run in the order they came.
//
//   auto users = co_await desk.run<base::Result<std::vector<User>>>(shard, work);
//
// `work` runs on the desk's thread: it holds values only. A change made here is awaited with
// Changes::in_force (changes.h), so that the next request of the same client sees it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "io/net/handoff.h"
#include "io/net/shard.h"
#include "io/net/task.h"
#include "io/records/records.h"

namespace postern::api {

class Desk {
 public:
  // The records are this desk's alone from now on.
  explicit Desk(std::unique_ptr<records::Records> records);
  ~Desk();  // does what is waiting, then ends
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  template <class T>
  [[nodiscard]] net::Task<T> run(net::Shard& shard, std::function<T(records::Records&)> work) {
    auto [receiver, sender] = net::handoff<T>(shard);
    put([work = std::move(work), answer = std::move(sender)](records::Records& records) mutable {
      answer.set(work(records));
    });
    T result = co_await receiver;
    co_return result;
  }

 private:
  using Job = std::move_only_function<void(records::Records&)>;
  void put(Job job);
  void work();

  std::unique_ptr<records::Records> records_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace postern::api
