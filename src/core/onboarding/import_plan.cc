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

bool same_settings(const policy::Policy& a, const policy::Policy& b) {
  return settings_of(a) == settings_of(b);
}

}  // namespace postern::onboarding
