// The evidence outbox, for any thread. Reading has a connection of its own; removing goes through
// the writer, with whatever is committed at that moment.
//
// What was committed lately is held in memory too, up to a bound: who keeps up with the commits
// reads it there, and asks neither SQLite nor the JSON. Memory serves only while it holds every row
// that is there; it is given out once, and what was not recorded then is read from the rows again.
#pragma once

#include <deque>
#include <future>
#include <mutex>
#include <vector>

#include "io/spool/spool.h"
#include "io/spool/sqlite.h"
#include "io/spool/work.h"

namespace postern::spool {

class Outbox {
 public:
  using Entries = std::vector<Spool::OutboxEntry>;
  // `held` attempts are kept in memory at most.
  [[nodiscard]] static base::Result<std::unique_ptr<Outbox>> open(Connection connection,
                                                                  std::size_t held = 8192);
  [[nodiscard]] base::Result<Entries> read(std::size_t limit);

  // By the writer, in the order of commits: rows that are there now, and rows that are gone.
  void added(Entries entries);
  void removed(std::int64_t up_to);

 private:
  Outbox(Connection connection, std::size_t held)
      : connection_(std::move(connection)), most_held_(held) {}
  [[nodiscard]] Entries take_held(std::size_t limit);
  [[nodiscard]] base::Result<Entries> read_rows(std::size_t limit);

  std::mutex reading_;     // one reader of the rows at a time
  Connection connection_;  // before its statement
  Statement read_;

  std::mutex mutex_;  // of what follows; never held while SQLite works
  std::size_t most_held_;
  std::deque<Spool::OutboxEntry> held_;
  std::int64_t not_held_ = 0;  // the highest sequence that may be a row and is not in held_
  std::int64_t removed_ = 0;   // up to here there are no rows
};

class OutboxDoneWork : public Work {
 public:
  explicit OutboxDoneWork(std::int64_t up_to) : up_to_(up_to) {}
  [[nodiscard]] base::Result<> record(Rows r) override { return r.rows.remove_attempts(up_to_); }
  void committed(Committed c) override { c.outbox.removed(up_to_); }
  void answer(base::Result<> outcome) override { done_.set_value(std::move(outcome)); }
  [[nodiscard]] std::future<base::Result<>> done() { return done_.get_future(); }

 private:
  std::int64_t up_to_;
  std::promise<base::Result<>> done_;
};

}  // namespace postern::spool
