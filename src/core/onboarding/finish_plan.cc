#include "core/onboarding/finish_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/policy/demands.h"

namespace postern::onboarding {
namespace {

using Action = PlannedChange::Action;
using Fails = Passage::Fails;
using queue::Hop;

policy::Scope exactly(const dns::Domain& domain) {
  policy::Scope scope;
  scope.base = domain;
  return scope;
}

std::string pinned(const policy::Policy& policy) {
  if (policy.mx_pins.empty()) return {};
  std::vector<std::string> names;
  for (const auto& pin : policy.mx_pins) names.push_back(pin.text());
  return fmt::format(", pinned to {}", fmt::join(names, ", "));
}

PlannedChange addition(const NewDomain& domain, const Scene& scene, const std::string& author) {
  PlannedChange change;
  policy::Policy policy = policy_of(domain, scene.account, author, scene.now);
  const bool enforced = policy.stage == tls::Stage::enforce;
  change.action = Action::add;
  change.object = "policy " + policy.scope.text();
  change.text =
      fmt::format("{} comes under {}{}{}.", policy.scope.text(), tls::shown_as(policy.mode),
                  pinned(policy), enforced ? "" : "; it is only watched for now (stage monitor)");
  if (enforced && is_confirmed(domain)) change.text += " Confirmed: " + domain.confirmed_sentence;
  const bool proves = domain.finding && domain.finding->readiness == probe::Readiness::strict;
  const bool needs_proof = policy.mode == tls::Mode::strict && !proves;
  change.touches = {{Hop::gateway_to_partner,
                     policy.scope,
                     {},
                     needs_proof ? Fails::without_proof : Fails::without_tls},
                    {Hop::partner_to_gateway, policy.scope, {}, Fails::without_tls}};
  change.what = std::move(policy);
  return change;
}

PlannedChange removal(const policy::Policy& policy) {
  PlannedChange change;
  change.action = Action::remove;
  change.object = "policy " + policy.scope.text();
  change.text =
      fmt::format("The policy for {} ({}, {}) goes: nothing it demands holds any more.",
                  policy.scope.text(), tls::shown_as(policy.mode), tls::stage_text(policy.stage));
  change.touches = {{Hop::gateway_to_partner, policy.scope, {}, Fails::was_stopped},
                    {Hop::partner_to_gateway, policy.scope, {}, Fails::was_stopped}};
  change.what = policy;
  return change;
}

// A route whose proof is another mode than the one in force.
PlannedChange route_change(policy::InternalRoute route, const RouteProof& proof) {
  PlannedChange change;
  const tls::Mode before = route.mode, after = *proof.mode();
  const bool lower = after < before;
  change.action = lower ? Action::lower : Action::enforce;
  change.object = policy::source_of(route).name;
  if (lower) {
    change.text = fmt::format(
        "Mail for {} over {} is held to less from now on: {} instead of {}, because the test "
        "proved no more{}",
        route.domain.text(), proof.label, tls::shown_as(after), tls::shown_as(before),
        proof.verdict.why ? ": " + proof.verdict.why->sentence : std::string("."));
  } else {
    change.text = fmt::format("Mail for {} goes over {} only as {}.", route.domain.text(),
                              proof.label, tls::shown_as(after));
  }
  change.touches = {
      {Hop::gateway_to_internal, exactly(route.domain), proof.label, Fails::without_tls}};
  route.mode = after;
  change.what = std::move(route);
  return change;
}

PlannedChange receipt_change(policy::InternalDomain domain) {
  PlannedChange change;
  change.action = Action::require_tls;
  change.object = "domain " + domain.domain.text();
  change.text = fmt::format("Internal servers need TLS to send as {}.", domain.domain.text());
  change.touches = {{Hop::internal_to_gateway, exactly(domain.domain), {}, Fails::without_tls}};
  domain.enforce_receipt = true;
  change.what = std::move(domain);
  return change;
}

void add_routes(FinishPlan& plan, const Draft& draft, const Scene& scene) {
  for (const policy::InternalRoute& route : scene.book.configuration().internal_routes) {
    const auto proof = std::ranges::find(draft.routes, route.id, &RouteProof::route);
    if (proof == draft.routes.end() || proof->mode() == route.mode) continue;
    plan.changes.push_back(route_change(route, *proof));
  }
}

void add_receipt(FinishPlan& plan, const Scene& scene) {
  for (const policy::InternalDomain& domain : scene.book.configuration().domains) {
    const bool ours = domain.account == scene.account && domain.validated;
    if (ours && !domain.enforce_receipt) plan.changes.push_back(receipt_change(domain));
  }
}

// A line that was taken and is not valid any more: somebody else was faster.
std::optional<base::Failure> lost_line(const Draft& before, const Draft& now) {
  for (const NewDomain& domain : before.domains) {
    if (!domain.added || now.domain(name_of(domain)) != nullptr) continue;
    const auto line = std::ranges::find_if(
        now.domains, [&](const auto& one) { return name_of(one) == name_of(domain); });
    return base::Failure{"changed-meanwhile", line->why + " Remove it from the list.", {}};
  }
  return std::nullopt;
}

}  // namespace

std::string_view action_text(Action action) {
  switch (action) {
    case Action::add:
      return "add";
    case Action::remove:
      return "remove";
    case Action::enforce:
      return "enforce";
    case Action::lower:
      return "lower";
    case Action::require_tls:
      return "require-tls";
  }
  return "";
}

FinishPlan finish_plan(const Draft& draft, const Scene& scene, const std::string& author) {
  FinishPlan plan;
  Draft current = draft;
  recheck(current, scene);
  for (const NewDomain& domain : current.domains) {
    if (domain.added) plan.changes.push_back(addition(domain, scene, author));
  }
  const bool adds = !plan.changes.empty();
  for (const policy::Scope& scope : current.removals) {
    plan.changes.push_back(removal(*scene.book.policy_for_scope(scene.account, scope)));
  }
  const std::string unproved = why_not(current, scene);
  if (unproved.empty()) add_routes(plan, current, scene);
  if (current.require_tls_from_servers) add_receipt(plan, scene);
  plan.why_not = lost_line(draft, current);
  if (plan.why_not) return plan;
  // Taking policies away needs no proof; whatever is built on routes does.
  const bool about_routes = plan.changes.empty() && !current.routes.empty();
  if (!unproved.empty() && (adds || about_routes)) {
    plan.why_not = base::Failure{"route-not-proved", unproved, {}};
  } else if (plan.changes.empty()) {
    plan.why_not = base::Failure{
        "nothing-to-do", "There is nothing to put in force: the draft changes nothing.", {}};
  }
  return plan;
}

}  // namespace postern::onboarding
