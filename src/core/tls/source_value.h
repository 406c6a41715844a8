// The kinds of sources as programs read them, in evidence, explanations and the API: words that do
// not change. source_text() is for people.
#pragma once

#include <string_view>

#include "core/tls/requirement.h"

namespace postern::tls {

[[nodiscard]] std::string_view source_value(SourceKind kind);

}  // namespace postern::tls
