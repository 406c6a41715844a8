#include "io/spool/outbox.h"

#include <algorithm>
#include <iterator>

#include "io/spool/json_text.h"

namespace postern::spool {

base::Result<std::unique_ptr<Outbox>> Outbox::open(Connection connection, std::size_t held) {
  std::unique_ptr<Outbox> outbox(new Outbox(std::move(connection), held));
  auto left = outbox->connection_.single_integer("SELECT coalesce(max(sequence), 0) FROM outbox");
  if (!left) return std::unexpected(std::move(left.error()));
  outbox->not_held_ = *left;
  auto prepared =
      outbox->connection_.prepare("SELECT sequence, attempt FROM outbox ORDER BY sequence LIMIT ?");
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  outbox->read_ = std::move(*prepared);
  return outbox;
}

void Outbox::added(Entries entries) {
  const std::scoped_lock lock(mutex_);
  std::ranges::move(entries, std::back_inserter(held_));
  while (held_.size() > most_held_) {
    not_held_ = held_.front().sequence;
    held_.pop_front();
  }
}

void Outbox::removed(std::int64_t up_to) {
  std::deque<Spool::OutboxEntry> gone;  // freed without the lock
  const std::scoped_lock lock(mutex_);
  removed_ = std::max(removed_, up_to);
  while (!held_.empty() && held_.front().sequence <= removed_) {
    gone.push_back(std::move(held_.front()));
    held_.pop_front();
  }
}

Outbox::Entries Outbox::take_held(std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  if (not_held_ > removed_) return {};
  const auto end = held_.begin() + static_cast<std::ptrdiff_t>(std::min(limit, held_.size()));
  Entries taken(std::move_iterator(held_.begin()), std::move_iterator(end));
  held_.erase(held_.begin(), end);
  if (!taken.empty()) not_held_ = taken.back().sequence;
  return taken;
}

base::Result<Outbox::Entries> Outbox::read(std::size_t limit) {
  if (Entries held = take_held(limit); !held.empty()) return held;
  return read_rows(limit);
}

base::Result<Outbox::Entries> Outbox::read_rows(std::size_t limit) {
  const std::scoped_lock lock(reading_);
  Entries entries;
  read_.bind_all(static_cast<std::int64_t>(limit));
  for (;;) {
    auto row = read_.step();
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) break;
    auto attempt = parse_attempt(read_.text(1));
    if (!attempt) {
      read_.reset();
      return std::unexpected(std::move(attempt.error()));
    }
    entries.push_back({.sequence = read_.integer(0), .attempt = std::move(*attempt)});
  }
  read_.reset();
  return entries;
}

}  // namespace postern::spool
