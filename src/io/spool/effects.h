// What a transaction changes outside of the database. It is applied after the commit, and thrown
// away when the transaction is rolled back.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/base/ids.h"
#include "io/spool/spool.h"

namespace postern::spool {

struct Effects {
  struct Live {  // how the living part of a segment grows (or shrinks)
    std::int64_t segment = 0;
    std::int64_t extents = 0;
    std::int64_t bytes = 0;
  };
  // How an account's part of the queue grows (or shrinks). Named here with nothing but zeros: a
  // delivery of it changed, such as by an attempt.
  struct Part {
    std::int64_t messages = 0;
    std::int64_t deliveries = 0;
    std::int64_t held = 0;
  };
  std::vector<Live> live;
  std::map<base::AccountId, Part> accounts;
  std::int64_t bytes = 0;
  std::vector<base::MessageId> stale;  // removed, or moved: the cache forgets them

  Part& of(base::AccountId account) { return accounts[account]; }
  void added(const Extent& extent) { live.push_back({extent.segment, 1, extent.length}); }
  void removed(const Extent& extent) { live.push_back({extent.segment, -1, -extent.length}); }
};

}  // namespace postern::spool
