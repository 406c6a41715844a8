// A domain on its way under policy: what was written, what the live look found, and what the
// administrator chose instead of what that suggests (docs/tls-policy.md 8). Pure.
//
// Only choices are kept; all that follows from them is worked out when asked for, so a new look
// shows at once, and nothing can be stale. A confirmation is kept as the very sentence that was
// confirmed: when another look finds other things, the sentence differs and must be confirmed anew.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/onboarding/domain_list.h"
#include "core/probe/findings.h"

namespace postern::onboarding {

struct NewDomain {
  std::string written;  // escaped
  policy::Scope scope;  // base empty when it is no domain
  Verdict verdict = Verdict::valid;
  std::string why;     // one sentence; empty for valid
  bool added = false;  // taken with Add: Finish puts it in force
  std::optional<probe::DomainFinding> finding;
  // Not set: what the finding suggests.
  std::optional<std::vector<tls::HostPattern>> pins_choice;
  std::optional<tls::Mode> mode_choice;
  std::optional<tls::Stage> stage_choice;
  std::string confirmed_sentence;
};

// The domain as A-labels; as written where it is no domain.
[[nodiscard]] std::string name_of(const NewDomain& domain);

// A wildcard stands for many domains: none of them is looked at.
[[nodiscard]] bool needs_look(const NewDomain& domain);
[[nodiscard]] bool was_looked_at(const NewDomain& domain);

// The policy's mode: what a delivery would reach now, and strict where that is nothing.
[[nodiscard]] tls::Mode mode_of(const NewDomain& domain);
// MX patterns to pin; none for a relaxed policy, which asks for no name.
[[nodiscard]] std::vector<tls::HostPattern> pins_of(const NewDomain& domain);
// The sentence that says what will fail once the policy is enforced; empty: nothing.
[[nodiscard]] std::string will_fail(const NewDomain& domain);
[[nodiscard]] bool is_confirmed(const NewDomain& domain);
// Enforce; monitor where something will fail that nobody confirmed, or where it was chosen.
[[nodiscard]] tls::Stage stage_of(const NewDomain& domain);

// What is to change; what is not set stays.
struct NewDomainChange {
  std::optional<std::vector<tls::HostPattern>> pins{};
  std::optional<tls::Mode> mode{};
  std::optional<tls::Stage> stage{};
  std::optional<bool> confirmed{};
};
// Failures: "invalid-mode"; "confirmation-needed" for enforcing what will fail.
[[nodiscard]] base::Result<> change(NewDomain& domain, const NewDomainChange& wanted);

// A new look; "No Mail" and "Domain Not Found" become the verdict.
void learn(NewDomain& domain, probe::DomainFinding finding);

// What Finish adds.
[[nodiscard]] policy::Policy policy_of(const NewDomain& domain, base::AccountId account,
                                       const std::string& author, base::Instant now);

}  // namespace postern::onboarding
