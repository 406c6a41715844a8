// What a salvage saves beside the new queue: bodies that are no whole messages with an envelope any
// more, as files that a person can look at and send on.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "io/spool/stored_queue.h"

namespace postern::spool {

// What is readable of a damaged body, and its envelope: into/damaged/ID.eml and ID.json.
[[nodiscard]] base::Result<std::vector<std::string>> save_what_is_left(
    StoredQueue& queue, base::MessageId id, const StoredQueue::Rows& rows, const std::string& into);

struct Loose {
  std::vector<std::string> files;
  std::vector<Damage> damages;
};
// The bodies of all segments but those of `saved`: into/without-envelope/ID.eml.
[[nodiscard]] base::Result<Loose> save_bodies_without_rows(StoredQueue& queue,
                                                           const std::set<base::MessageId>& saved,
                                                           const std::string& into);

}  // namespace postern::spool
