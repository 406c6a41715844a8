#include "io/spool/writer.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>

#include "io/spool/failures.h"

namespace postern::spool {
namespace {

constexpr std::size_t kBatchCount = 512;
constexpr std::int64_t kPageBytes = 4096;
constexpr std::int64_t kLogWhenNearlyFull = 1 << 20;
// Ids are marked as used this far ahead, so that the mark is written seldom.
constexpr std::int64_t kMarkAhead = std::int64_t{2'000'000} << IdSource::kNodeBits;

int note_log_pages(void* pages, sqlite3*, const char*, int now) {
  *static_cast<int*>(pages) = now;
  return SQLITE_OK;
}

}  // namespace

Writer::Writer(Parts parts, WriteRows rows, std::int64_t next_segment)
    : parts_(std::move(parts)),
      rows_(std::move(rows)),
      appender_(parts_.segments, parts_.settings.segment_bytes, next_segment) {
  sqlite3_wal_hook(rows_.connection().handle(), note_log_pages, &log_pages_);
  thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
  queue_.close();
  thread_.join();
}

void Writer::run() {
  ::pthread_setname_np(::pthread_self(), "spool-writer");  // as `top -H` shows it
  for (;;) {
    auto works = queue_.take(kBatchCount, parts_.settings.batch_bytes);
    if (works.empty()) return;
    Batch batch;
    batch.reserve(works.size());
    for (auto& work : works) batch.push_back({.work = std::move(work), .outcome = {}});
    process(batch);
  }
}

void Writer::process(Batch& batch) {
  refuse_intake_if_nearly_full(batch);
  append(batch);
  answer_what_has_no_rows(batch);
  sync(batch);
  note_segments();
  record(batch);
  for (Item& item : batch) {
    if (item.answered) continue;
    item.work->finish(parts_.ledger);
    item.work->answer(std::move(item.outcome));
  }
  look_after_the_disk();
}

void Writer::refuse_intake_if_nearly_full(Batch& batch) {
  const auto is_intake = [](const Item& item) { return item.work->kind() == Work::Kind::intake; };
  if (std::ranges::none_of(batch, is_intake)) return;
  const std::int64_t free = parts_.files.free_bytes(parts_.settings.directory);
  nearly_full_ = free >= 0 && free < parts_.settings.reserve_bytes;
  if (!nearly_full_) return;
  for (Item& item : batch) {
    if (is_intake(item)) {
      item.outcome = std::unexpected(reserve_reached(parts_.settings.directory));
    }
  }
}

void Writer::append(Batch& batch) {
  for (Item& item : batch) {
    if (item.outcome) item.outcome = item.work->append(appender_, parts_.ledger);
  }
  const auto flushed = appender_.flush();
  if (flushed) return;
  for (Item& item : batch) {
    if (item.outcome && item.work->bytes() > 0) item.outcome = flushed;
  }
}

void Writer::answer_what_has_no_rows(Batch& batch) {
  bool sync_follows = false;
  for (Item& item : batch) {
    sync_follows |= item.outcome && item.work->names_bytes();
    if (item.work->has_rows()) continue;
    item.work->answer(std::move(item.outcome));
    item.answered = true;
  }
  if (!sync_follows) appender_.start_writing_out();
}

void Writer::sync(Batch& batch) {
  const auto needs_sync = [](const Item& item) {
    return !item.answered && item.outcome && item.work->names_bytes();
  };
  if (std::ranges::none_of(batch, needs_sync)) return;
  const auto synced = appender_.sync();
  if (synced) return;
  for (Item& item : batch) {
    if (needs_sync(item)) item.outcome = synced;
  }
  for (const std::int64_t segment : appender_.take_failed()) {
    parts_.ledger.lost(segment, synced.error());
  }
}

void Writer::note_segments() {
  for (const auto& segment : appender_.take_started()) {
    parts_.ledger.started(segment.number, segment.bytes);
  }
  for (const auto& segment : appender_.take_finished()) {
    parts_.ledger.finished(segment.number, segment.bytes);
  }
}

void Writer::record(Batch& batch) {
  std::vector<Item*> items;
  for (Item& item : batch) {
    if (!item.answered && item.outcome) items.push_back(&item);
  }
  if (items.empty()) return;
  if (auto done = record_together(items); done || items.size() == 1) {
    if (!done) items.front()->outcome = std::move(done);
    return;
  }
  for (Item* item : items) item->outcome = record_together({item});
}

base::Result<> Writer::record_together(const std::vector<Item*>& items) {
  Effects effects;
  auto done = record_in_transaction(items, effects);
  if (!done) {
    rows_.roll_back();
    // Moving the log makes room in it.
    if (done.error().code == "disk-full") parts_.keeper.shorten_log();
    return done;
  }
  parts_.ledger.apply(effects);
  for (Item* item : items) item->work->committed({parts_.cache, parts_.outbox});
  for (const base::MessageId id : effects.stale) parts_.cache.erase(id);
  return done;
}

base::Result<> Writer::record_in_transaction(const std::vector<Item*>& items, Effects& effects) {
  const base::Instant now =
      std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
  if (auto begun = rows_.begin(); !begun) return begun;
  for (Item* item : items) {
    auto recorded = item->work->record({rows_, effects, parts_.ids, now});
    if (!recorded) return recorded;
  }
  std::int64_t mark = id_mark_;
  if (parts_.ids.highest() > mark) {
    mark = parts_.ids.highest() + kMarkAhead;
    if (auto marked = rows_.set_id_mark(mark); !marked) return marked;
  }
  // Of the two syncs of a group this one is of little, so its time is the disk's answer; the
  // other's is that of writing the bodies.
  const auto began = std::chrono::steady_clock::now();
  auto committed = rows_.commit();
  if (!committed) return committed;
  sync_time_.took(std::chrono::steady_clock::now() - began);
  id_mark_ = mark;
  return committed;
}

// After the answers: nobody waits for this.
void Writer::look_after_the_disk() {
  if (auto empty = parts_.ledger.take_empty(); !empty.empty()) {
    parts_.keeper.remove(std::move(empty));
  }
  if (parts_.keeper.is_free_to_compact()) {
    const auto segment = parts_.ledger.worth_compacting(parts_.settings.segment_bytes);
    if (segment) parts_.keeper.compact(*segment);
  }
  if (parts_.keeper.take_log_shortened()) {
    // What came in meanwhile is little; once it is moved too, the log starts again at its front.
    log_pages_ = 0;
    static_cast<void>(rows_.connection().checkpoint());
  } else if (log_pages_ * kPageBytes > log_limit()) {
    log_pages_ = 0;
    parts_.keeper.shorten_log();
  }
}

std::int64_t Writer::log_limit() const {
  const std::int64_t usual = parts_.settings.log_bytes;
  return nearly_full_ ? std::min(usual, kLogWhenNearlyFull) : usual;
}

}  // namespace postern::spool
