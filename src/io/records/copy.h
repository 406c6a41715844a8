// A copy of the records at one moment, made beside a running gateway.
#pragma once

#include <string>

#include "core/base/failure.h"

namespace postern::records {

// `into` is a new file. Nothing that is written meanwhile is in it, and nobody waits for it.
[[nodiscard]] base::Result<> copy_records(const std::string& from, const std::string& into);

}  // namespace postern::records
