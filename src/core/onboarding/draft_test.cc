#include "core/onboarding/draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/onboarding/draft_kit.h"

namespace postern::onboarding {
namespace {

using probe::Readiness;
using testing::domain;
using ::testing::ElementsAre;
using testing::finding;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Office;
using testing::policy_for;

std::vector<Verdict> verdicts(const Draft& draft) {
  std::vector<Verdict> all;
  for (const NewDomain& one : draft.domains) all.push_back(one.verdict);
  return all;
}

// --- routes and Next -----------------------------------------------------------------------------

TEST(DraftRoutes, KeepNextClosedUntilOneWasTested) {
  Office office;
  EXPECT_THAT(office.blocked(), HasSubstr("No internal server route has been tested"));
}

TEST(DraftRoutes, OpenNextWhenEveryOnePasses) {
  Office office;
  office.prove(office.route(0), Readiness::strict);
  office.prove(office.route(1), Readiness::relaxed);
  EXPECT_THAT(office.blocked(), IsEmpty());
}

TEST(DraftRoutes, KeepNextClosedWhileOneIsRed) {
  Office office;
  office.prove(office.route(0), Readiness::strict);
  office.prove(office.route(1), Readiness::not_ready);
  EXPECT_THAT(office.blocked(), HasSubstr("mx2.corp.example:25: TLS Not Supported."));
}

TEST(DraftRoutes, KeepNextClosedWhileOneOfTheDomainWasNotTested) {
  Office office;
  office.prove(office.route(0), Readiness::strict);
  EXPECT_THAT(office.blocked(), HasSubstr("mx2.corp.example:25 has not been tested"));
}

TEST(DraftRoutes, MustBeTestedAgainAfterAnHour) {
  Office office;
  office.prove_all();
  office.now += proof_lifetime;
  EXPECT_THAT(office.blocked(), IsEmpty());
  office.now += std::chrono::seconds(1);
  EXPECT_THAT(office.blocked(), HasSubstr("more than an hour ago"));
}

TEST(DraftRoutes, MustBeTestedAgainAfterAChange) {
  Office office;
  office.prove_all();
  office.route(1).port = 2525;
  EXPECT_THAT(office.blocked(), HasSubstr("was changed after its test"));
}

TEST(DraftRoutes, MustBeTestedAgainAfterAnotherPasswordOrOtherCas) {
  Office office;
  office.route(1).login = policy::Login{"gateway", "before"};
  office.prove_all();
  EXPECT_THAT(office.blocked(), IsEmpty());
  office.route(1).login->password = "after";
  EXPECT_THAT(office.blocked(), HasSubstr("mx2.corp.example:25 was changed after its test"));
  office.prove_all();
  office.configuration.accounts.at(0).ca_bundle = "-----BEGIN CERTIFICATE-----\nanother\n";
  EXPECT_THAT(office.blocked(), HasSubstr("mx1.corp.example:25 was changed after its test"));
  office.prove_all();
  EXPECT_THAT(office.blocked(), IsEmpty());
  for (const RouteProof& proof : office.draft.routes) {
    EXPECT_EQ(proof.tested.find("after"), std::string::npos);
  }
}

TEST(DraftRoutes, ThatAreGoneBlockNothing) {
  Office office;
  office.prove(office.route(0), Readiness::strict);
  office.prove(office.route(1), Readiness::not_ready);
  office.configuration.internal_routes.pop_back();
  office.look_again();
  EXPECT_EQ(office.draft.routes.size(), 1U);
  EXPECT_THAT(office.blocked(), IsEmpty());
}

TEST(DraftRoutes, AreTestedAgainInTheirPlace) {
  Office office;
  office.prove_all(Readiness::not_ready);
  office.prove_all(Readiness::strict);
  EXPECT_EQ(office.draft.routes.size(), 2U);
  EXPECT_THAT(office.blocked(), IsEmpty());
}

TEST(DraftSteps, GoOnOnlyWithProvedRoutesAndBackAtAnyTime) {
  Office office;
  const auto go = [&](Step step) {
    return office.see([&](const Scene& scene) { return go_to(office.draft, step, scene); });
  };
  EXPECT_TRUE(go(Step::validate));
  EXPECT_EQ(go(Step::domains).error().code, "route-not-proved");
  EXPECT_EQ(office.draft.step, Step::validate);
  office.prove_all();
  EXPECT_TRUE(go(Step::domains));
  office.now += std::chrono::hours(2);
  EXPECT_TRUE(go(Step::validate));
}

TEST(DraftSteps, LeadFromStartToReviewWhenNothingIsAdded) {
  Office office;
  EXPECT_TRUE(office.see([&](const Scene& s) { return go_to(office.draft, Step::review, s); }));
}

// --- lines ---------------------------------------------------------------------------------------

TEST(DraftLines, EachGetItsOwnVerdict) {
  Office office;
  office.configuration.policies = {policy_for("there.example")};
  ASSERT_TRUE(
      office.write("bob@New.Example.\nthere.example\nnew.example\nnot a domain\nco.uk\n"
                   "hr.corp.example\n*.gov.uk\n"));
  EXPECT_THAT(verdicts(office.draft),
              ElementsAre(Verdict::valid, Verdict::duplicate_domain, Verdict::duplicate_domain,
                          Verdict::invalid_domain, Verdict::public_suffix, Verdict::internal_domain,
                          Verdict::valid));
  EXPECT_EQ(name_of(office.draft.domains[0]), "new.example");
  EXPECT_EQ(name_of(office.draft.domains[3]), "not a domain");
}

std::string many_lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "d" + std::to_string(i) + ".example\n";
  return text;
}

TEST(DraftLines, AreTakenFiftyAtATimeAndAllOrNone) {
  Office office;
  const auto refused = office.write(many_lines(51));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "too-many-lines");
  EXPECT_THAT(refused.error().text, HasSubstr("bulk import"));
  EXPECT_THAT(office.draft.domains, IsEmpty());
  EXPECT_TRUE(office.write(many_lines(50)));
  EXPECT_EQ(office.draft.domains.size(), 50U);
}

TEST(DraftLines, WrittenAgainAreDuplicatesAndChangeNothing) {
  Office office;
  ASSERT_TRUE(office.write("a.example"));
  put_finding(office.draft, finding("a.example", Readiness::strict));
  ASSERT_TRUE(office.write("A.example"));
  EXPECT_THAT(verdicts(office.draft), ElementsAre(Verdict::valid, Verdict::duplicate_domain));
  EXPECT_TRUE(office.draft.domains[0].finding.has_value());
}

TEST(DraftLines, ThatWereRefusedAreJudgedAgainWhenWrittenAgain) {
  Office office;
  ASSERT_TRUE(office.write("a.example"));
  probe::DomainFinding none = finding("a.example", Readiness::not_ready);
  none.why = tls::Reason{"null-mx", "a.example takes no mail."};
  put_finding(office.draft, none);
  EXPECT_THAT(verdicts(office.draft), ElementsAre(Verdict::no_mail));
  ASSERT_TRUE(office.write("a.example"));
  EXPECT_THAT(verdicts(office.draft), ElementsAre(Verdict::valid));
}

TEST(DraftLines, BecomeDuplicatesWhenSomebodyElseAddsThePolicy) {
  Office office;
  ASSERT_TRUE(office.write("a.example"));
  put_finding(office.draft, finding("a.example", Readiness::strict));
  take_domains(office.draft);
  office.configuration.policies = {policy_for("a.example")};
  office.look_again();
  EXPECT_THAT(verdicts(office.draft), ElementsAre(Verdict::duplicate_domain));
  EXPECT_FALSE(office.draft.domains[0].added);
  office.configuration.policies.clear();
  office.look_again();
  EXPECT_THAT(verdicts(office.draft), ElementsAre(Verdict::valid));
}

TEST(DraftLines, GoTheRefusedOnesFirst) {
  Office office;
  ASSERT_TRUE(office.write("a.example\na.example"));
  ASSERT_TRUE(remove_domain(office.draft, "a.example"));
  EXPECT_THAT(verdicts(office.draft), ElementsAre(Verdict::valid));
  ASSERT_TRUE(remove_domain(office.draft, "a.example"));
  EXPECT_EQ(remove_domain(office.draft, "a.example").error().code, "not-found");
}

TEST(DraftLines, AreTakenOnceTheyWereLookedAt) {
  Office office;
  ASSERT_TRUE(office.write("a.example\nb.example\n*.gov.uk\nnot a domain"));
  put_finding(office.draft, finding("a.example", Readiness::strict));
  take_domains(office.draft);
  std::vector<std::string> taken;
  for (const auto& one : office.draft.domains) {
    if (one.added) taken.push_back(name_of(one));
  }
  EXPECT_THAT(taken, ElementsAre("a.example", "*.gov.uk"));
}

TEST(DraftLines, ThatAreGoneDoNotComeBackWithALateLook) {
  Office office;
  put_finding(office.draft, finding("a.example", Readiness::strict));
  EXPECT_THAT(office.draft.domains, IsEmpty());
}

TEST(DraftRemovals, AreOfPoliciesThatExist) {
  Office office;
  office.configuration.policies = {policy_for("a.example"), policy_for("*.gov.uk")};
  const auto remove = [&](std::string_view name) {
    return office.see([&](const Scene& scene) { return add_removal(office.draft, name, scene); });
  };
  EXPECT_TRUE(remove("A.example"));
  EXPECT_TRUE(remove("a.example"));
  EXPECT_TRUE(remove("*.gov.uk"));
  EXPECT_EQ(remove("b.example").error().code, "not-found");
  EXPECT_EQ(office.draft.removals.size(), 2U);
  EXPECT_TRUE(drop_removal(office.draft, "*.gov.uk"));
  EXPECT_EQ(drop_removal(office.draft, "*.gov.uk").error().code, "not-found");
  office.configuration.policies.clear();
  office.look_again();
  EXPECT_THAT(office.draft.removals, IsEmpty());
}

}  // namespace
}  // namespace postern::onboarding
