// A thing for the writer to do. The writer takes what waits as one batch and leads it through four
// steps, each for all works before the next: append() bodies, one sync, record() rows in one
// transaction (which may be tried again, alone), answer().
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/failure.h"
#include "io/spool/appender.h"
#include "io/spool/cache.h"
#include "io/spool/effects.h"
#include "io/spool/ledger.h"
#include "io/spool/write_rows.h"

namespace postern::spool {

class IdSource;
class Outbox;

class Work {
 public:
  // Intake is refused while the disk is nearly full; upkeep makes the queue shorter, or keeps it
  // usable, and takes from the reserve.
  enum class Kind { intake, upkeep };

  struct Rows {  // what record() works with
    WriteRows& rows;
    Effects& effects;
    IdSource& ids;
    base::Instant now;
  };

  virtual ~Work() = default;
  [[nodiscard]] virtual Kind kind() const { return Kind::upkeep; }
  // How much it adds to the segment.
  [[nodiscard]] virtual std::int64_t bytes() const { return 0; }
  [[nodiscard]] virtual base::Result<> append(Appender&, Ledger&) { return {}; }
  // False for work that is done once its bytes are written; it is answered before the sync.
  [[nodiscard]] virtual bool has_rows() const { return true; }
  // Rows that name bytes must not be committed before the bytes are on disk.
  [[nodiscard]] virtual bool names_bytes() const { return false; }
  // A failure here rolls the whole transaction back; what merely concerns the asker is remembered
  // for answer() instead.
  [[nodiscard]] virtual base::Result<> record(Rows) { return {}; }
  struct Committed {  // what is told of a transaction that is on disk
    Cache& cache;
    Outbox& outbox;
  };
  virtual void committed(Committed) {}
  // In every case, before the answer.
  virtual void finish(Ledger&) {}
  virtual void answer(base::Result<> outcome) = 0;
  // No client waits for its answer: it may wait a little for a work that somebody waits for.
  [[nodiscard]] virtual bool is_patient() const { return false; }
};

struct QueueWaits {
  std::chrono::microseconds linger = std::chrono::milliseconds(1);
  std::chrono::microseconds patience = std::chrono::milliseconds(2);
};

// Thread-safe.
//
// A commit costs two syncs and a write for each page that it touches, however many works share it.
// So when the last batch had company the next one waits a little for more, up to twice as many:
// that is a good part of a sync's own time, and saves a tenth of the processor's for a busy
// gateway. And works that are patient wait for others before they begin a batch of their own: where
// a sync takes a quarter of a millisecond, that saves a third of all batches, and 10 to 15 %
// of the processor's time with a new connection for each message.
class WorkQueue {
 public:
  explicit WorkQueue(QueueWaits waits = {}) : waits_(waits) {}
  // False, and the work stays with the caller, once the queue is closed.
  [[nodiscard]] bool put(std::unique_ptr<Work>& work);
  // Waits for work and takes what is there, at most so much; empty: closed, and all is done.
  [[nodiscard]] std::vector<std::unique_ptr<Work>> take(std::size_t count, std::int64_t bytes);
  void close();

 private:
  QueueWaits waits_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::unique_ptr<Work>> waiting_;
  std::size_t impatient_ = 0;  // of those that wait
  std::size_t last_ = 0;       // how many were taken
  std::size_t wanted_ = 0;     // how many the taker waits for
  bool closed_ = false;
};

}  // namespace postern::spool
