#include "core/onboarding/finish_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/onboarding/draft_kit.h"

namespace postern::onboarding {
namespace {

using Action = PlannedChange::Action;
using probe::Readiness;
using ::testing::ElementsAre;
using testing::finding;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Office;
using testing::policy_for;

std::vector<Action> actions(const FinishPlan& plan) {
  std::vector<Action> all;
  for (const auto& one : plan.changes) all.push_back(one.action);
  return all;
}

// corp.example's routes are proved and enforced; partner.example is taken.
Office ready() {
  Office office;
  office.prove_all();
  for (auto& route : office.configuration.internal_routes) route.mode = tls::Mode::strict;
  EXPECT_TRUE(office.write("partner.example"));
  put_finding(office.draft, finding("partner.example", Readiness::strict));
  take_domains(office.draft);
  return office;
}

TEST(FinishPlan, AddsWhatWasTaken) {
  Office office = ready();
  EXPECT_TRUE(office.write("later.example"));
  const FinishPlan plan = office.planned();
  EXPECT_FALSE(plan.why_not);
  ASSERT_THAT(actions(plan), ElementsAre(Action::add));
  EXPECT_EQ(plan.changes[0].text,
            "partner.example comes under Strict - Trusted Enforced, pinned to "
            "mx1.partner.example.");
  EXPECT_EQ(std::get<policy::Policy>(plan.changes[0].what).author, "user:anna");
}

TEST(FinishPlan, EnforcesWhatTheRoutesProved) {
  Office office;
  office.prove(office.route(0), Readiness::strict);
  office.prove(office.route(1), Readiness::relaxed);
  const FinishPlan plan = office.planned();
  EXPECT_FALSE(plan.why_not);
  ASSERT_THAT(actions(plan), ElementsAre(Action::enforce, Action::enforce));
  EXPECT_EQ(std::get<policy::InternalRoute>(plan.changes[0].what).mode, tls::Mode::strict);
  EXPECT_EQ(std::get<policy::InternalRoute>(plan.changes[1].what).mode, tls::Mode::relaxed);
  EXPECT_EQ(plan.changes[0].object, "internal route mx1.corp.example:25");
}

TEST(FinishPlan, SaysWhenARouteIsHeldToLessThanBefore) {
  Office office;
  office.prove_all(Readiness::relaxed);
  office.route(0).mode = tls::Mode::strict;
  office.route(1).mode = tls::Mode::relaxed;
  const FinishPlan plan = office.planned();
  ASSERT_THAT(actions(plan), ElementsAre(Action::lower));
  EXPECT_THAT(plan.changes[0].text,
              HasSubstr("Relaxed Encryption Mode instead of Strict - Trusted Enforced"));
  EXPECT_THAT(plan.changes[0].text, HasSubstr("It is self-signed."));
}

TEST(FinishPlan, TakesPoliciesAwayWithoutAnyProof) {
  Office office;
  office.configuration.policies = {policy_for("partner.example")};
  office.draft.removals = {policy::Scope::parse("partner.example").value()};
  const FinishPlan plan = office.planned();
  EXPECT_FALSE(plan.why_not);
  ASSERT_THAT(actions(plan), ElementsAre(Action::remove));
}

TEST(FinishPlan, RequiresTlsOfTheServersOfEveryInternalDomain) {
  Office office;
  office.prove_all();
  office.draft.require_tls_from_servers = true;
  for (auto& route : office.configuration.internal_routes) route.mode = tls::Mode::strict;
  const FinishPlan plan = office.planned();
  ASSERT_THAT(actions(plan), ElementsAre(Action::require_tls));
  EXPECT_TRUE(std::get<policy::InternalDomain>(plan.changes[0].what).enforce_receipt);
}

TEST(FinishPlan, LeavesDomainsThatAreNotTheAccountsOwnOrNotValidated) {
  Office office;
  office.prove_all();
  office.draft.require_tls_from_servers = true;
  for (auto& route : office.configuration.internal_routes) route.mode = tls::Mode::strict;
  office.configuration.domains[0].enforce_receipt = true;
  office.configuration.domains.push_back(
      policy::testing::internal("other.example", policy::testing::kOther));
  office.configuration.domains.push_back(policy::testing::internal("later.example"));
  office.configuration.domains.back().validated = false;
  EXPECT_EQ(office.planned().why_not->code, "nothing-to-do");
}

TEST(FinishPlan, NamesItsActionsAsTheApiDoes) {
  EXPECT_EQ(action_text(Action::add), "add");
  EXPECT_EQ(action_text(Action::remove), "remove");
  EXPECT_EQ(action_text(Action::enforce), "enforce");
  EXPECT_EQ(action_text(Action::lower), "lower");
  EXPECT_EQ(action_text(Action::require_tls), "require-tls");
}

TEST(FinishPlan, IsRefusedWhileARouteIsNotProved) {
  Office office = ready();
  office.now += std::chrono::hours(2);
  const FinishPlan plan = office.planned();
  ASSERT_TRUE(plan.why_not);
  EXPECT_EQ(plan.why_not->code, "route-not-proved");
  EXPECT_THAT(plan.why_not->text, HasSubstr("more than an hour ago"));
}

TEST(FinishPlan, IsRefusedWhenALineCameUnderPolicyMeanwhile) {
  Office office = ready();
  office.configuration.policies = {policy_for("partner.example")};
  const FinishPlan plan = office.planned();
  ASSERT_TRUE(plan.why_not);
  EXPECT_EQ(plan.why_not->code, "changed-meanwhile");
  EXPECT_THAT(plan.why_not->text, HasSubstr("partner.example is under a policy already."));
}

TEST(FinishPlan, IsRefusedWhenThereIsNothingToDo) {
  Office office;
  EXPECT_EQ(office.planned().why_not->code, "nothing-to-do");
  EXPECT_THAT(office.planned().changes, IsEmpty());
}

TEST(FinishPlan, SaysWhichMailEachChangeTouches) {
  Office office = ready();
  const std::vector<Passage> touches = office.planned().changes.at(0).touches;
  ASSERT_EQ(touches.size(), 2U);
  EXPECT_EQ(touches[0].hop, queue::Hop::gateway_to_partner);
  EXPECT_EQ(touches[0].fails, Passage::Fails::without_tls);
  EXPECT_EQ(touches[1].hop, queue::Hop::partner_to_gateway);

  // Strict where only relaxed is reached: no proof is to be had.
  put_finding(office.draft, finding("partner.example", Readiness::relaxed));
  ASSERT_TRUE(change_domain(office.draft, "partner.example", {.mode = tls::Mode::strict}));
  EXPECT_EQ(office.planned().changes.at(0).touches[0].fails, Passage::Fails::without_proof);
}

TEST(FinishPlan, RepeatsTheSentenceThatWasConfirmed) {
  Office office = ready();
  put_finding(office.draft, finding("partner.example", Readiness::not_ready));
  EXPECT_THAT(office.planned().changes.at(0).text, HasSubstr("only watched"));
  ASSERT_TRUE(change_domain(office.draft, "partner.example", {.confirmed = true}));
  EXPECT_THAT(office.planned().changes.at(0).text, HasSubstr("Confirmed: Mail to partner.example"));
}

}  // namespace
}  // namespace postern::onboarding
