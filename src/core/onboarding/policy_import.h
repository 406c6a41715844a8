// Policies for many domains at once, as CSV or as a plain list: what each line is, and which
// policies it makes. Nothing is changed here, so a dry run and the real one agree, and importing
// the same text again changes nothing. A bad line spoils no other.
//
// CSV names its columns in the first line: "domain", and any of policy_fields(). An empty cell says
// nothing, "-" sets the field back to what a new policy has. A line that names
// a policy with other settings is refused unless the rules say that it changes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/onboarding/policy_fields.h"
#include "core/policy/policy_book.h"

namespace postern::onboarding {

struct ImportRules {
  base::AccountId account;
  FieldTexts given;  // hold for every line whose column says nothing
  enum class Known { refused, changed } known = Known::refused;
  std::string author;  // of new policies
  base::Instant now;
};

struct ImportedLine {
  std::int64_t number = 0;  // in the input, from 1
  std::string domain;       // what it names, escaped
  enum class Effect { refused, unchanged, changed, added } effect = Effect::refused;
  std::string verdict;  // of a refusal: "Duplicate Domain", ...
  std::string why;      // of a refusal, one sentence
};
[[nodiscard]] std::string_view effect_text(ImportedLine::Effect effect);

struct PolicyImport {
  std::vector<ImportedLine> lines;
  std::vector<policy::Policy> policies;  // to put: new ones without an id, changed ones with it
};

// Failure: the text cannot be understood at all, such as a column that no policy has.
[[nodiscard]] base::Result<PolicyImport> read_policies(std::string_view text,
                                                       const policy::PolicyBook& book,
                                                       const ImportRules& rules);

}  // namespace postern::onboarding
