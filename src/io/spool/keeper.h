// Housekeeping on a thread of its own, so that no commit waits for it: removes segments that
// nothing needs, moves SQLite's log into the database, and compacts.
//
// Compaction of a segment: list its living extents from the rows; read and check their bytes here;
// hand them in portions to the writer, which appends them like any other bytes and changes the rows
// in the same transaction (MoveWork). When none is left the segment is empty, and goes. Readers
// keep their files open, so nothing waits for them either.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/failure.h"
#include "io/spool/segments.h"
#include "io/spool/sqlite.h"

namespace postern::spool {

class Work;
struct Move;

class Keeper {
 public:
  // `connection` may write: only such a one can move the log.
  [[nodiscard]] static base::Result<std::unique_ptr<Keeper>> open(Segments& segments,
                                                                  Connection connection);
  ~Keeper();

  // Gives work to the writer; false once the writer is ending.
  using Put = std::move_only_function<bool(std::unique_ptr<Work>&)>;
  void start(Put put);
  // Ends the thread, while the writer still answers. What is left to remove goes at destruction.
  void stop();

  // For the writer's thread; none of these waits.
  void remove(std::vector<std::int64_t> segments);
  void shorten_log();
  void compact(std::int64_t segment);
  [[nodiscard]] bool is_free_to_compact() const { return !compacting_; }
  // True once after the log has been moved.
  [[nodiscard]] bool take_log_shortened() { return log_shortened_.exchange(false); }

 private:
  Keeper(Segments& segments, Connection connection)
      : segments_(segments), connection_(std::move(connection)) {}
  void run();
  void remove_files(const std::vector<std::int64_t>& segments);
  void compact_now(std::int64_t segment);
  void shrink_database();
  [[nodiscard]] base::Result<bool> has_spare_pages();
  [[nodiscard]] base::Result<std::vector<Move>> next_portion(std::int64_t segment,
                                                             std::int64_t after);
  [[nodiscard]] base::Result<> read_and_check(Move& move);
  // Both wait for the writer.
  [[nodiscard]] base::Result<> hand_over(std::vector<Move> portion);
  [[nodiscard]] base::Result<> give_back_pages();
  [[nodiscard]] bool ending();

  Segments& segments_;
  Connection connection_;
  Statement extents_in_;
  Put put_;
  std::atomic<bool> compacting_{false};
  std::atomic<bool> log_shortened_{false};

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::vector<std::int64_t> to_remove_;
  std::optional<std::int64_t> to_compact_;
  bool to_shorten_ = false;
  bool ending_ = false;

  std::thread thread_;
};

}  // namespace postern::spool
