// What the writer knows in memory about its segments and sums, derived from the rows when the spool
// opens and kept up with every commit. The writer's thread only, but for totals().
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "core/base/failure.h"
#include "io/spool/effects.h"
#include "io/spool/spool.h"

namespace postern::spool {

// The part of an upload that is in segments and in no row yet. The writer's while a work names it.
struct Body {
  base::MessageId message;
  std::vector<Extent> extents;
  std::optional<base::Failure> lost;  // some bytes may not have reached the disk
};

class Ledger {
 public:
  struct Totals {
    std::int64_t messages = 0;
    std::int64_t deliveries = 0;
    std::int64_t held = 0;
    std::int64_t bytes = 0;
    std::int64_t segment_bytes = 0;
  };

  // While the spool opens: the bytes of all messages, and how they spread over the accounts.
  void start(std::int64_t bytes, const std::map<base::AccountId, Effects::Part>& accounts);
  void found(const Effects::Live& live, std::int64_t file_bytes);

  void apply(const Effects& effects);
  void started(std::int64_t segment, std::int64_t bytes);
  void finished(std::int64_t segment, std::int64_t bytes);

  // An open upload: its segments stay, and it hears when a sync failed.
  void opened(Body& body, const Extent& added);
  void closed(Body& body);
  void lost(std::int64_t segment, const base::Failure& why);

  // Finished segments that nothing needs any more; each is told once.
  [[nodiscard]] std::vector<std::int64_t> take_empty();
  // The finished segment with the smallest living share, if that is below a third; or, when there
  // are many small ones, the smallest.
  [[nodiscard]] std::optional<std::int64_t> worth_compacting(std::int64_t segment_bytes) const;
  // Its living extents cannot be read, or could not be moved: it is left alone until the next
  // start.
  void leave_alone(std::int64_t segment);

  [[nodiscard]] Totals totals() const;                                   // any thread
  [[nodiscard]] AccountCounts counts_of(base::AccountId account) const;  // any thread

 private:
  struct Segment {
    std::int64_t bytes = 0;  // of the file
    std::int64_t live_extents = 0;
    std::int64_t live_bytes = 0;
    std::int64_t uploads = 0;  // extents of open uploads
    bool finished = false;
    bool left_alone = false;
  };
  void consider(std::int64_t number, const Segment& segment);
  void add(base::AccountId account, const Effects::Part& part);

  std::map<std::int64_t, Segment> segments_;
  std::set<std::int64_t> empty_;
  std::set<Body*> uploads_;
  mutable std::mutex mutex_;  // of totals_ and accounts_
  Totals totals_;
  std::map<base::AccountId, AccountCounts> accounts_;
};

}  // namespace postern::spool
