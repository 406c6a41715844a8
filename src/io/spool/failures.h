// The failures that a disk can cause, in the words of spool.h.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/failure.h"

namespace postern::spool {

// `error` is an errno: "disk-full" for ENOSPC and EDQUOT, else "disk-error". `doing` is a phrase:
// "writing to a segment".
[[nodiscard]] base::Failure disk_failure(int error, std::string_view doing, std::string_view path);

// Free space is below the reserve, which is kept for finishing what is queued.
[[nodiscard]] base::Failure reserve_reached(std::string_view directory);

[[nodiscard]] base::Failure spool_closed();

// "queue-damaged": a start that would lose mail for good.
[[nodiscard]] base::Failure queue_damaged(std::string_view path, std::int64_t offset,
                                          std::string_view what);

}  // namespace postern::spool
