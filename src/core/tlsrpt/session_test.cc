#include "core/tlsrpt/session.h"

#include <gtest/gtest.h>

#include "core/tls/testing.h"

namespace postern::tlsrpt {
namespace {

using tls::testing::domain;

route::RoutePlan plan() {
  route::RoutePlan plan;
  plan.domain = domain("example.com");
  plan.hosts.emplace_back();
  plan.hosts[0].host = domain("mx1.example.com");
  plan.hosts[0].dane_names = tls::testing::domains({"mx1.example.com", "example.com"});
  return plan;
}

route::RoutePlan with_sts(mtasts::PolicyMode mode, const char* listed = "mx1.example.com") {
  route::RoutePlan all = plan();
  all.sts.emplace();
  all.sts->state = mtasts::Found::State::policy;
  all.sts->policy = {mode, {tls::testing::pattern(listed)}, std::chrono::days(1)};
  all.sts->code.clear();
  return all;
}

route::RoutePlan with_dane(dane::Facts::State state) {
  route::RoutePlan all = plan();
  all.hosts[0].dane.state = state;
  if (state == dane::Facts::State::usable) {
    all.hosts[0].dane.records = {{3, 1, 1, std::vector<std::uint8_t>(32, 7)}};
  }
  if (state == dane::Facts::State::unresolved) all.hosts[0].dane.code = "dns-servfail";
  return all;
}

std::vector<TallyRow> rows(const route::RoutePlan& plan, const tls::Observation& seen) {
  return rows_of({plan, plan.hosts[0], seen, *base::IpAddress::parse("203.0.113.5")});
}

// "sts: certificate-expired", "no-policy-found: good", one for each row.
std::string words(const std::vector<TallyRow>& rows) {
  std::string text;
  for (const TallyRow& row : rows) {
    if (!text.empty()) text += ", ";
    text += policy_type_text(row.policy.type);
    text += ": " + (row.failure ? row.failure->result_type : "good");
  }
  return text;
}

tls::Observation good() { return tls::testing::good(); }
tls::Observation expired() {
  tls::Observation seen = good();
  seen.chain = tls::Chain::expired;
  return seen;
}
tls::Observation broken() {
  tls::Observation seen = tls::testing::plaintext();
  seen.offer = tls::Offer::offered;
  seen.handshake = tls::Handshake::failed;
  return seen;
}
tls::Observation not_connected() {
  tls::Observation seen;
  seen.host = domain("mx1.example.com");
  return seen;
}

TEST(Session, WithoutAPolicyEncryptionIsASuccess) {
  EXPECT_EQ(words(rows(plan(), expired())), "no-policy-found: good");
}

TEST(Session, WithoutAPolicyPlaintextIsAFailure) {
  EXPECT_EQ(words(rows(plan(), tls::testing::plaintext())),
            "no-policy-found: starttls-not-supported");
}

TEST(Session, SaysBetweenWhomItFailed) {
  const auto all = rows(plan(), broken());
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].domain, domain("example.com"));
  ASSERT_TRUE(all[0].failure);
  EXPECT_EQ(all[0].failure->result_type, "validation-failure");
  EXPECT_EQ(all[0].failure->reason_code, "handshake-failed");
  EXPECT_EQ(all[0].failure->receiving_mx, "mx1.example.com");
  EXPECT_EQ(all[0].failure->receiving_ip, "192.0.2.1");
  EXPECT_EQ(all[0].failure->sending_mta_ip, "203.0.113.5");
}

TEST(Session, ThatNeverWasIsNotCounted) {
  EXPECT_TRUE(rows(plan(), not_connected()).empty());
  EXPECT_TRUE(rows(with_sts(mtasts::PolicyMode::enforce), not_connected()).empty());
  EXPECT_TRUE(rows(with_dane(dane::Facts::State::usable), not_connected()).empty());
}

TEST(Session, IsHeldAgainstAnMtaStsPolicyAlsoInTesting) {
  for (const auto mode : {mtasts::PolicyMode::enforce, mtasts::PolicyMode::testing}) {
    EXPECT_EQ(words(rows(with_sts(mode), good())), "sts: good");
    EXPECT_EQ(words(rows(with_sts(mode), expired())), "sts: certificate-expired");
    EXPECT_EQ(words(rows(with_sts(mode), tls::testing::plaintext())),
              "sts: starttls-not-supported");
  }
}

TEST(Session, QuotesTheMtaStsPolicy) {
  const auto all = rows(with_sts(mtasts::PolicyMode::enforce), good());
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].policy.domain, "example.com");
  EXPECT_EQ(all[0].policy.mx_hosts, std::vector<std::string>{"mx1.example.com"});
  EXPECT_EQ(all[0].policy.strings,
            (std::vector<std::string>{"version: STSv1", "mode: enforce", "mx: mx1.example.com",
                                      "max_age: 86400"}));
}

TEST(Session, WithAHostThatThePolicyDoesNotListIsAFailureThoughItWasNotBegun) {
  const auto all = with_sts(mtasts::PolicyMode::enforce, "mx.other.example");
  const auto counted = rows(all, not_connected());
  ASSERT_EQ(words(counted), "sts: validation-failure");
  EXPECT_EQ(counted[0].failure->reason_code, "mx-not-listed");
}

TEST(Session, UnderAPolicyOfModeNoneIsOneWithoutAPolicy) {
  EXPECT_EQ(words(rows(with_sts(mtasts::PolicyMode::none), expired())), "no-policy-found: good");
}

TEST(Session, TellsThatThePolicyCouldNotBeHad) {
  route::RoutePlan all = plan();
  all.sts.emplace();
  all.sts->state = mtasts::Found::State::none;
  for (const char* code : {"sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid"}) {
    all.sts->code = code;
    EXPECT_EQ(words(rows(all, good())), std::string("sts: ") + code);
  }
}

TEST(Session, IsHeldAgainstTlsaRecords) {
  const auto usable = with_dane(dane::Facts::State::usable);
  tls::Observation seen = good();
  seen.dane = tls::Dane::matched_ee;
  EXPECT_EQ(words(rows(usable, seen)), "tlsa: good");
  seen.dane = tls::Dane::mismatched;
  const auto counted = rows(usable, seen);
  ASSERT_EQ(words(counted), "tlsa: validation-failure");
  EXPECT_EQ(counted[0].failure->reason_code, "dane-mismatch");
  EXPECT_EQ(counted[0].policy.domain, "mx1.example.com");
  ASSERT_EQ(counted[0].policy.strings.size(), 1U);
  EXPECT_TRUE(counted[0].policy.strings[0].starts_with("3 1 1 0707"));
}

TEST(Session, TellsThatNoTlsaRecordIsUsable) {
  EXPECT_EQ(words(rows(with_dane(dane::Facts::State::unusable), good())), "tlsa: tlsa-invalid");
}

TEST(Session, ThatDnssecForbadeIsAFailureThoughItWasNotBegun) {
  const auto counted = rows(with_dane(dane::Facts::State::unresolved), not_connected());
  ASSERT_EQ(words(counted), "tlsa: dnssec-invalid");
  EXPECT_EQ(counted[0].failure->reason_code, "dns-servfail");
}

TEST(Session, UnderBothPoliciesCountsForEach) {
  route::RoutePlan both = with_sts(mtasts::PolicyMode::enforce);
  both.hosts[0].dane = with_dane(dane::Facts::State::usable).hosts[0].dane;
  tls::Observation seen = expired();
  seen.dane = tls::Dane::matched_ee;
  EXPECT_EQ(words(rows(both, seen)), "tlsa: good, sts: good");
  seen.dane = tls::Dane::mismatched;
  EXPECT_EQ(words(rows(both, seen)), "tlsa: validation-failure, sts: good");
}

TEST(Session, WithAConfiguredRouteIsNobodysReport) {
  for (const auto kind : {route::HopKind::internal_route, route::HopKind::external_route}) {
    route::RoutePlan all = plan();
    all.kind = kind;
    EXPECT_TRUE(rows(all, good()).empty());
  }
}

// A second connection, after a handshake that failed, goes out without asking for TLS again.
TEST(Session, CountsAHandshakeThatFailedThoughNothingWasOfferedSince) {
  tls::Observation seen = broken();
  seen.offer = tls::Offer::unknown;
  EXPECT_EQ(words(rows(plan(), seen)), "no-policy-found: validation-failure");
}

TEST(Session, NeedsAConnectionToCountAgainstWhatNobodyCanUse) {
  EXPECT_TRUE(rows(with_dane(dane::Facts::State::unusable), not_connected()).empty());
  route::RoutePlan lost = plan();
  lost.sts.emplace();
  lost.sts->state = mtasts::Found::State::none;
  lost.sts->code = "sts-policy-invalid";
  EXPECT_TRUE(rows(lost, not_connected()).empty());
}

TEST(Session, KnowsAPolicyThatIsNotPublishedFromOneThatWasLost) {
  route::RoutePlan all = plan();
  all.sts.emplace();
  all.sts->state = mtasts::Found::State::none;
  all.sts->code = "";
  EXPECT_EQ(words(rows(all, good())), "no-policy-found: good");
  all.sts->code = "sts-of-our-own";
  const auto lost = rows(all, good());
  EXPECT_EQ(words(lost), "sts: sts-policy-fetch-error") << "RFC 8460 4.3 has no word for it";
  EXPECT_EQ(lost.at(0).failure->reason_code, "sts-of-our-own");
}

// Nobody knows whether a policy is there: the owner hears of the session, not of a policy.
TEST(Session, WithAPolicyThatCouldNotBeLearntIsOneWithoutAPolicy) {
  route::RoutePlan all = plan();
  all.sts.emplace();
  all.sts->state = mtasts::Found::State::unresolved;
  EXPECT_EQ(words(rows(all, good())), "no-policy-found: good");
}

TEST(Session, ToAnAddressIsNobodysReport) {
  route::RoutePlan all = plan();
  all.domain = {};
  EXPECT_TRUE(rows(all, good()).empty());
}

}  // namespace
}  // namespace postern::tlsrpt
