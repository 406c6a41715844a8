// The one writer: a thread that takes what waits and commits it as a group.
//
// Why the order is what it is: bytes first, then one fdatasync for all of them, then one
// transaction with the rows that name them, then every answer. So a row never names bytes that are
// not on disk, and 250 is never said before both are. While one commit syncs, the next group
// gathers by itself; when many are at work, or when only settlements wait, it is given a little
// longer (WorkQueue).
//
// Failures: a full disk fails the group and nothing else; the next group tries again, so the writer
// recovers when space returns. When a transaction fails, its works are tried one by one, so that
// those which need no space are not refused with those that do. While there is little space the log
// is moved into the database early, so that it takes no more: else the log of what is refused and
// tried again would use the reserve up, and nothing could be settled any more.
#pragma once

#include <atomic>
#include <thread>

#include "io/spool/cache.h"
#include "io/spool/id_source.h"
#include "io/spool/keeper.h"
#include "io/spool/ledger.h"
#include "io/spool/outbox.h"
#include "io/spool/sync_time.h"
#include "io/spool/work.h"

namespace postern::spool {

class Writer {
 public:
  struct Parts {
    SpoolSettings settings;
    FileOps& files;
    Segments& segments;
    Cache& cache;
    IdSource& ids;
    Ledger& ledger;
    Keeper& keeper;
    Outbox& outbox;
  };
  Writer(Parts parts, WriteRows rows, std::int64_t next_segment);
  ~Writer();  // finishes what was queued

  // False, and the work stays with the caller, while the writer is ending.
  [[nodiscard]] bool put(std::unique_ptr<Work>& work) { return queue_.put(work); }
  [[nodiscard]] std::chrono::nanoseconds sync_time() const { return sync_time_.usual(); }

 private:
  struct Item {
    std::unique_ptr<Work> work;
    base::Result<> outcome;
    bool answered = false;
  };
  using Batch = std::vector<Item>;

  void run();
  void process(Batch& batch);
  void refuse_intake_if_nearly_full(Batch& batch);
  void append(Batch& batch);
  void answer_what_has_no_rows(Batch& batch);
  void sync(Batch& batch);
  void record(Batch& batch);
  [[nodiscard]] base::Result<> record_together(const std::vector<Item*>& items);
  [[nodiscard]] base::Result<> record_in_transaction(const std::vector<Item*>& items,
                                                     Effects& effects);
  void note_segments();
  void look_after_the_disk();
  [[nodiscard]] std::int64_t log_limit() const;

  Parts parts_;
  WriteRows rows_;
  Appender appender_;
  std::int64_t id_mark_ = 0;
  int log_pages_ = 0;         // of SQLite's write-ahead log
  bool nearly_full_ = false;  // the disk, when somebody last looked
  SyncTime sync_time_;
  WorkQueue queue_;
  std::thread thread_;
};

}  // namespace postern::spool
