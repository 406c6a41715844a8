// What can be set on a policy, once: the options of `policy add` and `policy set`, the columns of
// `policy import` and `policy export`, and what each accepts.
#pragma once

#include "core/onboarding/fields.h"
#include "core/policy/model.h"

namespace postern::onboarding {

using PolicyField = Field<policy::Policy>;

[[nodiscard]] std::span<const PolicyField> policy_fields();

}  // namespace postern::onboarding
