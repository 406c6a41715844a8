// What can be set on a policy, once: the options of `policy add` and `policy set`, the columns of
// `policy import` and `policy export`, and what each accepts.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/failure.h"
#include "core/policy/model.h"

namespace postern::cli {

struct PolicyField {
  std::string_view name;   // the column; the option is the same with "--" and hyphens
  std::string_view value;  // what stands for the value in a help text: "PATTERN"
  std::string_view help;
  bool many;  // several words, with spaces, commas or semicolons between them
  // An empty text sets the field back to what a new policy has.
  base::Result<> (*read)(policy::Policy& policy, std::string_view text);
  std::string (*write)(const policy::Policy& policy);
};

[[nodiscard]] std::span<const PolicyField> policy_fields();
[[nodiscard]] const PolicyField* policy_field(std::string_view name);
[[nodiscard]] std::string option_name(const PolicyField& field);

// Field and text, as given. Failure "invalid-policy" names the field.
using FieldTexts = std::vector<std::pair<const PolicyField*, std::string>>;
[[nodiscard]] base::Result<> apply_fields(policy::Policy& policy, const FieldTexts& fields);

}  // namespace postern::cli
