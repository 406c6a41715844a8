#include "io/net/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace postern::net {

TimerWheel::Tick TimerWheel::add(Entry& entry, Tick due) {
  entry.due = std::max(due, now_ + 1);
  // The highest bit in which the tick differs from now tells the level.
  const auto differing = static_cast<unsigned>(std::bit_width(entry.due ^ now_)) - 1;
  const unsigned level = differing / kBits;
  const unsigned shift = level * kBits;
  const auto slot = static_cast<unsigned>(entry.due >> shift) % kSlots;
  levels_[level].occupied |= std::uint64_t{1} << slot;
  levels_[level].slots[slot].push_back(entry);
  return entry.due >> shift << shift;
}

TimerWheel::Place TimerWheel::first() {
  for (unsigned i = 0; i < kLevels; ++i) {
    Level& level = levels_[i];
    while (level.occupied != 0) {
      const auto slot = static_cast<unsigned>(std::countr_zero(level.occupied));
      if (level.slots[slot].empty()) {
        level.occupied &= level.occupied - 1;
        continue;
      }
      const unsigned shift = i * kBits;
      const Tick above = now_ >> shift >> kBits << kBits << shift;
      return {i, slot, above | Tick{slot} << shift};
    }
  }
  return {};
}

TimerWheel::Tick TimerWheel::next() { return first().start; }

void TimerWheel::advance(Tick now, List<Entry>& expired) {
  for (Place place = first(); place.start <= now && place.start != kNever; place = first()) {
    List<Entry> due;
    due.take_all(levels_[place.level].slots[place.slot]);
    now_ = std::max(now_, place.start);
    while (Entry* entry = due.pop_front()) {
      if (entry->due <= now_) {
        expired.push_back(*entry);
      } else {
        (void)add(*entry, entry->due);
      }
    }
  }
  now_ = std::max(now_, now);
}

}  // namespace postern::net
