// What must be true after a crash, kept over all rounds: the acknowledged and the possible.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "io/net/shard.h"
#include "io/spool/spool.h"

namespace postern::crash {

class Truth {
 public:
  // A line of the load's report.
  void learn(std::string_view line);
  // Looks through the spool after a crash: what is wrong, each in a sentence. What was possible and
  // happened is acknowledged truth from then on.
  [[nodiscard]] std::vector<std::string> check(spool::Spool& spool, net::Shard& shard);

  [[nodiscard]] std::size_t stored() const { return stored_; }
  [[nodiscard]] std::size_t settled() const { return settled_; }
  [[nodiscard]] std::size_t alive() const { return alive_.size(); }

 private:
  struct Settling {
    std::string how;
    std::uint64_t number = 0;
  };
  void check_messages(spool::Spool& spool, net::Shard& shard);
  void check_body(spool::Spool& spool, net::Shard& shard, const spool::MessageInfo& info,
                  std::size_t size, std::uint64_t seed);
  void check_deliveries();
  void check_evidence(spool::Spool& spool);
  void expect(bool holds, std::string sentence);

  std::set<std::uint64_t> storing_;               // begun, not acknowledged
  std::map<std::int64_t, Settling> settling_;     // by delivery; begun, not acknowledged
  std::map<std::int64_t, std::uint64_t> alive_;   // acknowledged deliveries, and their seeds
  std::set<std::int64_t> done_;                   // settled for good, acknowledged
  std::set<std::uint64_t> evidence_due_;          // numbers that must have evidence
  std::map<std::int64_t, std::string> evidence_;  // by sequence: moved, or in the outbox
  std::size_t stored_ = 0;
  std::size_t settled_ = 0;

  // While check() runs: what the spool holds.
  std::map<std::int64_t, std::uint64_t> found_;  // deliveries, and the seeds of their messages
  std::set<std::uint64_t> seeds_;
  std::vector<std::string> wrong_;
};

}  // namespace postern::crash
