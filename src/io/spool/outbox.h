// The evidence outbox, for any thread. Reading has a connection of its own; removing goes through
// the writer, with whatever is committed at that moment.
#pragma once

#include <future>
#include <mutex>
#include <vector>

#include "io/spool/spool.h"
#include "io/spool/sqlite.h"
#include "io/spool/work.h"

namespace postern::spool {

class Outbox {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<Outbox>> open(Connection connection);
  [[nodiscard]] base::Result<std::vector<Spool::OutboxEntry>> read(std::size_t limit);

 private:
  explicit Outbox(Connection connection) : connection_(std::move(connection)) {}
  std::mutex mutex_;
  Connection connection_;  // before its statement
  Statement read_;
};

class OutboxDoneWork : public Work {
 public:
  explicit OutboxDoneWork(std::int64_t up_to) : up_to_(up_to) {}
  [[nodiscard]] base::Result<> record(Rows r) override { return r.rows.remove_attempts(up_to_); }
  void answer(base::Result<> outcome) override { done_.set_value(std::move(outcome)); }
  [[nodiscard]] std::future<base::Result<>> done() { return done_.get_future(); }

 private:
  std::int64_t up_to_;
  std::promise<base::Result<>> done_;
};

}  // namespace postern::spool
