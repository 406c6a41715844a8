// What a section's values must satisfy beyond their types. Each answers the sentence of what is
// wrong and how to mend it, or nothing.
#pragma once

#include <optional>
#include <string>

#include "app/settings.h"

namespace postern::app {

#define POSTERN_CHECK(macro, Type, key, sentence) \
  [[nodiscard]] std::optional<std::string> check_section(const Type& section);
POSTERN_SECTIONS(POSTERN_CHECK, POSTERN_CHECK)
#undef POSTERN_CHECK

// What only the whole shows: no listener, a listener with TLS but no certificate.
[[nodiscard]] std::optional<std::string> check_for_serving(const Settings& settings);

}  // namespace postern::app
