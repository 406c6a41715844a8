// Files that hold secrets, read and written with words for whoever has to mend them. At most 1 MiB.
//
// Failures: "unreadable-file", "exposed-key" (everybody may read the secret), "unwritable-file".
#pragma once

#include <string>
#include <string_view>

#include "core/base/failure.h"

namespace postern::crypto {

enum class Secrecy { open, secret };
[[nodiscard]] base::Result<std::string> read_file(const std::string& file, Secrecy secrecy);

// Puts the whole text there for this user alone (0600), synced, in one step: whoever reads sees the
// old file or the new one.
[[nodiscard]] base::Result<> write_secret(const std::string& file, std::string_view text);

}  // namespace postern::crypto
