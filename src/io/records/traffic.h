// How much mail passed a hop, and how: counted from the evidence, for what a change of policy would
// have meant. A message counts once, however many attempts it took.
#pragma once

#include "io/records/database.h"
#include "io/records/records.h"

namespace postern::records {

[[nodiscard]] base::Result<Traffic> count_traffic(Database& database, const TrafficFilter& filter);

}  // namespace postern::records
