// The message queue on disk, behind `Spool`: bodies in append-only segment files, everything else
// in SQLite rows, one writer thread, group commit. docs/queue-format.md holds the table of states
// and what a crash leaves in each.
//
// Steps of a message: begin() an upload -> append() chunks (bounded memory; they go to the current
// segment) -> commit() with envelope and destinations; its answer comes after the bytes AND the
// rows are on disk, and only then may a session say 250. A delivery is claimed in memory (a restart
// makes everything due again), attempted, and settled in one commit with its evidence.
//
// Failures: "disk-full" (answer 452 4.3.1; clears by itself when space returns), "disk-error"
// (answer 451 4.3.0), "spool-closed".
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/failure.h"
#include "core/queue/envelope.h"
#include "core/queue/evidence.h"
#include "io/net/shard.h"
#include "io/net/task.h"

namespace postern::spool {

class FileOps;  // file_ops.h

struct SpoolSettings {
  std::string directory;
  std::int64_t segment_bytes = 64 << 20;
  std::int64_t batch_bytes = 8 << 20;     // a commit takes at most this much at once
  std::int64_t reserve_bytes = 64 << 20;  // below this much free space: "disk-full"
  std::int64_t log_bytes = 64 << 20;      // SQLite's log is moved into the database from then on
};

// Where a body's bytes are.
struct Extent {
  std::int64_t segment = 0;
  std::int64_t offset = 0;
  std::int64_t length = 0;
  bool operator==(const Extent&) const = default;
};

// A message on its way in. Dropping one without commit leaves garbage that compaction removes.
class Upload {
 public:
  virtual ~Upload() = default;
  // Small bodies (256 KiB) stay in memory until commit; larger ones are written as they come. Waits
  // while the writer is behind, so memory stays bounded. After a failure, every append and the
  // commit fail with it.
  [[nodiscard]] virtual net::Task<base::Result<>> append(std::string_view bytes) = 0;
  [[nodiscard]] virtual std::int64_t size() const = 0;
  // The id that the message gets if it is committed: its Received header names it.
  [[nodiscard]] virtual base::MessageId id() const = 0;
};

struct Accepted {
  base::MessageId message;
  std::vector<queue::Delivery> deliveries;
  std::shared_ptr<const std::string> body;  // null: too long to have been held in memory so far
};

// Reads a stored body in order; cheap while the bytes are in the page cache. Keeps its segments
// alive while it exists.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  [[nodiscard]] virtual std::int64_t size() const = 0;
  // Up to `into.size()` bytes; 0 at the end. Failure "body-unreadable".
  [[nodiscard]] virtual base::Result<std::size_t> read(std::span<char> into) = 0;
  virtual void rewind() = 0;
};

// How an attempt ended for a delivery.
struct Settlement {
  base::DeliveryId delivery;
  // Recipients that are done (delivered, or bounced by `bounce` below) leave the queue; the others
  // wait until `due` with `last` as their status. No recipient left: the delivery is gone, and with
  // its last delivery the message.
  std::vector<queue::Recipient> remaining;
  base::Instant due;
  queue::Status last;
  bool counts_as_attempt = true;
  bool delay_notified = false;
  std::vector<queue::Attempt> evidence;
  // A new message in the same commit: a bounce or a delay notice. Its body is small, in memory.
  struct Notice {
    queue::Envelope envelope;
    std::vector<queue::Destination> destinations;
    std::string body;
  };
  std::vector<Notice> notices;
};

struct MessageInfo {
  base::MessageId id;
  queue::Envelope envelope;
  std::vector<queue::Delivery> deliveries;
};

// Of a message, the deliveries that match are listed; a message without any is not.
// Destinations: domains, each of an account.
using Places = std::set<std::pair<base::AccountId, std::string>>;

struct ListFilter {
  std::optional<base::AccountId> account;
  std::string domain;                    // destination; "" for all
  std::shared_ptr<const Places> places;  // only these, in one pass; null for all
  std::optional<queue::State> state;
  base::MessageId after;  // paging: strictly after this message
  std::size_t limit = 100;

  [[nodiscard]] bool matches(const queue::Delivery& delivery) const;
};

struct QueueCounts {
  std::int64_t messages = 0, deliveries = 0, held = 0, bytes = 0;
  std::int64_t disk_bytes = 0;  // segment files and database
  std::optional<base::Instant> oldest;
};

// What one account has in the queue. `changes` rises with every commit that touches it.
struct AccountCounts {
  std::int64_t messages = 0, deliveries = 0, held = 0, changes = 0;
};

// Deliveries that were tried and wait, by destination and by the reason of the last attempt.
struct Waiting {
  std::string domain;
  queue::Leg leg = queue::Leg::external;
  std::string code;
  std::int64_t deliveries = 0;
  base::AccountId account;
};

class Spool {
 public:
  // Opens or creates; recovers after a crash; one process at a time (lock file; Failure
  // "spool-locked" names the holder; a damaged log is refused with "queue-damaged"). `node` makes
  // ids unique between nodes, 0..1023.
  [[nodiscard]] static base::Result<std::unique_ptr<Spool>> open(SpoolSettings settings, int node);
  // The same on other file operations than POSIX's: a disk that can fail.
  [[nodiscard]] static base::Result<std::unique_ptr<Spool>> open(SpoolSettings settings, int node,
                                                                 std::unique_ptr<FileOps> files);
  // Finishes what was queued. Uploads and body readers must be gone before.
  virtual ~Spool() = default;

  [[nodiscard]] virtual std::unique_ptr<Upload> begin(net::Shard& shard) = 0;
  // `evidence`: the receipt attempt (its message id is filled in here, as is the envelope's size).
  [[nodiscard]] virtual net::Task<base::Result<Accepted>> commit(
      net::Shard& shard, std::unique_ptr<Upload> upload, queue::Envelope envelope,
      std::vector<queue::Destination> destinations, std::vector<queue::Attempt> evidence) = 0;
  // Makes it durable; the new deliveries of notices are in the answer. A delivery that an
  // administrator removed meanwhile gets its evidence recorded, and no notices.
  [[nodiscard]] virtual net::Task<base::Result<std::vector<queue::Delivery>>> settle(
      net::Shard& shard, Settlement settlement) = 0;

  // Deliveries that are due, oldest due first, not `held`, due at or before `until`, strictly after
  // the cursor of the last call (due, id). In-memory claims are the caller's.
  struct Cursor {
    base::Instant due;
    base::DeliveryId id;
  };
  [[nodiscard]] virtual net::Task<base::Result<std::vector<queue::Delivery>>> due(
      net::Shard& shard, Cursor after, base::Instant until, std::size_t limit) = 0;
  // When the next one after `after` is due; nullopt: none.
  [[nodiscard]] virtual net::Task<base::Result<std::optional<base::Instant>>> next_due(
      net::Shard& shard, base::Instant after) = 0;

  [[nodiscard]] virtual net::Task<base::Result<MessageInfo>> message(net::Shard& shard,
                                                                     base::MessageId id) = 0;
  [[nodiscard]] virtual net::Task<base::Result<queue::Envelope>> envelope(net::Shard& shard,
                                                                          base::MessageId id) = 0;
  [[nodiscard]] virtual net::Task<base::Result<std::unique_ptr<BodyReader>>> body(
      net::Shard& shard, base::MessageId id) = 0;
  [[nodiscard]] virtual net::Task<base::Result<std::vector<MessageInfo>>> list(
      net::Shard& shard, ListFilter filter) = 0;
  [[nodiscard]] virtual net::Task<base::Result<QueueCounts>> counts(net::Shard& shard) = 0;
  // At once, on any thread.
  [[nodiscard]] virtual AccountCounts counts_of(base::AccountId account) const = 0;
  // How long the disk takes for a sync of little, when nothing delays it. On any thread; 0 before
  // the first.
  [[nodiscard]] virtual std::chrono::nanoseconds sync_time() const = 0;
  // Of one account, or of all. Looks through the whole queue, in slices: better not for every
  // request.
  [[nodiscard]] virtual net::Task<base::Result<std::vector<Waiting>>> waiting(
      net::Shard& shard, std::optional<base::AccountId> account) = 0;

  // An administrator's hand, on the deliveries that `list` shows for `which`, of message `one` only
  // if given. Answers how many it changed: retry (due at once) leaves held ones alone.
  enum class Action { retry, hold, release, remove };
  [[nodiscard]] virtual net::Task<base::Result<std::int64_t>> act(
      net::Shard& shard, Action action, ListFilter which, std::optional<base::MessageId> one,
      base::Instant now) = 0;

  // The evidence outbox: attempts that are committed here and not yet in the records, in order.
  struct OutboxEntry {
    std::int64_t sequence = 0;
    queue::Attempt attempt;
  };
  [[nodiscard]] virtual base::Result<std::vector<OutboxEntry>> outbox(
      std::size_t limit) = 0;  // any thread
  // Any thread; waits for a commit, so better not a shard's.
  virtual base::Result<> outbox_done(std::int64_t up_to) = 0;
};

}  // namespace postern::spool
