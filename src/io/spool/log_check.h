// Whether the queue's log (queue.db-wal) is whole, in the words of the queue.
#pragma once

#include <optional>
#include <string>

#include "io/spool/stored_queue.h"

namespace postern::spool {

// `database` is the path of queue.db. nullopt: whole, or there is none.
[[nodiscard]] std::optional<Damage> check_log_of(const std::string& database);

}  // namespace postern::spool
