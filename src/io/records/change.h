// A set of changes as one write transaction on a connection of its own, so that a reader beside it
// never sees half of it, and so that leaving it undoes everything.
#pragma once

#include <memory>

#include "io/records/audit_log.h"
#include "io/records/database.h"
#include "io/records/records.h"

namespace postern::records {

[[nodiscard]] base::Result<std::unique_ptr<Change>> begin_change(std::unique_ptr<Database> database,
                                                                 Actor actor, base::Instant now);

}  // namespace postern::records
