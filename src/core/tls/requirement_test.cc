#include "core/tls/requirement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/tls/judge.h"
#include "core/tls/testing.h"

namespace postern::tls {
namespace {

using namespace testing;

Considered exception_line(Mode mode) {
  return {kPolicy, mode, Considered::Fate::waived, "exception until 2026-12-01"};
}

TEST(HostPattern, TakesAWildcardForExactlyOneLabel) {
  const HostPattern wildcard = pattern("*.mail.protection.outlook.com");
  EXPECT_TRUE(wildcard.matches(domain("example-com.mail.protection.outlook.com")));
  EXPECT_FALSE(wildcard.matches(domain("mail.protection.outlook.com")));
  EXPECT_FALSE(wildcard.matches(domain("a.b.mail.protection.outlook.com")));
  EXPECT_FALSE(wildcard.matches(domain("evilmail.protection.outlook.com")));
  EXPECT_FALSE(wildcard.matches(dns::Domain()));
  EXPECT_EQ(wildcard.text(), "*.mail.protection.outlook.com");
}

TEST(HostPattern, TakesAnExactHostForItselfAlone) {
  const HostPattern exact = pattern("MX1.example.com");
  EXPECT_TRUE(exact.matches(domain("mx1.example.com")));
  EXPECT_FALSE(exact.matches(domain("mx2.example.com")));
  EXPECT_EQ(exact, HostPattern::exact(domain("mx1.example.com")));
}

TEST(HostPattern, RefusesWhatIsNoPattern) {
  for (const char* text : {"", "*", "*.", "mx*.example.com", "*.*.example.com", "a b"}) {
    const auto parsed = HostPattern::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, "invalid-pattern");
  }
}

TEST(Requirement, IsOpportunisticWithoutDemands) {
  const Requirement nothing;
  EXPECT_EQ(nothing.mode(), Mode::opportunistic);
  EXPECT_EQ(handshake_profile(nothing), (HandshakeProfile{Version::tls1_0, true}));
}

TEST(Requirement, TakesTheStrongestModeOfAnySource) {
  EXPECT_EQ(relaxed().mode(), Mode::relaxed);
  EXPECT_EQ(strict().mode(), Mode::strict);
  EXPECT_EQ(join(relaxed(kFloor), strict(kSts)).mode(), Mode::strict);
}

TEST(Requirement, CountsMonitoredDemandsOnlyWhenAsked) {
  const Requirement monitored = strict(kPolicy, Standing::monitored);
  EXPECT_EQ(monitored.mode(), Mode::opportunistic);
  EXPECT_EQ(monitored.monitored_mode(), Mode::strict);
  EXPECT_TRUE(monitored.has_monitored());
  EXPECT_FALSE(strict().has_monitored());
}

TEST(Requirement, KeepsOneOfTwoEqualDemands) {
  Requirement requirement = strict();
  const auto before = requirement.demands();
  add_wishes(requirement, kPolicy, authentication(by_name({"mx1.example.com"})));
  EXPECT_EQ(requirement.demands(), before);
}

TEST(Requirement, ReadsOneMeaningInEveryOrderOfNames) {
  Requirement forth, back;
  forth.add({kPolicy, by_name({"a.example", "b.example"})});
  back.add({kPolicy, by_name({"b.example", "a.example", "b.example"})});
  EXPECT_EQ(forth.demands(), back.demands());
  EXPECT_EQ(forth.digest(), back.digest());
}

TEST(Exception, WaivesWhatIsAboveItsModeAndKeepsItInTheList) {
  Requirement requirement = strict();
  requirement.waive_above(Mode::relaxed, exception_line(Mode::relaxed));
  EXPECT_EQ(requirement.mode(), Mode::relaxed);
  EXPECT_EQ(requirement.demands().size(), strict().demands().size());
  EXPECT_TRUE(requirement.used_exception());
  EXPECT_EQ(requirement.considered().back(), exception_line(Mode::relaxed));
}

TEST(Exception, CanWaiveEncryptionAltogether) {
  Requirement requirement = join(strict(kPolicy), join(strict(kDane), strict(kSts)));
  requirement.waive_above(Mode::opportunistic, exception_line(Mode::opportunistic));
  EXPECT_EQ(requirement.mode(), Mode::opportunistic);
  EXPECT_TRUE(judge(requirement, plaintext()).met());
  EXPECT_EQ(handshake_profile(requirement), HandshakeProfile{});
}

TEST(Exception, NeverWaivesRequireTls) {
  Requirement requirement = strict(kPolicy);
  requirement.add({kRequireTls, Encrypt{}});
  requirement.add({kRequireTls, Announce{"REQUIRETLS"}});
  requirement.waive_above(Mode::opportunistic, exception_line(Mode::opportunistic));
  EXPECT_FALSE(judge(requirement, plaintext()).met());
  EXPECT_EQ(judge(requirement, good()).unmet->reason.code, "requiretls-not-announced");
  EXPECT_EQ(judge(requirement, good()).unmet->reason.sentence,
            "mx1.example.com does not announce REQUIRETLS under TLS.");
}

TEST(Exception, NeverWaivesTheOperatorsFloor) {
  Requirement requirement = join(strict(kPolicy), relaxed(kFloor));
  requirement.waive_above(Mode::opportunistic, exception_line(Mode::opportunistic));
  EXPECT_EQ(requirement.mode(), Mode::relaxed);
  EXPECT_FALSE(judge(requirement, plaintext()).met());
}

TEST(Exception, LeavesEncryptionWhereAnUnresolvedSourceMayWantIt) {
  Requirement requirement;
  requirement.add({kDane, Unresolved{"dns-timeout", "TLSA records could not be read."}});
  requirement.waive_above(Mode::relaxed, exception_line(Mode::relaxed));
  EXPECT_FALSE(judge(requirement, plaintext()).met());
  Observation self_signed = good();
  self_signed.chain = Chain::self_signed;
  EXPECT_TRUE(judge(requirement, self_signed).met());
}

TEST(Exception, ThatTakesNothingAwayIsNotUsed) {
  Requirement requirement = relaxed();
  requirement.waive_above(Mode::relaxed, exception_line(Mode::relaxed));
  EXPECT_FALSE(requirement.used_exception());
  EXPECT_EQ(requirement.considered().size(), 1u);
}

TEST(Exception, LeavesMonitoredDemandsMonitored) {
  Requirement requirement = strict(kPolicy, Standing::monitored);
  requirement.waive_above(Mode::opportunistic, exception_line(Mode::opportunistic));
  EXPECT_FALSE(requirement.used_exception());
  EXPECT_TRUE(judge(requirement, plaintext()).would_fail.has_value());
}

TEST(HandshakeProfile, TakesTheHighestFloorInForce) {
  Requirement requirement = relaxed();
  EXPECT_EQ(handshake_profile(requirement), (HandshakeProfile{Version::tls1_2, false}));
  requirement.add({kPolicy, AtLeast{Version::tls1_0}});
  EXPECT_EQ(handshake_profile(requirement).floor, Version::tls1_2);
  requirement.add({kPolicy, AtLeast{Version::tls1_3}});
  EXPECT_EQ(handshake_profile(requirement).floor, Version::tls1_3);
}

TEST(HandshakeProfile, IsNotRaisedByMonitoredDemands) {
  EXPECT_EQ(handshake_profile(strict(kPolicy, Standing::monitored)), HandshakeProfile{});
}

TEST(HandshakeProfile, TakesOldTlsOnlyForTheLegacyFloor) {
  Requirement requirement;
  add_wishes(requirement, kPolicy, encryption(Version::tls1_0));
  EXPECT_EQ(handshake_profile(requirement), (HandshakeProfile{Version::tls1_0, false}));
  Requirement never;
  add_wishes(never, kPolicy, authentication(by_name({"a.example"}), Version::tls1_0));
  EXPECT_EQ(handshake_profile(never).floor, Version::tls1_2);
}

TEST(Digest, IgnoresWhoWishesAndWhatIsNotInForce) {
  EXPECT_EQ(strict(kPolicy).digest(), strict(kSts).digest());
  EXPECT_EQ(strict(kPolicy, Standing::monitored).digest(), Requirement().digest());
  EXPECT_EQ(join(strict(kPolicy), strict(kDane)).digest(), strict().digest());
}

TEST(Digest, CannotBeForgedByTextInAWish) {
  Requirement one, two;
  one.add({kDane, Unresolved{"a", "b"}});
  one.add({kDane, Unresolved{"c", "d"}});
  two.add({kDane, Unresolved{"a", "b;unresolved 1:c;1:d"}});
  EXPECT_NE(one.digest(), two.digest());
}

// --- laws, over sets of demands drawn from a small universe by a fixed seed
// -------------------------

std::vector<Demand> universe() {
  Authenticate dane_only = by_name({"mx1.example.com"});
  dane_only.pkix = false;
  Authenticate pins = by_name({});
  pins.pins = {key(2), key(9)};
  Authenticate address;
  address.addresses = {*base::IpAddress::parse("192.0.2.1")};
  const std::vector<Wish> wishes = {
      Encrypt{},
      AtLeast{Version::tls1_0},
      AtLeast{Version::tls1_2},
      AtLeast{Version::tls1_3},
      HostIn{{pattern("*.example.com")}},
      HostIn{{pattern("mx9.example.net")}},
      HostIn{},
      by_name({"mx1.example.com"}),
      by_name({"mx2.example.com"}),
      by_name({}),
      dane_only,
      pins,
      address,
      Announce{"REQUIRETLS"},
      Announce{"SIZE"},
      Unresolved{"dns-timeout", "no answer"},
  };
  std::vector<Demand> all;
  for (const Source& source : {kPolicy, kDane, kSts, kRequireTls, kFloor})
    for (const Wish& wish : wishes)
      for (const Standing standing : {Standing::in_force, Standing::monitored, Standing::waived})
        all.push_back({source, wish, standing});
  return all;
}

std::vector<Observation> observations() {
  std::vector<Observation> all = {plaintext(), good()};
  Observation refused = plaintext();
  refused.offer = Offer::refused;
  Observation failed = plaintext();
  failed.offer = Offer::offered;
  failed.handshake = Handshake::failed;
  Observation anonymous = good();
  anonymous.anonymous = true;
  anonymous.certificate.reset();
  anonymous.chain = Chain::not_checked;
  Observation weak = good();
  weak.weak_suite = true;
  Observation old = good();
  old.version = Version::tls1_0;
  Observation announced = good();
  announced.extensions = {"SIZE", "REQUIRETLS"};
  for (const Observation& seen : {refused, failed, anonymous, weak, old, announced}) {
    all.push_back(seen);
  }
  for (const Chain chain :
       {Chain::self_signed, Chain::unknown_issuer, Chain::expired, Chain::weak,
        Chain::not_yet_valid, Chain::wrong_purpose, Chain::revoked, Chain::invalid})
    for (const Dane dane :
         {Dane::not_checked, Dane::matched_ee, Dane::matched_ta, Dane::mismatched}) {
      Observation seen = good();
      seen.chain = chain;
      seen.dane = dane;
      all.push_back(seen);
    }
  return all;
}

class Laws : public ::testing::Test {
 protected:
  Requirement draw(std::size_t most = 6) {
    Requirement requirement;
    const std::size_t count = chance_() % (most + 1);
    for (std::size_t i = 0; i < count; ++i) requirement.add(any());
    return requirement;
  }
  const Demand& any() { return universe_[chance_() % universe_.size()]; }

  std::mt19937 chance_{20261123};
  const std::vector<Demand> universe_ = universe();
  const std::vector<Observation> seen_ = observations();
};

constexpr int kRounds = 400;

std::vector<Wish> wishes_in_force(const Requirement& requirement) {
  std::vector<Wish> wishes;
  for (const Demand& demand : requirement.demands()) {
    const bool repeated = !wishes.empty() && wishes.back() == demand.wish;
    if (demand.standing == Standing::in_force && !repeated) wishes.push_back(demand.wish);
  }
  return wishes;
}

TEST_F(Laws, JoinIsCommutativeAssociativeAndIdempotent) {
  for (int round = 0; round < kRounds; ++round) {
    const Requirement a = draw(), b = draw(), c = draw();
    EXPECT_EQ(join(a, b).demands(), join(b, a).demands());
    EXPECT_EQ(join(join(a, b), c).demands(), join(a, join(b, c)).demands());
    EXPECT_EQ(join(a, a).demands(), a.demands());
    EXPECT_EQ(join(a, Requirement()).demands(), a.demands());
  }
}

TEST_F(Laws, OneMoreDemandNeverTurnsUnmetIntoMet) {
  for (int round = 0; round < kRounds; ++round) {
    const Requirement before = draw();
    Requirement after = before;
    after.add(any());
    for (const Observation& seen : seen_) {
      if (!judge(before, seen).met()) EXPECT_FALSE(judge(after, seen).met());
      if (judge_host(before, seen.host)) EXPECT_TRUE(judge_host(after, seen.host).has_value());
    }
    EXPECT_GE(after.mode(), before.mode());
    EXPECT_GE(handshake_profile(after).floor, handshake_profile(before).floor);
    EXPECT_LE(handshake_profile(after).anonymous_suites,
              handshake_profile(before).anonymous_suites);
  }
}

TEST_F(Laws, AJoinIsMetExactlyWhenBothPartsAre) {
  for (int round = 0; round < kRounds; ++round) {
    const Requirement a = draw(), b = draw();
    for (const Observation& seen : seen_) {
      EXPECT_EQ(judge(join(a, b), seen).met(), judge(a, seen).met() && judge(b, seen).met());
    }
  }
}

TEST_F(Laws, DigestsAreEqualExactlyWhenTheWishesInForceAre) {
  std::vector<Requirement> drawn;
  for (int i = 0; i < 150; ++i) drawn.push_back(draw(2));
  for (const Requirement& a : drawn)
    for (const Requirement& b : drawn) {
      EXPECT_EQ(a.digest() == b.digest(), wishes_in_force(a) == wishes_in_force(b));
    }
}

TEST_F(Laws, EqualDigestsAreJudgedAlike) {
  std::vector<Requirement> drawn;
  for (int i = 0; i < 60; ++i) drawn.push_back(draw(2));
  for (const Requirement& a : drawn)
    for (const Requirement& b : drawn) {
      if (a.digest() != b.digest()) continue;
      EXPECT_EQ(handshake_profile(a), handshake_profile(b));
      for (const Observation& seen : seen_) EXPECT_EQ(judge(a, seen).met(), judge(b, seen).met());
    }
}

TEST_F(Laws, MonitoredAndWaivedDemandsNeverBlock) {
  for (int round = 0; round < kRounds; ++round) {
    const Requirement drawn = draw();
    Requirement in_force_alone;
    for (const Demand& demand : drawn.demands()) {
      if (demand.standing == Standing::in_force) in_force_alone.add(demand);
    }
    for (const Observation& seen : seen_) {
      EXPECT_EQ(judge(drawn, seen).met(), judge(in_force_alone, seen).met());
      EXPECT_EQ(judge_host(drawn, seen.host).has_value(),
                judge_host(in_force_alone, seen.host).has_value());
    }
    EXPECT_EQ(handshake_profile(drawn), handshake_profile(in_force_alone));
  }
}

TEST_F(Laws, AnExceptionNeverDemandsMoreAndNeverTouchesRequireTls) {
  for (int round = 0; round < kRounds; ++round) {
    const Requirement before = draw();
    for (const Mode mode : {Mode::opportunistic, Mode::relaxed, Mode::strict}) {
      Requirement after = before;
      after.waive_above(mode, exception_line(mode));
      EXPECT_LE(after.mode(), before.mode());
      for (const Demand& demand : before.demands()) {
        if (demand.source.kind != SourceKind::requiretls) continue;
        EXPECT_NE(std::ranges::find(after.demands(), demand), after.demands().end());
      }
      for (const Observation& seen : seen_) {
        if (judge(before, seen).met()) EXPECT_TRUE(judge(after, seen).met());
      }
    }
  }
}

TEST_F(Laws, WhatMeetsTheModeOfAnExceptionIsMetUnderIt) {
  for (int round = 0; round < kRounds; ++round) {
    Requirement policies;  // sources that an exception can lower
    for (const Demand& demand : draw().demands()) {
      if (demand.source.kind != SourceKind::requiretls && demand.source.kind != SourceKind::floor) {
        policies.add(demand);
      }
    }
    policies.waive_above(Mode::opportunistic, exception_line(Mode::opportunistic));
    for (const Observation& seen : seen_) EXPECT_TRUE(judge(policies, seen).met());
  }
}

}  // namespace
}  // namespace postern::tls
