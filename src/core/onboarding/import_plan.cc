#include "core/onboarding/import_plan.h"

#include <algorithm>

namespace postern::onboarding {
namespace {

template <class Value>
void normalise(std::vector<Value>& values) {
  std::ranges::sort(values);
  const auto again = std::ranges::unique(values);
  values.erase(again.begin(), again.end());
}

// What is left when everything that is not a setting is taken away.
policy::Policy settings_of(policy::Policy policy) {
  policy.id = {};
  policy.author.clear();
  policy.created = {};
  normalise(policy.scope.exclusions);
  normalise(policy.mx_pins);
  normalise(policy.names);
  normalise(policy.spki_pins);
  normalise(policy.client_names);
  return policy;
}

}  // namespace

std::string_view effect_text(Effect effect) {
  switch (effect) {
    case Effect::unchanged:
      return "unchanged";
    case Effect::added:
      return "added";
    case Effect::changed:
      return "changed";
  }
  return "unchanged";
}

bool same_settings(const policy::Policy& a, const policy::Policy& b) {
  return settings_of(a) == settings_of(b);
}

std::vector<PlannedPolicy> plan_import(const policy::PolicyBook& book,
                                       std::span<const policy::Policy> proposed) {
  std::vector<PlannedPolicy> plan;
  plan.reserve(proposed.size());
  for (const policy::Policy& policy : proposed) {
    PlannedPolicy one{Effect::added, policy, book.policy_for_scope(policy.account, policy.scope)};
    if (one.before != nullptr) {
      one.policy.id = one.before->id;
      one.policy.created = one.before->created;
      one.effect = same_settings(policy, *one.before) ? Effect::unchanged : Effect::changed;
    }
    plan.push_back(std::move(one));
  }
  return plan;
}

}  // namespace postern::onboarding
