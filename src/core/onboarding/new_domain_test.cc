#include "core/onboarding/new_domain.h"

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
using testing::kMain;
using testing::noon;

NewDomain partner(std::optional<probe::DomainFinding> found) {
  NewDomain made;
  made.written = "partner.example";
  made.scope = policy::Scope::parse("partner.example").value();
  if (found) learn(made, *std::move(found));
  return made;
}
NewDomain partner(Readiness readiness) { return partner(finding("partner.example", readiness)); }

NewDomainChange confirmed(bool yes) { return {.confirmed = yes}; }

TEST(NewDomain, ThatIsReadyForStrictIsEnforcedStrictAndPinned) {
  const NewDomain ready = partner(Readiness::strict);
  EXPECT_EQ(mode_of(ready), tls::Mode::strict);
  EXPECT_EQ(stage_of(ready), tls::Stage::enforce);
  EXPECT_THAT(will_fail(ready), IsEmpty());
  EXPECT_THAT(pins_of(ready), ElementsAre(testing::pattern("mx1.partner.example")));
}

TEST(NewDomain, ThatIsReadyForRelaxedIsEnforcedRelaxedWithoutPins) {
  const NewDomain ready = partner(Readiness::relaxed);
  EXPECT_EQ(mode_of(ready), tls::Mode::relaxed);
  EXPECT_EQ(stage_of(ready), tls::Stage::enforce);
  EXPECT_THAT(pins_of(ready), IsEmpty());
}

TEST(NewDomain, ThatIsNotReadyIsOnlyWatchedUntilThatIsConfirmed) {
  NewDomain plain = partner(Readiness::not_ready);
  EXPECT_EQ(stage_of(plain), tls::Stage::monitor);
  EXPECT_THAT(will_fail(plain), HasSubstr("will not be delivered: mx.example does not offer"));
  ASSERT_TRUE(change(plain, confirmed(true)));
  EXPECT_EQ(stage_of(plain), tls::Stage::enforce);
  ASSERT_TRUE(change(plain, confirmed(false)));
  EXPECT_EQ(stage_of(plain), tls::Stage::monitor);
}

TEST(NewDomain, IsNotEnforcedByItsStageAloneWhereMailWillFail) {
  NewDomain plain = partner(Readiness::not_ready);
  const auto refused = change(plain, {.stage = tls::Stage::enforce});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "confirmation-needed");
  EXPECT_THAT(refused.error().text, HasSubstr(will_fail(plain)));
  EXPECT_TRUE(change(plain, {.stage = tls::Stage::enforce, .confirmed = true}));
}

TEST(NewDomain, MustBeConfirmedAnewWhenALookFindsOtherThings) {
  NewDomain plain = partner(Readiness::not_ready);
  ASSERT_TRUE(change(plain, confirmed(true)));
  auto other = finding("partner.example", Readiness::not_ready);
  other.why = tls::Reason{"connection-refused", "mx.example refuses connections."};
  learn(plain, other);
  EXPECT_FALSE(is_confirmed(plain));
  EXPECT_EQ(stage_of(plain), tls::Stage::monitor);
}

TEST(NewDomain, ThatIsUnknownSaysSo) {
  EXPECT_THAT(will_fail(partner(Readiness::unknown)), HasSubstr("is not known"));
  EXPECT_EQ(stage_of(partner(Readiness::unknown)), tls::Stage::monitor);
}

TEST(NewDomain, FailsUnderStrictWhereOnlyRelaxedIsReached) {
  NewDomain ready = partner(Readiness::relaxed);
  ASSERT_TRUE(change(ready, {.mode = tls::Mode::strict}));
  EXPECT_THAT(will_fail(ready), HasSubstr("does not offer STARTTLS"));
  EXPECT_EQ(stage_of(ready), tls::Stage::monitor);
}

TEST(NewDomain, TakesNoOpportunisticPolicy) {
  NewDomain ready = partner(Readiness::strict);
  EXPECT_EQ(change(ready, {.mode = tls::Mode::opportunistic}).error().code, "invalid-mode");
}

TEST(NewDomain, FailsWhenItsPinsLeaveOutEveryServerThatProvesItself) {
  NewDomain ready = partner(Readiness::strict);
  ASSERT_TRUE(change(ready, {.pins = std::vector{testing::pattern("mx.elsewhere.example")}}));
  EXPECT_THAT(will_fail(ready), HasSubstr("is among the pinned MX names"));
  ASSERT_TRUE(change(ready, {.pins = std::vector{testing::pattern("*.partner.example")}}));
  EXPECT_THAT(will_fail(ready), IsEmpty());
}

TEST(NewDomain, WithoutPinsNeedsSecureNamesOrACertificateForItself) {
  auto found = finding("partner.example", Readiness::strict);
  NewDomain ready = partner(found);
  ASSERT_TRUE(change(ready, {.pins = std::vector<tls::HostPattern>{}}));
  EXPECT_THAT(will_fail(ready), HasSubstr("no MX name is pinned"));

  found.hosts[0].secure = true;
  learn(ready, found);
  EXPECT_THAT(will_fail(ready), IsEmpty());

  found.hosts[0].secure = false;
  probe::AddressFinding address;
  address.readiness = Readiness::strict;
  address.observation.certificate.emplace().dns_names = {"partner.example"};
  found.hosts[0].addresses = {address};
  learn(ready, found);
  EXPECT_THAT(will_fail(ready), IsEmpty());
}

TEST(NewDomain, KeepsChoicesOverANewLook) {
  NewDomain ready = partner(Readiness::strict);
  ASSERT_TRUE(change(ready, {.stage = tls::Stage::monitor}));
  learn(ready, finding("partner.example", Readiness::strict, "mx2.partner.example"));
  EXPECT_EQ(stage_of(ready), tls::Stage::monitor);
  EXPECT_THAT(pins_of(ready), ElementsAre(testing::pattern("mx2.partner.example")));
}

TEST(NewDomain, WithoutMailIsRefusedAndLeavesWhatWasTaken) {
  NewDomain gone = partner(Readiness::strict);
  gone.added = true;
  auto none = finding("partner.example", Readiness::not_ready);
  none.why = tls::Reason{"no-such-domain", "partner.example does not exist."};
  learn(gone, none);
  EXPECT_EQ(gone.verdict, Verdict::domain_not_found);
  EXPECT_EQ(gone.why, "partner.example does not exist.");
  EXPECT_FALSE(gone.added);
  learn(gone, finding("partner.example", Readiness::strict));
  EXPECT_EQ(gone.verdict, Verdict::valid);
}

TEST(NewDomain, ThatIsAWildcardIsNotLookedAtAndOnlyWatched) {
  NewDomain wild;
  wild.scope = policy::Scope::parse("*.gov.uk").value();
  EXPECT_FALSE(needs_look(wild));
  EXPECT_THAT(will_fail(wild), HasSubstr("below gov.uk were not looked at"));
  EXPECT_EQ(stage_of(wild), tls::Stage::monitor);
}

TEST(NewDomain, BecomesAPolicyWithAuthorAndNote) {
  const auto policy = policy_of(partner(Readiness::strict), kMain, "user:anna", noon());
  EXPECT_EQ(policy.scope.text(), "partner.example");
  EXPECT_EQ(policy.author, "user:anna");
  EXPECT_EQ(policy.created, noon());
  EXPECT_EQ(policy.note, "A live look found: Ready: strict.");
  EXPECT_TRUE(policy.delivery && policy.receipt);
}

}  // namespace
}  // namespace postern::onboarding
