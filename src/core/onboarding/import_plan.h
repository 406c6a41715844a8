// Whether an import, or any other change, would change a policy at all: so importing a file twice
// is importing it once.
#pragma once

#include "core/policy/model.h"

namespace postern::onboarding {

// Equal in all that an administrator can set; ids, author and time of making aside. The order of
// pins, names and exclusions says nothing.
[[nodiscard]] bool same_settings(const policy::Policy& a, const policy::Policy& b);

}  // namespace postern::onboarding
