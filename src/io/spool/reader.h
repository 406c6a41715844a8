// Answers questions about the queue on a thread of its own, so that a listing never delays a
// commit: SQLite's log lets it read while the writer writes.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "io/net/handoff.h"
#include "io/spool/failures.h"
#include "io/spool/read_rows.h"

namespace postern::spool {

class Reader {
 public:
  explicit Reader(ReadRows rows);
  ~Reader();  // answers what was asked

  // `question` is called with the rows on the reader's thread; its result is the answer.
  template <class Question>
  [[nodiscard]] auto ask(net::Shard& shard, Question question) {
    using Answer = decltype(question(std::declval<ReadRows&>()));
    auto [receiver, sender] = net::handoff<Answer>(shard);
    put([asked = std::move(question), answer = std::move(sender)](ReadRows& rows) mutable {
      answer.set(asked(rows));
    });
    return std::move(receiver);
  }

 private:
  using Job = std::move_only_function<void(ReadRows&)>;
  void put(Job job);
  void run();

  ReadRows rows_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> waiting_;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace postern::spool
