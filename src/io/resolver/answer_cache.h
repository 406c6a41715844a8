// Answers of this shard, each for as long as its ttl says. libunbound has a cache of its own, but
// it lies behind a pipe and another thread: a hit there was measured at 15 to 40 microseconds of
// CPU time, one here at less than one, and a delivery asks for several names a message.
//
// Failures are not kept: the next asker tries again. Bounded in two generations: what was not asked
// for since the younger one filled up is forgotten with the older one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/deadline.h"
#include "core/dns/answer.h"

namespace postern::resolver {

// An answer before its records are read as one type.
using RawAnswer = dns::Answer<std::vector<std::uint8_t>>;

class AnswerCache {
 public:
  explicit AnswerCache(std::size_t limit) : generation_(limit / 2) {}

  void store(const std::string& key, const RawAnswer& answer, base::Steady now);
  // With what remains of its ttl; nullopt if there is none that still holds.
  [[nodiscard]] std::optional<RawAnswer> find(const std::string& key, base::Steady now);

 private:
  struct Entry {
    RawAnswer answer;
    base::Steady until;
  };
  using Entries = std::unordered_map<std::string, Entry>;

  std::size_t generation_;
  Entries young_;
  Entries old_;
};

}  // namespace postern::resolver
