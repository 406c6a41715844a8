#include "io/spool/keeper.h"

#include <pthread.h>

#include <chrono>
#include <future>
#include <string>

#include "io/spool/crc32c.h"
#include "io/spool/failures.h"
#include "io/spool/work.h"

namespace postern::spool {

// One extent on its way to another segment.
struct Move {
  base::MessageId message;
  std::int64_t position = 0;
  Extent from;
  std::string bytes;
  std::uint32_t checksum = 0;
  Extent to;
};

namespace {

constexpr std::int64_t kPortionBytes = 1 << 20;
constexpr std::int64_t kPortionExtents = 256;
constexpr std::int64_t kSparePages = 2048;  // so many free ones the database may keep
// After a failure (mostly a full disk) the next try waits, so as not to read in vain all the time.
constexpr std::chrono::seconds kPause{10};

class MoveWork : public Work {
 public:
  MoveWork(std::vector<Move> moves, std::promise<base::Result<>> done)
      : moves_(std::move(moves)), done_(std::move(done)) {
    for (const Move& move : moves_) bytes_ += end_of_extent(0, move.from.length);
  }
  [[nodiscard]] std::int64_t bytes() const override { return bytes_; }
  [[nodiscard]] bool names_bytes() const override { return true; }

  [[nodiscard]] base::Result<> append(Appender& appender, Ledger&) override {
    for (Move& move : moves_) {
      auto to = appender.append({.message = move.message,
                                 .position = static_cast<std::uint32_t>(move.position),
                                 .checksum = move.checksum,
                                 .bytes = move.bytes});
      if (!to) return std::unexpected(std::move(to.error()));
      move.to = *to;
    }
    return {};
  }
  [[nodiscard]] base::Result<> record(Rows r) override {
    for (const Move& move : moves_) {
      // A message that has gone meanwhile is not moved: its bytes here are garbage.
      auto moved = r.rows.move(move.message, move.position, move.from, move.to, r.effects);
      if (!moved) return std::unexpected(std::move(moved.error()));
    }
    return {};
  }
  void answer(base::Result<> outcome) override { done_.set_value(std::move(outcome)); }

 private:
  std::vector<Move> moves_;
  std::promise<base::Result<>> done_;
  std::int64_t bytes_ = 0;
};

// Some free pages of the database go back to the file system; the file shrinks with the log's next
// move into it.
class GiveBackWork : public Work {
 public:
  explicit GiveBackWork(std::promise<base::Result<>> done) : done_(std::move(done)) {}
  [[nodiscard]] base::Result<> record(Rows r) override {
    return r.rows.connection().execute("PRAGMA incremental_vacuum(256)");
  }
  void answer(base::Result<> outcome) override { done_.set_value(std::move(outcome)); }

 private:
  std::promise<base::Result<>> done_;
};

// Tells the writer that a compaction is over, so that it can look for the next one.
class CompactedWork : public Work {
 public:
  CompactedWork(std::atomic<bool>& compacting, std::optional<std::int64_t> leave_alone)
      : compacting_(compacting), leave_alone_(leave_alone) {}
  [[nodiscard]] bool has_rows() const override { return false; }
  [[nodiscard]] base::Result<> append(Appender&, Ledger& ledger) override {
    if (leave_alone_) ledger.leave_alone(*leave_alone_);
    return {};
  }
  void answer(base::Result<>) override { compacting_ = false; }

 private:
  std::atomic<bool>& compacting_;
  std::optional<std::int64_t> leave_alone_;
};

}  // namespace

base::Result<std::unique_ptr<Keeper>> Keeper::open(Segments& segments, Connection connection) {
  std::unique_ptr<Keeper> keeper(new Keeper(segments, std::move(connection)));
  auto prepared = keeper->connection_.prepare(
      "SELECT message, position, offset, length FROM extent WHERE segment = ? AND offset > ?"
      " ORDER BY offset LIMIT ?");
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  keeper->extents_in_ = std::move(*prepared);
  return keeper;
}

Keeper::~Keeper() {
  stop();
  remove_files(to_remove_);
}

void Keeper::start(Put put) {
  put_ = std::move(put);
  thread_ = std::thread([this] { run(); });
}

void Keeper::stop() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Keeper::remove(std::vector<std::int64_t> segments) {
  const std::scoped_lock lock(mutex_);
  to_remove_.insert(to_remove_.end(), segments.begin(), segments.end());
  changed_.notify_all();
}

void Keeper::shorten_log() {
  const std::scoped_lock lock(mutex_);
  to_shorten_ = true;
  changed_.notify_all();
}

void Keeper::compact(std::int64_t segment) {
  compacting_ = true;
  const std::scoped_lock lock(mutex_);
  to_compact_ = segment;
  changed_.notify_all();
}

bool Keeper::ending() {
  const std::scoped_lock lock(mutex_);
  return ending_;
}

void Keeper::run() {
  ::pthread_setname_np(::pthread_self(), "spool-keeper");  // as `top -H` shows it
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock,
                  [this] { return ending_ || to_shorten_ || to_compact_ || !to_remove_.empty(); });
    if (ending_) return;
    const auto segments = std::exchange(to_remove_, {});
    const bool shorten = std::exchange(to_shorten_, false);
    const auto compacted = std::exchange(to_compact_, std::nullopt);
    lock.unlock();
    remove_files(segments);
    // A failure leaves the log as it is; the writer asks again when it has grown further.
    if (shorten && connection_.checkpoint()) log_shortened_ = true;
    if (compacted) compact_now(*compacted);
    if (shorten || !segments.empty()) shrink_database();
    lock.lock();
  }
}

void Keeper::remove_files(const std::vector<std::int64_t>& segments) {
  // What cannot be removed now is removed by the next start: no row names it.
  for (const std::int64_t segment : segments) static_cast<void>(segments_.remove(segment));
}

void Keeper::compact_now(std::int64_t segment) {
  base::Result<> result;
  std::int64_t after = 0;
  bool unreadable = false;
  while (result && !ending()) {
    auto portion = next_portion(segment, after);
    if (!portion || portion->empty()) {
      if (!portion) result = std::unexpected(std::move(portion.error()));
      break;
    }
    after = portion->back().from.offset;
    // What cannot be read stays where it is: perhaps it can be salvaged.
    unreadable |= std::erase_if(*portion, [this](Move& m) { return !read_and_check(m); }) > 0;
    if (!portion->empty()) result = hand_over(std::move(*portion));
  }
  if (!result) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPause, [this] { return ending_; });
  }
  std::unique_ptr<Work> over = std::make_unique<CompactedWork>(
      compacting_, unreadable ? std::optional(segment) : std::nullopt);
  if (!put_(over)) compacting_ = false;
}

void Keeper::shrink_database() {
  bool shrunk = false;
  for (auto spare = has_spare_pages(); spare && *spare && !ending(); spare = has_spare_pages()) {
    if (!give_back_pages()) return;  // a full disk, most likely; there is a next time
    shrunk = true;
  }
  if (shrunk && connection_.checkpoint()) log_shortened_ = true;
}

base::Result<bool> Keeper::has_spare_pages() {
  const auto pages = connection_.single_integer("PRAGMA page_count");
  if (!pages) return std::unexpected(pages.error());
  const auto free = connection_.single_integer("PRAGMA freelist_count");
  if (!free) return std::unexpected(free.error());
  return *free > kSparePages && *free * 2 > *pages;
}

base::Result<std::vector<Move>> Keeper::next_portion(std::int64_t segment, std::int64_t after) {
  std::vector<Move> portion;
  std::int64_t bytes = 0;
  extents_in_.bind_all(segment, after, kPortionExtents);
  while (bytes < kPortionBytes) {
    auto row = extents_in_.step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
    Move move;
    move.message = {extents_in_.integer(0)};
    move.position = extents_in_.integer(1);
    move.from = {
        .segment = segment, .offset = extents_in_.integer(2), .length = extents_in_.integer(3)};
    bytes += move.from.length;
    portion.push_back(std::move(move));
  }
  extents_in_.reset();
  return portion;
}

base::Result<> Keeper::read_and_check(Move& move) {
  auto file = segments_.open(move.from.segment);
  if (!file) return std::unexpected(std::move(file.error()));
  HeaderBytes header_bytes{};
  move.bytes.resize(static_cast<std::size_t>(move.from.length));
  auto read = (*file)->read(
      {{header_bytes.data(), header_bytes.size()}, {move.bytes.data(), move.bytes.size()}},
      move.from.offset);
  if (!read) return read;
  const auto header = decode_extent_header(header_bytes);
  if (!header || header->message != move.message || header->length != move.from.length ||
      header->checksum != crc32c(move.bytes)) {
    return base::fail("body-unreadable", "An extent is damaged.");
  }
  move.checksum = header->checksum;
  return {};
}

base::Result<> Keeper::give_back_pages() {
  std::promise<base::Result<>> done;
  auto answer = done.get_future();
  std::unique_ptr<Work> work = std::make_unique<GiveBackWork>(std::move(done));
  if (!put_(work)) return std::unexpected(spool_closed());
  return answer.get();
}

base::Result<> Keeper::hand_over(std::vector<Move> portion) {
  std::promise<base::Result<>> done;
  auto answer = done.get_future();
  std::unique_ptr<Work> work = std::make_unique<MoveWork>(std::move(portion), std::move(done));
  if (!put_(work)) return std::unexpected(spool_closed());
  return answer.get();
}

}  // namespace postern::spool
