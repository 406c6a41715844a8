// External domains as a person writes or pastes them: one a line, each with its own verdict
// (docs/tls-policy.md 8). The wizard, the import and the API read them here.
//
// Lines are normalised: trimmed, trailing dot dropped, case folded, U-labels to A-labels, and
// "user@domain" to its domain. "*.gov.uk" is taken where wildcards are allowed. Empty lines and
// lines that begin with # say nothing. What needs the DNS (No Mail, Domain Not Found) is added by
// the probe: from_probe() says which code means which verdict.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/policy_book.h"

namespace postern::onboarding {

enum class Verdict {
  valid,
  duplicate_domain,  // in the batch, or already under policy
  invalid_domain,
  public_suffix,
  internal_domain,
  no_mail,  // null MX
  domain_not_found,
};
[[nodiscard]] std::string_view shown_as(Verdict verdict);   // "Duplicate Domain", ...
[[nodiscard]] std::string_view api_value(Verdict verdict);  // "duplicate-domain", ...

// The verdict that a lookup's failure code ("null-mx", "no-such-domain", "no-mx") amounts to;
// nothing for codes that say nothing about the domain itself.
[[nodiscard]] std::optional<Verdict> from_probe(std::string_view reason_code);

struct Line {
  int number = 0;       // in the input, from 1
  std::string text;     // as written, escaped
  policy::Scope scope;  // base empty when it is not a domain
  Verdict verdict = Verdict::valid;
  std::string why;  // one sentence; empty for valid
};

struct DomainListRules {
  std::size_t most = 0;  // lines that count; 0: no ceiling
  bool wildcards = true;
};

struct DomainList {
  std::vector<Line> lines;
  // Set when there are more lines than allowed: the first line too many, and where to go instead.
  std::optional<base::Failure> too_many;
  [[nodiscard]] std::size_t valid() const;
};

// `book` may be null: then nothing is internal or under policy yet.
[[nodiscard]] DomainList read_domain_list(std::string_view text, const policy::PolicyBook* book,
                                          base::AccountId account, const DomainListRules& rules);

// One domain by itself, against what exists; duplicates within a batch are the caller's.
[[nodiscard]] Line read_domain(std::string_view text, const policy::PolicyBook* book,
                               base::AccountId account, bool wildcards);

}  // namespace postern::onboarding
