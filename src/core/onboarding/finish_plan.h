// What Finish will do with a draft, before it does anything: the plan that is shown and the change
// that is made come from here alone, so they agree. Pure.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/onboarding/draft.h"
#include "core/queue/evidence.h"

namespace postern::onboarding {

// Mail of the last days that a change would have touched: asked of the evidence, one a hop.
struct Passage {
  queue::Hop hop = queue::Hop::gateway_to_partner;
  policy::Scope scope;
  std::string peer_host;  // of a route; empty: any
  // Which of it would have failed.
  enum class Fails {
    without_tls,    // in clear, or with TLS that no enforced mode takes
    without_proof,  // also what did not authenticate the server: it cannot now
    was_stopped,    // what the policy stopped, and will not stop any more
  };
  Fails fails = Fails::without_tls;
};

struct PlannedChange {
  enum class Action {
    add,
    remove,
    enforce,
    lower,  // a route proved less than what is enforced
    require_tls,
  };
  Action action = Action::add;
  std::string object;  // "policy example.com", "internal route mx1.corp.example:25", ...
  std::string text;    // one sentence
  std::vector<Passage> touches;
  // What to put, with its new values; of `remove`, what goes.
  std::variant<policy::Policy, policy::InternalRoute, policy::InternalDomain> what;
};
[[nodiscard]] std::string_view action_text(PlannedChange::Action action);

struct FinishPlan {
  std::vector<PlannedChange> changes;
  // Why Finish is not allowed: "route-not-proved", "changed-meanwhile", "nothing-to-do".
  std::optional<base::Failure> why_not;
};

// `draft` as it was kept; what changed since (recheck) is found here.
[[nodiscard]] FinishPlan finish_plan(const Draft& draft, const Scene& scene,
                                     const std::string& author);

}  // namespace postern::onboarding
