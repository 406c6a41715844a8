// What an import would do, before it does anything: each proposed policy is new, changes one that
// exists, or changes nothing. So a dry run and the real run agree, and importing a file twice is
// importing it once.
#pragma once

#include <span>
#include <vector>

#include "core/policy/policy_book.h"

namespace postern::onboarding {

enum class Effect { unchanged, added, changed };
[[nodiscard]] std::string_view effect_text(Effect effect);

struct PlannedPolicy {
  Effect effect = Effect::added;
  policy::Policy policy;                   // with the id of the one that it changes
  const policy::Policy* before = nullptr;  // in the book; null for `added`
};

// Equal in all that an administrator can set; ids, author and time of making aside. The order of
// pins, names and exclusions says nothing.
[[nodiscard]] bool same_settings(const policy::Policy& a, const policy::Policy& b);

// In the order of the proposals. A policy is known by its account and scope.
[[nodiscard]] std::vector<PlannedPolicy> plan_import(const policy::PolicyBook& book,
                                                     std::span<const policy::Policy> proposed);

}  // namespace postern::onboarding
