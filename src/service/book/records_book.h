// The PolicyBook of the records, kept current: a thread of its own looks for a new revision every
// 200 ms, loads the configuration and swaps the book, so a change by any process is in force within
// a second. Evidence moves the other way on the same thread: from the spool's outbox to the
// records, in batches, idempotently.
//
// When the records cannot be read, the last known book stays in force and an event says so once.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/time.h"
#include "io/observe/event.h"
#include "io/observe/metrics.h"
#include "io/records/records.h"
#include "io/spool/spool.h"
#include "service/book/book_source.h"

namespace postern::service {

class RecordsBook : public BookSource {
 public:
  struct Needs {
    records::Records& records;
    spool::Spool* spool = nullptr;  // whose outbox is emptied; null: none
    std::string node;
    observe::EventSink& events;
    observe::Metrics& metrics;
    base::Duration keep_evidence;
  };

  // Loads the first book; Failure when the records cannot be read at all.
  [[nodiscard]] static base::Result<std::unique_ptr<RecordsBook>> start(Needs needs);
  ~RecordsBook() override;  // moves what evidence is left, then ends the thread

  [[nodiscard]] std::shared_ptr<const policy::PolicyBook> current() const override;

  // Looks for a change now instead of at the next poll. Thread-safe.
  void refresh();

  // Called on the thread of the book after each swap, with the new book. Before the first change
  // only.
  void on_change(std::function<void(std::shared_ptr<const policy::PolicyBook>)> listener);

 private:
  explicit RecordsBook(Needs needs);
  base::Result<> load();
  void run();
  void look_for_change();
  void move_evidence();
  void forget_old_evidence();
  void sum_older_evidence();

  Needs needs_;
  mutable std::mutex book_mutex_;
  std::shared_ptr<const policy::PolicyBook> book_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool refresh_ = false;
  std::vector<std::function<void(std::shared_ptr<const policy::PolicyBook>)>> listeners_;
  bool records_failing_ = false;
  bool evidence_failing_ = false;
  std::chrono::steady_clock::time_point next_forget_;
  std::thread thread_;
};

}  // namespace postern::service
