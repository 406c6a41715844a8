// Kept MTA-STS policies for a command, which may wait for the disk.
#pragma once

#include <memory>

#include "io/records/records.h"
#include "service/mtasts/policies.h"

namespace postern::cli {

// The records stay the caller's.
[[nodiscard]] std::unique_ptr<mtasts::Shelf> shelf_on(records::Records& records);

}  // namespace postern::cli
