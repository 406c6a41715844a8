#include "io/spool/ledger.h"

#include <algorithm>
#include <utility>

namespace postern::spool {
namespace {

constexpr std::int64_t kLivingShare = 3;   // below one third, a segment is compacted
constexpr std::int64_t kSmallShare = 8;    // a file below an eighth of a full one is small
constexpr std::size_t kSmallSegments = 8;  // so many may stay

}  // namespace

void Ledger::start(std::int64_t bytes, const std::map<base::AccountId, Effects::Part>& accounts) {
  const std::scoped_lock lock(mutex_);
  totals_.bytes = bytes;
  for (const auto& [account, part] : accounts) add(account, part);
}

// With the lock.
void Ledger::add(base::AccountId account, const Effects::Part& part) {
  totals_.messages += part.messages;
  totals_.deliveries += part.deliveries;
  totals_.held += part.held;
  AccountCounts& counts = accounts_[account];
  counts.messages += part.messages;
  counts.deliveries += part.deliveries;
  counts.held += part.held;
  ++counts.changes;
}

void Ledger::found(const Effects::Live& live, std::int64_t file_bytes) {
  segments_[live.segment] = {.bytes = file_bytes,
                             .live_extents = live.extents,
                             .live_bytes = live.bytes,
                             .finished = true};
  totals_.segment_bytes += file_bytes;
}

void Ledger::apply(const Effects& effects) {
  for (const Effects::Live& change : effects.live) {
    Segment& segment = segments_[change.segment];
    segment.live_extents += change.extents;
    segment.live_bytes += change.bytes;
    consider(change.segment, segment);
  }
  const std::scoped_lock lock(mutex_);
  for (const auto& [account, part] : effects.accounts) add(account, part);
  totals_.bytes += effects.bytes;
}

void Ledger::started(std::int64_t segment, std::int64_t bytes) {
  segments_[segment].bytes = bytes;
  const std::scoped_lock lock(mutex_);
  totals_.segment_bytes += bytes;
}

void Ledger::finished(std::int64_t number, std::int64_t bytes) {
  Segment& segment = segments_[number];
  {
    const std::scoped_lock lock(mutex_);
    totals_.segment_bytes += bytes - segment.bytes;
  }
  segment.bytes = bytes;
  segment.finished = true;
  consider(number, segment);
}

void Ledger::consider(std::int64_t number, const Segment& segment) {
  if (segment.finished && segment.live_extents == 0 && segment.uploads == 0) {
    empty_.insert(number);
  } else {
    empty_.erase(number);
  }
}

void Ledger::opened(Body& body, const Extent& added) {
  uploads_.insert(&body);
  Segment& segment = segments_[added.segment];
  segment.uploads += 1;
  consider(added.segment, segment);
}

void Ledger::closed(Body& body) {
  if (uploads_.erase(&body) == 0) return;
  for (const Extent& extent : body.extents) {
    Segment& segment = segments_[extent.segment];
    segment.uploads -= 1;
    consider(extent.segment, segment);
  }
}

void Ledger::lost(std::int64_t segment, const base::Failure& why) {
  for (Body* body : uploads_) {
    const auto in_it = [segment](const Extent& extent) { return extent.segment == segment; };
    if (std::ranges::any_of(body->extents, in_it)) body->lost = why;
  }
}

std::vector<std::int64_t> Ledger::take_empty() {
  std::vector<std::int64_t> numbers(empty_.begin(), empty_.end());
  empty_.clear();
  std::int64_t bytes = 0;
  for (const std::int64_t number : numbers) {
    bytes += segments_[number].bytes;
    segments_.erase(number);
  }
  const std::scoped_lock lock(mutex_);
  totals_.segment_bytes -= bytes;
  return numbers;
}

std::optional<std::int64_t> Ledger::worth_compacting(std::int64_t segment_bytes) const {
  std::optional<std::int64_t> worst;
  std::optional<std::int64_t> smallest;
  std::size_t small = 0;
  for (const auto& [number, segment] : segments_) {
    if (!segment.finished || segment.left_alone || segment.live_extents == 0) continue;
    const auto lives_less = [&](std::int64_t other) {
      const Segment& o = segments_.at(other);
      return segment.live_bytes * o.bytes < o.live_bytes * segment.bytes;
    };
    if (segment.live_bytes * kLivingShare < segment.bytes && (!worst || lives_less(*worst))) {
      worst = number;
    }
    if (segment.bytes * kSmallShare >= segment_bytes) continue;
    ++small;
    if (!smallest || segment.bytes < segments_.at(*smallest).bytes) smallest = number;
  }
  if (worst) return worst;
  return small > kSmallSegments ? smallest : std::nullopt;
}

void Ledger::leave_alone(std::int64_t number) {
  if (const auto found = segments_.find(number); found != segments_.end()) {
    found->second.left_alone = true;
  }
}

AccountCounts Ledger::counts_of(base::AccountId account) const {
  const std::scoped_lock lock(mutex_);
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? AccountCounts{} : found->second;
}

Ledger::Totals Ledger::totals() const {
  const std::scoped_lock lock(mutex_);
  return totals_;
}

}  // namespace postern::spool
