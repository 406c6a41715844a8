// What became of one recipient: on one hop, and of a whole attempt.
#pragma once

#include "core/queue/envelope.h"

namespace postern::queue {

struct RecipientResult {
  enum class Fate {
    pending,    // not decided; only while an attempt is under way
    delivered,  // the next hop took responsibility
    deferred,   // failed for now
    failed,     // failed for good
  };
  Fate fate = Fate::pending;
  Status status;
  bool operator==(const RecipientResult&) const = default;
};

}  // namespace postern::queue
