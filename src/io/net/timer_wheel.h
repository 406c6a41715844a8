// Deadlines in ticks, cheap to set and to drop: nearly every one is dropped unspent, since the peer
// answers in time. A hierarchical wheel: level 0 holds the next 64 ticks one a slot, level 1 the
// next 64 * 64 in slots of 64 ticks, and so on; an entry moves down a level when its slot's time
// has come. add() and removal are a few pointer writes; nothing is allocated; a tick is never
// searched for.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "io/net/list.h"

namespace postern::net {

class TimerWheel {
 public:
  using Tick = std::uint64_t;
  static constexpr Tick kNever = std::numeric_limits<Tick>::max();

  // What waits for its tick. To drop it, unlink or destroy it.
  struct Entry : Linked<Entry> {
    Tick due = kNever;
  };

  // Puts `entry` where it will come out at `due`, at the earliest in the next tick. Returns the
  // tick at which advance() must be called next for its sake: `due` or, for far ones, some tick
  // before it.
  Tick add(Entry& entry, Tick due);

  // Moves time on to `now` and every entry that is due by then to `expired`, in order of time.
  void advance(Tick now, List<Entry>& expired);

  // The tick at which advance() must be called next; kNever if nothing waits.
  [[nodiscard]] Tick next();

 private:
  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1u << kBits;
  static constexpr unsigned kLevels = 11;  // a level for every six bits of a tick: no horizon

  struct Level {
    std::uint64_t occupied = 0;  // a bit a slot; may be set for a slot that has been emptied
    std::array<List<Entry>, kSlots> slots;
  };
  struct Place {
    unsigned level = 0;
    unsigned slot = 0;
    Tick start = kNever;
  };
  // The first slot that holds anything; start is kNever if none does.
  Place first();

  Tick now_ = 0;
  std::array<Level, kLevels> levels_;
};

}  // namespace postern::net
