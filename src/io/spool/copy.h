// Copies a queue, message by message, into a new folder: a backup beside a running gateway, and
// what can be saved of a damaged queue.
//
// Steps: every message that can be named is read and checked -> its bytes go into segments of the
// new queue -> its rows follow as they are, with their ids, so that evidence still names them. In
// the end the new folder is a queue that a gateway can open. The evidence that waits in the outbox
// comes last: a message that is settled meanwhile is there with its evidence, at worst twice
// delivered, never without either.
#pragma once

#include <string>
#include <vector>

#include "io/spool/stored_queue.h"

namespace postern::spool {

enum class CopyWhat {
  whole_messages,
  // Also what is no whole message any more, as files beside the new queue: `damaged/ID.eml` is what
  // is left of a body, with its envelope in `damaged/ID.json`; `without-envelope/ID.eml` is a body
  // whose rows cannot be read, perhaps one that had been delivered already.
  everything_readable,
};

struct QueueCopy {
  std::int64_t messages = 0;
  std::int64_t deliveries = 0;
  std::int64_t evidence = 0;
  std::vector<Damage> damages;
  std::vector<std::string> loose;  // files for CopyWhat::everything_readable
};

// `into` must not hold a queue: Failure "folder-in-use".
[[nodiscard]] base::Result<QueueCopy> copy_queue(const std::string& from, const std::string& into,
                                                 CopyWhat what);

}  // namespace postern::spool
