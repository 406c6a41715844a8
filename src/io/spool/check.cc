#include "io/spool/check.h"

#include <filesystem>

#include "io/spool/log_check.h"

namespace postern::spool {
namespace {

void check_message(StoredQueue& queue, base::MessageId id, QueueCheck& check) {
  QueueCheck of_this;
  auto whole = queue.read_settled(
      id,
      [&](const ReadPiece& piece) -> base::Result<> {
        ++of_this.extents;
        of_this.bytes += piece.place.length;
        return {};
      },
      [&] { of_this = {}; });
  if (!whole) {
    ++check.messages;
    check.damages.push_back(
        {.file = queue.database_path(), .what = whole.error().text, .message = id});
    return;
  }
  if (!*whole) return;  // delivered meanwhile
  ++check.messages;
  check.extents += of_this.extents;
  check.bytes += of_this.bytes;
  for (Damage& damage : (*whole)->damages) check.damages.push_back(std::move(damage));
}

}  // namespace

base::Result<QueueCheck> check_queue(const std::string& folder) {
  QueueCheck check;
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored)) return check;
  const auto queue = StoredQueue::open(folder);
  auto files = queue->segments();
  if (!files) return std::unexpected(std::move(files.error()));
  check.segments = static_cast<std::int64_t>(files->size());
  check.damages = queue->check_database();
  if (auto damage = check_log_of(queue->database_path())) {
    check.damages.push_back(std::move(*damage));
  }
  std::vector<Damage> of_walk;
  const auto ids = queue->ids(of_walk);
  // The walk meets what the check of the database has named already.
  if (check.damages.empty()) check.damages = std::move(of_walk);
  for (const base::MessageId id : ids) check_message(*queue, id, check);
  return check;
}

}  // namespace postern::spool
