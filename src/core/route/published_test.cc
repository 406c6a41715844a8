// What the world publishes, as it arrives at the hosts of a plan: DANE (RFC 7672 2.2) and MTA-STS
// (RFC 8461), each alone, together, and beside the account's own policy.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/route/message_wish.h"
#include "core/route/testing.h"
#include "core/tls/judge.h"
#include "core/tls/testing.h"

namespace postern::route {
namespace {

using namespace testing;
using tls::Mode;

const dns::Tlsa kRecord{3, 1, 1, std::vector<std::uint8_t>(32, 7)};
const dns::Tlsa kPkixRecord{1, 1, 1, std::vector<std::uint8_t>(32, 7)};

policy::PolicyBook empty_book() { return policy::PolicyBook(configuration()); }

Zone signed_zone() {
  Zone zone;
  zone.sign()
      .mx("example.com", {{10, "mx1.example.com"}})
      .host("mx1.example.com", {"198.51.100.1"});
  return zone;
}

Zone unsigned_zone() {
  Zone zone;
  zone.mx("example.com", {{10, "mx1.example.com"}}).host("mx1.example.com", {"198.51.100.1"});
  return zone;
}

mtasts::Found sts(mtasts::PolicyMode mode, std::initializer_list<const char*> hosts) {
  mtasts::Found found;
  found.state = mtasts::Found::State::policy;
  found.policy.mode = mode;
  for (const char* host : hosts) found.policy.mx.push_back(*tls::HostPattern::parse(host));
  found.id = "1";
  found.code.clear();
  found.why.clear();
  return found;
}

HostPlan only_host(const Zone& zone, const policy::PolicyBook& book, RouteSettings settings = {}) {
  RoutePlan plan = plan_for(zone, book, "example.com", std::move(settings));
  return plan.hosts.at(0);
}
HostPlan only_host(const Zone& zone) {
  const auto book = empty_book();
  return only_host(zone, book);
}

// "met", or the code of what is not.
std::string verdict(const HostPlan& host, const tls::Observation& seen) {
  if (const auto outside = tls::judge_host(host.requirement, host.host))
    return outside->reason.code;
  const auto verdict = tls::judge(host.requirement, seen);
  return verdict.met() ? "met" : verdict.unmet->reason.code;
}
tls::Observation matched(tls::Observation seen) {
  seen.dane = tls::Dane::matched_ee;
  return seen;
}
tls::Observation mismatched(tls::Observation seen) {
  seen.dane = tls::Dane::mismatched;
  return seen;
}
tls::Observation trusted() { return tls::testing::good(); }
tls::Observation self_signed() {
  tls::Observation seen = tls::testing::good();
  seen.chain = tls::Chain::self_signed;
  seen.certificate->self_signed = true;
  return seen;
}
tls::Observation in_clear() { return tls::testing::plaintext(); }

// --- DANE ----------------------------------------------------------------------------------------

TEST(DaneRoute, UsableRecordsOfASecureHostDecideAuthentication) {
  Zone zone = signed_zone();
  zone.tlsa("mx1.example.com", {kRecord, kPkixRecord});
  const HostPlan host = only_host(zone);
  EXPECT_EQ(host.dane.records, std::vector{kRecord});
  EXPECT_EQ(host.requirement.mode(), Mode::strict);
  EXPECT_EQ(verdict(host, matched(self_signed())), "met");
  EXPECT_EQ(verdict(host, mismatched(trusted())), "dane-mismatch");
  EXPECT_EQ(verdict(host, in_clear()), "starttls-not-supported");
}

TEST(DaneRoute, RecordsOfWhichNoneCountsAskForTlsAlone) {
  Zone zone = signed_zone();
  zone.tlsa("mx1.example.com", {kPkixRecord});
  const HostPlan host = only_host(zone);
  EXPECT_EQ(host.requirement.mode(), Mode::relaxed);
  EXPECT_EQ(verdict(host, self_signed()), "met");
  EXPECT_EQ(verdict(host, in_clear()), "starttls-not-supported");
}

TEST(DaneRoute, WithoutRecordsNothingIsAskedFor) {
  const HostPlan host = only_host(signed_zone());
  EXPECT_EQ(host.requirement.mode(), Mode::opportunistic);
  EXPECT_EQ(host.dane.state, dane::Facts::State::absent);
}

TEST(DaneRoute, AFailedLookupNeverMeansNone) {
  for (const char* code : {"dns-servfail", "dns-timeout", "dnssec-bogus"}) {
    Zone zone = signed_zone();
    zone.fail_tlsa("mx1.example.com", code);
    EXPECT_EQ(verdict(only_host(zone), matched(trusted())), code);
  }
}

TEST(DaneRoute, HostsThatPlainDnsNamesAreNotAskedAbout) {
  Zone zone;
  zone.mx("example.com", {{10, "mx1.example.com"}});
  zone.sign().host("mx1.example.com", {"198.51.100.1"}).tlsa("mx1.example.com", {kRecord});
  EXPECT_EQ(only_host(zone).requirement.mode(), Mode::opportunistic);
}

TEST(DaneRoute, UnsignedAddressesEndTheSearch) {
  Zone zone;
  zone.sign().mx("example.com", {{10, "mx.elsewhere.example"}});
  zone.unsign().host("mx.elsewhere.example", {"198.51.100.1"});
  // A name server that answers nonsense to TLSA must not stop the mail (RFC 7672 2.2.2).
  zone.fail_tlsa("mx.elsewhere.example", "dns-servfail");
  EXPECT_EQ(only_host(zone).requirement.mode(), Mode::opportunistic);
}

TEST(DaneRoute, RecordsAtTheEndOfASecureAliasComeFirst) {
  Zone zone;
  zone.sign().mx("example.com", {{10, "mx1.example.com"}});
  zone.alias("mx1.example.com", "real.example.net", {"198.51.100.1"});
  zone.tlsa("real.example.net", {kRecord}).tlsa("mx1.example.com", {kPkixRecord});
  const HostPlan host = only_host(zone);
  EXPECT_EQ(host.server_name.text(), "real.example.net");
  EXPECT_EQ(host.dane_names, domains({"real.example.net", "example.com"}));
  EXPECT_EQ(host.dane.records, std::vector{kRecord});
}

TEST(DaneRoute, TheAliasItselfIsAskedWhereItsTargetHasNone) {
  Zone zone;
  zone.sign().mx("example.com", {{10, "mx1.example.com"}});
  zone.alias("mx1.example.com", "real.example.net", {"198.51.100.1"});
  zone.tlsa("mx1.example.com", {kRecord});
  EXPECT_EQ(only_host(zone).server_name.text(), "mx1.example.com");
}

TEST(DaneRoute, AnAliasThatLeavesTheSignedWorldStillCountsAtItsOwnName) {
  Zone zone;
  zone.unsign().alias("mx1.example.com", "real.example.net", {"198.51.100.1"});
  zone.sign().cname("mx1.example.com", "real.example.net").tlsa("mx1.example.com", {kRecord});
  zone.mx("example.com", {{10, "mx1.example.com"}});
  const HostPlan host = only_host(zone);
  EXPECT_EQ(host.requirement.mode(), Mode::strict);
  EXPECT_EQ(host.server_name.text(), "mx1.example.com");
}

TEST(DaneRoute, AnAliasThatCannotBeReadIsNotUsed) {
  Zone zone;
  zone.sign().mx("example.com", {{10, "mx1.example.com"}});
  zone.unsign().alias("mx1.example.com", "real.example.net", {"198.51.100.1"});
  zone.fail_alias("mx1.example.com", "dnssec-bogus");
  EXPECT_EQ(verdict(only_host(zone), trusted()), "dnssec-bogus");
}

TEST(DaneRoute, TheDomainItselfCountsWhereThereIsNoMx) {
  Zone zone;
  zone.sign().host("example.com", {"198.51.100.1"}).tlsa("example.com", {kRecord});
  EXPECT_EQ(only_host(zone).requirement.mode(), Mode::strict);
}

TEST(DaneRoute, CanBeSwitchedOff) {
  Zone zone = signed_zone();
  zone.tlsa("mx1.example.com", {kRecord});
  const auto book = empty_book();
  RouteSettings settings;
  settings.dane = false;
  EXPECT_EQ(only_host(zone, book, settings).requirement.mode(), Mode::opportunistic);
}

// --- MTA-STS -------------------------------------------------------------------------------------

TEST(StsRoute, EnforceWantsAListedHostWithItsOwnName) {
  Zone zone = unsigned_zone();
  zone.sts("example.com", sts(mtasts::PolicyMode::enforce, {"*.example.com"}));
  const HostPlan host = only_host(zone);
  EXPECT_EQ(verdict(host, trusted()), "met");
  EXPECT_EQ(verdict(host, self_signed()), "certificate-self-signed");
  EXPECT_EQ(verdict(host, in_clear()), "starttls-not-supported");
}

TEST(StsRoute, EnforceLeavesOutAHostThatIsNotListed) {
  Zone zone = unsigned_zone();
  zone.sts("example.com", sts(mtasts::PolicyMode::enforce, {"mx.elsewhere.example"}));
  EXPECT_EQ(verdict(only_host(zone), trusted()), "mx-not-listed");
}

TEST(StsRoute, TestingReportsAndBlocksNothing) {
  Zone zone = unsigned_zone();
  zone.sts("example.com", sts(mtasts::PolicyMode::testing, {"mx.elsewhere.example"}));
  const HostPlan host = only_host(zone);
  EXPECT_EQ(verdict(host, in_clear()), "met");
  EXPECT_EQ(host.requirement.mode(), Mode::opportunistic);
  const auto would_fail = tls::judge(host.requirement, self_signed()).would_fail;
  ASSERT_TRUE(would_fail);
  EXPECT_EQ(would_fail->reason.code, "mx-not-listed");
}

TEST(StsRoute, NoneAndNoPolicyAskForNothing) {
  Zone zone = unsigned_zone();
  EXPECT_EQ(only_host(zone).requirement.mode(), Mode::opportunistic);
  zone.sts("example.com", sts(mtasts::PolicyMode::none, {}));
  EXPECT_EQ(only_host(zone).requirement.mode(), Mode::opportunistic);
}

TEST(StsRoute, WhatCouldNotBeLearntHoldsTheMessage) {
  Zone zone = unsigned_zone();
  mtasts::Found unknown;
  unknown.code = "dns-timeout";
  zone.sts("example.com", unknown);
  EXPECT_EQ(verdict(only_host(zone), trusted()), "dns-timeout");
}

// --- together ------------------------------------------------------------------------------------

TEST(PublishedJoin, DaneDecidesAuthenticationBesideMtaSts) {
  Zone zone = signed_zone();
  zone.tlsa("mx1.example.com", {kRecord});
  zone.sts("example.com", sts(mtasts::PolicyMode::enforce, {"mx1.example.com"}));
  const HostPlan host = only_host(zone);
  EXPECT_EQ(verdict(host, matched(self_signed())), "met");
  EXPECT_EQ(verdict(host, mismatched(trusted())), "dane-mismatch");
}

TEST(PublishedJoin, DaneDoesNotOpenAHostThatMtaStsDoesNotList) {
  Zone zone = signed_zone();
  zone.tlsa("mx1.example.com", {kRecord});
  zone.sts("example.com", sts(mtasts::PolicyMode::enforce, {"mx.elsewhere.example"}));
  EXPECT_EQ(verdict(only_host(zone), matched(trusted())), "mx-not-listed");
}

TEST(PublishedJoin, UnusableRecordsLeaveMtaStsItsSay) {
  Zone zone = signed_zone();
  zone.tlsa("mx1.example.com", {kPkixRecord});
  zone.sts("example.com", sts(mtasts::PolicyMode::enforce, {"mx1.example.com"}));
  EXPECT_EQ(verdict(only_host(zone), self_signed()), "certificate-self-signed");
}

TEST(PublishedJoin, ARelaxedPolicyOfTheAccountWeakensNeither) {
  Zone zone = unsigned_zone();
  zone.sts("example.com", sts(mtasts::PolicyMode::enforce, {"mx1.example.com"}));
  auto all = configuration();
  all.policies.push_back(policy_for("example.com", Mode::relaxed));
  const policy::PolicyBook book(std::move(all));
  EXPECT_EQ(verdict(only_host(zone, book), self_signed()), "certificate-self-signed");
}

TEST(PublishedJoin, AStrictPolicyIsMetByDane) {
  Zone zone = signed_zone();
  zone.tlsa("mx1.example.com", {kRecord});
  auto all = configuration();
  all.policies.push_back(policy_for("example.com", Mode::strict));
  const policy::PolicyBook book(std::move(all));
  EXPECT_EQ(verdict(only_host(zone, book), matched(self_signed())), "met");
}

TEST(PublishedJoin, AHostThatMtaStsListsIsTrustedByName) {
  Zone zone = unsigned_zone();
  zone.sts("example.com", sts(mtasts::PolicyMode::enforce, {"mx1.example.com"}));
  auto all = configuration();
  auto strict = policy_for("example.com", Mode::strict);
  strict.mx_pins = {*tls::HostPattern::parse("mx.old.example")};
  all.policies.push_back(strict);
  const policy::PolicyBook book(std::move(all));
  EXPECT_EQ(verdict(only_host(zone, book), trusted()), "met");
}

TEST(PublishedJoin, AnExceptionLowersWhatIsPublished) {
  Zone zone = signed_zone();
  zone.tlsa("mx1.example.com", {kRecord});
  auto all = configuration();
  all.exceptions.push_back(exception("example.com", Mode::relaxed));
  const policy::PolicyBook book(std::move(all));
  const HostPlan host = only_host(zone, book);
  EXPECT_EQ(verdict(host, mismatched(self_signed())), "met");
  EXPECT_EQ(verdict(host, in_clear()), "starttls-not-supported");
}

// --- one message's own wish ---------------------------------------------------------------------

HostPlan with_wish(const Zone& zone, MessageWish wish) {
  const auto book = empty_book();
  return plan_for(plan_for(zone, book, "example.com"), wish).hosts.at(0);
}
tls::Observation announcing(tls::Observation seen) {
  seen.extensions = {"PIPELINING", "REQUIRETLS"};
  return seen;
}

TEST(MessageWish, RequireTlsWantsProofAndTheAnnouncement) {
  const HostPlan host = with_wish(signed_zone(), MessageWish::require_tls);
  EXPECT_EQ(verdict(host, announcing(trusted())), "met");
  EXPECT_EQ(verdict(host, trusted()), "requiretls-not-announced");
  EXPECT_EQ(verdict(host, announcing(self_signed())), "certificate-self-signed");
  EXPECT_EQ(verdict(host, in_clear()), "starttls-not-supported");
}

TEST(MessageWish, RequireTlsIsMetByDane) {
  Zone zone = signed_zone();
  zone.tlsa("mx1.example.com", {kRecord});
  const HostPlan host = with_wish(zone, MessageWish::require_tls);
  EXPECT_EQ(verdict(host, announcing(matched(self_signed()))), "met");
  EXPECT_EQ(verdict(host, announcing(mismatched(trusted()))), "dane-mismatch");
}

TEST(MessageWish, RequireTlsDoesNotTrustANameThatPlainDnsGives) {
  EXPECT_EQ(verdict(with_wish(unsigned_zone(), MessageWish::require_tls), announcing(trusted())),
            "certificate-host-mismatch");
}

TEST(MessageWish, RequireTlsTrustsANameThatMtaStsLists) {
  Zone zone = unsigned_zone();
  zone.sts("example.com", sts(mtasts::PolicyMode::enforce, {"mx1.example.com"}));
  EXPECT_EQ(verdict(with_wish(zone, MessageWish::require_tls), announcing(trusted())), "met");
}

TEST(MessageWish, TlsNotRequiredSetsAsideWhatIsPublishedAlsoWhatCouldNotBeRead) {
  Zone zone = signed_zone();
  zone.tlsa("mx1.example.com", {kRecord});
  zone.sts("example.com", sts(mtasts::PolicyMode::enforce, {"mx.elsewhere.example"}));
  EXPECT_EQ(verdict(with_wish(zone, MessageWish::tls_not_required), in_clear()), "met");
  zone.fail_tlsa("mx1.example.com", "dns-servfail");
  const HostPlan host = with_wish(zone, MessageWish::tls_not_required);
  EXPECT_EQ(verdict(host, in_clear()), "met");
  EXPECT_FALSE(host.requirement.used_exception());
}

TEST(MessageWish, TlsNotRequiredNeverLowersThePolicyOfTheAccount) {
  auto all = configuration();
  all.policies.push_back(policy_for("example.com", Mode::relaxed));
  const policy::PolicyBook book(std::move(all));
  const RoutePlan plan =
      plan_for(plan_for(signed_zone(), book, "example.com"), MessageWish::tls_not_required);
  EXPECT_EQ(verdict(plan.hosts.at(0), in_clear()), "starttls-not-supported");
}

// --- configured routes ---------------------------------------------------------------------------

RoutePlan by_smarthost(bool consult) {
  Zone zone;
  zone.sign().host("smart.example", {"198.51.100.9"}).tlsa("smart.example", {kRecord}, 587);
  zone.sts("smart.example", sts(mtasts::PolicyMode::enforce, {"smart.example"}));
  zone.sts("example.com", sts(mtasts::PolicyMode::enforce, {"mx1.example.com"}));
  auto all = configuration();
  policy::ExternalRoute route;
  route.account = kMain;
  route.host = "smart.example";
  route.port = 587;
  route.consult_published = consult;
  all.external_routes.push_back(route);
  const policy::PolicyBook book(std::move(all));
  return plan_for(zone, book, "example.com");
}

TEST(SmarthostRoute, TakesNeitherUnlessAsked) {
  const RoutePlan plan = by_smarthost(false);
  EXPECT_EQ(plan.hosts.at(0).requirement.mode(), Mode::opportunistic);
}

TEST(SmarthostRoute, AskedItTakesWhatItsOwnNamePublishes) {
  const RoutePlan plan = by_smarthost(true);
  const HostPlan& host = plan.hosts.at(0);
  EXPECT_EQ(host.requirement.mode(), Mode::strict);
  tls::Observation seen = matched(self_signed());
  seen.host = domain("smart.example");
  EXPECT_EQ(verdict(host, seen), "met");
  EXPECT_EQ(verdict(host, mismatched(seen)), "dane-mismatch");
}

}  // namespace
}  // namespace postern::route
