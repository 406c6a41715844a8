#include "io/spool/copy.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "io/spool/appender.h"
#include "io/spool/log_check.h"
#include "io/spool/loose_files.h"
#include "io/spool/recovery.h"
#include "io/spool/row_copy.h"
#include "io/spool/schema.h"

namespace postern::spool {
namespace {

constexpr std::int64_t kSegmentBytes = 64 << 20;
constexpr std::int64_t kBatchBytes = 32 << 20;
constexpr std::int64_t kBatchMessages = 512;

class Copier {
 public:
  Copier(StoredQueue& queue, const std::string& into, CopyWhat what)
      : queue_(queue),
        into_(into),
        what_(what),
        files_(posix_files()),
        segments_(*files_, into + "/segments"),
        appender_(segments_, kSegmentBytes, 1) {}

  base::Result<QueueCopy> run() {
    if (auto ready = prepare(); !ready) return std::unexpected(std::move(ready.error()));
    const auto ids = queue_.ids(copy_.damages);
    if (auto damage = check_log_of(queue_.database_path())) {
      copy_.damages.push_back(std::move(*damage));
    }
    database_damaged_ = !copy_.damages.empty();
    for (const base::MessageId id : ids) {
      auto done = copy_message(id);
      if (done) done = commit_if_large();
      if (!done) return std::unexpected(std::move(done.error()));
    }
    if (auto done = copy_the_rest(); !done) return std::unexpected(std::move(done.error()));
    if (auto done = commit(); !done) return std::unexpected(std::move(done.error()));
    if (database_damaged_ && what_ == CopyWhat::everything_readable) {
      auto saved = save_bodies_without_rows(queue_, saved_, into_);
      if (!saved) return std::unexpected(std::move(saved.error()));
      copy_.loose.insert(copy_.loose.end(), saved->files.begin(), saved->files.end());
      copy_.damages.insert(copy_.damages.end(), saved->damages.begin(), saved->damages.end());
    }
    return std::move(copy_);
  }

 private:
  base::Result<> prepare() {
    if (auto made = make_folders(into_); !made) return made;
    auto opened =
        Connection::open(into_ + "/queue.db", Connection::Access::read_write_create, nullptr);
    if (!opened) return std::unexpected(std::move(opened.error()));
    to_ = std::move(*opened);
    if (auto ready = prepare_for_writing(*to_); !ready) return ready;
    auto insert = to_->prepare("INSERT INTO extent VALUES (?, ?, ?, ?, ?)");
    if (!insert) return std::unexpected(std::move(insert.error()));
    insert_extent_ = std::move(*insert);
    if (auto begun = to_->execute("BEGIN"); !begun) return begun;
    if (queue_.connection() == nullptr) return {};
    auto message =
        RowCopy::prepare(*queue_.connection(), *to_, "message", "SELECT * FROM message WHERE id=?");
    if (!message) return std::unexpected(std::move(message.error()));
    message_ = std::move(*message);
    auto delivery = RowCopy::prepare(
        *queue_.connection(), *to_, "delivery",
        "SELECT delivery.* FROM message JOIN delivery ON delivery.id BETWEEN first_delivery AND "
        "first_delivery + 1024 * (deliveries - 1) WHERE message.id = ? AND "
        "delivery.message = message.id");
    if (!delivery) return std::unexpected(std::move(delivery.error()));
    delivery_ = std::move(*delivery);
    return {};
  }

  // A failure is one of the new folder; what is wrong with the old one becomes a damage.
  base::Result<> copy_message(base::MessageId id) {
    std::vector<Extent> places;
    auto whole = queue_.read_settled(
        id,
        [&](const ReadPiece& piece) -> base::Result<> {
          auto place = store(id, piece);
          if (!place) return std::unexpected(std::move(place.error()));
          places.push_back(*place);
          return {};
        },
        [&] { places.clear(); });
    if (trouble_) return std::unexpected(*trouble_);
    if (!whole) return note(whole.error(), id), base::Result<>();
    if (!*whole) return {};  // delivered meanwhile, or never accepted
    if ((*whole)->damages.empty()) return copy_rows(id, places);
    for (Damage& damage : (*whole)->damages) copy_.damages.push_back(std::move(damage));
    return keep_what_is_left(id, (*whole)->rows);
  }

  base::Result<Extent> store(base::MessageId id, const ReadPiece& piece) {
    auto place = appender_.append({.message = id,
                                   .position = piece.position,
                                   .checksum = piece.checksum,
                                   .bytes = piece.bytes});
    if (place) {
      // The piece goes away after this.
      if (auto written = appender_.flush(); !written) {
        place = std::unexpected(std::move(written.error()));
      }
    }
    if (!place) trouble_ = place.error();
    bytes_ += piece.place.length;
    return place;
  }

  base::Result<> copy_rows(base::MessageId id, const std::vector<Extent>& places) {
    if (auto done = to_->execute("SAVEPOINT one"); !done) return done;
    const auto deliveries = delivery_->run(id.value);
    const auto message = message_->run(id.value);
    for (const auto* copied : {&deliveries, &message}) {
      if (!copied->written) return copied->written;
      if (!copied->read) note(copied->read.error(), id);
    }
    if (!deliveries.read || !message.read || message.rows == 0 || deliveries.rows == 0) {
      return to_->execute("ROLLBACK TO one; RELEASE one");
    }
    std::int64_t position = 0;
    for (const Extent& place : places) {
      auto inserted =
          insert_extent_.run(id.value, position++, place.segment, place.offset, place.length);
      if (!inserted) return inserted;
    }
    ++copy_.messages;
    copy_.deliveries += deliveries.rows;
    saved_.insert(id);
    return to_->execute("RELEASE one");
  }

  base::Result<> keep_what_is_left(base::MessageId id, const StoredQueue::Rows& rows) {
    if (what_ != CopyWhat::everything_readable) return {};
    saved_.insert(id);
    auto files = save_what_is_left(queue_, id, rows, into_);
    if (!files) return std::unexpected(std::move(files.error()));
    copy_.loose.insert(copy_.loose.end(), files->begin(), files->end());
    return {};
  }

  base::Result<> commit_if_large() {
    const bool is_large =
        bytes_ >= kBatchBytes || copy_.messages - committed_messages_ >= kBatchMessages;
    if (!is_large) return {};
    if (auto done = commit(); !done) return done;
    return to_->execute("BEGIN");
  }

  base::Result<> commit() {
    if (auto synced = appender_.sync(); !synced) return synced;
    if (auto done = to_->execute("COMMIT"); !done) return done;
    bytes_ = 0;
    committed_messages_ = copy_.messages;
    return {};
  }

  // Evidence, and the mark of ids. From both ends, should a page in the middle be damaged.
  base::Result<> copy_the_rest() {
    for (const auto& [table, order] :
         {std::pair{"outbox", "sequence"}, {"outbox", "sequence DESC"}, {"mark", "name"}}) {
      auto copied = copy_table(table, order);
      if (!copied.written) return copied.written;
      if (!copied.read) note(copied.read.error(), {});
    }
    const auto evidence = to_->single_integer("SELECT count(*) FROM outbox");
    if (!evidence) return std::unexpected(evidence.error());
    copy_.evidence = *evidence;
    return {};
  }

  RowCopy::Outcome copy_table(const std::string& table, const std::string& order) {
    RowCopy::Outcome nothing;
    if (queue_.connection() == nullptr) return nothing;
    const std::string all = fmt::format("SELECT * FROM {} ORDER BY {}", table, order);
    auto copy = RowCopy::prepare(*queue_.connection(), *to_, table, all);
    if (copy) return copy->run();
    nothing.read = std::unexpected(std::move(copy.error()));
    return nothing;
  }

  void note(const base::Failure& failure, base::MessageId id) {
    database_damaged_ = true;
    copy_.damages.push_back({.file = queue_.database_path(), .what = failure.text, .message = id});
  }

  StoredQueue& queue_;
  const std::string& into_;
  CopyWhat what_;
  std::unique_ptr<FileOps> files_;
  Segments segments_;
  Appender appender_;
  std::optional<Connection> to_;  // before what uses it
  Statement insert_extent_;
  std::optional<RowCopy> message_, delivery_;

  QueueCopy copy_;
  std::set<base::MessageId> saved_;
  std::optional<base::Failure> trouble_;  // with the new folder
  bool database_damaged_ = false;
  std::int64_t bytes_ = 0;
  std::int64_t committed_messages_ = 0;
};

}  // namespace

base::Result<QueueCopy> copy_queue(const std::string& from, const std::string& into,
                                   CopyWhat what) {
  std::error_code ignored;
  if (std::filesystem::exists(into + "/queue.db", ignored)) {
    return base::fail("folder-in-use",
                      fmt::format("There is a queue in {} already. Name a new folder.", into));
  }
  if (!std::filesystem::exists(from, ignored)) {
    return base::fail("not-found", fmt::format("There is no message queue in {}.", from));
  }
  const auto queue = StoredQueue::open(from);
  return Copier(*queue, into, what).run();
}

}  // namespace postern::spool
