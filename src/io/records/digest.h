// The digest that chains the audit log and names a CA bundle.
#pragma once

#include <string>
#include <string_view>

namespace postern::records {

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace postern::records
