// The tables of queue.db; docs/queue-format.md explains them to an administrator.
#pragma once

#include "core/base/failure.h"
#include "io/spool/sqlite.h"

namespace postern::spool {

// Creates what is missing and sets the connection up for writing. A database of a newer Postern is
// refused ("queue-version").
[[nodiscard]] base::Result<> prepare_for_writing(Connection& connection);
[[nodiscard]] base::Result<> prepare_for_reading(Connection& connection);

}  // namespace postern::spool
