#include "core/policy/demands.h"

#include <gtest/gtest.h>

#include "core/policy/testing.h"
#include "core/tls/describe.h"
#include "core/tls/judge.h"

namespace postern::policy {
namespace {

using namespace testing;
using tls::Mode;
using tls::Requirement;

// mx1.example.com is the only MX of example.com; its name came by plain DNS.
HostFacts facts() { return {domain("example.com"), domain("mx1.example.com"), false, false, {}}; }

Requirement required(const Policy& policy, const HostFacts& facts) {
  Requirement requirement;
  add_policy(requirement, policy, facts);
  return requirement;
}

std::string code(const Requirement& requirement, const tls::Observation& seen) {
  const tls::Verdict verdict = tls::judge(requirement, seen);
  return verdict.met() ? "met" : verdict.unmet->reason.code;
}

tls::Observation with_names(std::vector<std::string> names) {
  tls::Observation seen = tls::testing::good();
  seen.certificate->dns_names = std::move(names);
  return seen;
}

TEST(PolicyDemands, OpportunisticDemandsNothing) {
  EXPECT_TRUE(required(policy_for("example.com", Mode::opportunistic), facts()).demands().empty());
}

TEST(PolicyDemands, RelaxedDemandsEncryptionAndNoName) {
  Policy relaxed = policy_for("example.com", Mode::relaxed);
  relaxed.mx_pins = {pattern("other.example")};
  EXPECT_EQ(code(required(relaxed, facts()), with_names({"anything.example"})), "met");
  EXPECT_EQ(code(required(relaxed, facts()), tls::testing::plaintext()), "starttls-not-supported");
}

// --- which name (tls-policy.md 4)
// -------------------------------------------------------------------

TEST(StrictNames, AnMxNameFromPlainDnsProvesNothing) {
  const Requirement strict = required(policy_for("example.com"), facts());
  EXPECT_EQ(code(strict, with_names({"mx1.example.com"})), "certificate-host-mismatch");
}

TEST(StrictNames, Rule1TakesADnssecSecureMxName) {
  HostFacts secure = facts();
  secure.name_secure = true;
  EXPECT_EQ(code(required(policy_for("example.com"), secure), with_names({"mx1.example.com"})),
            "met");
}

TEST(StrictNames, Rule1TakesAnMxNameThatMtaStsLists) {
  HostFacts listed = facts();
  listed.listed_by_sts = true;
  EXPECT_EQ(code(required(policy_for("example.com"), listed), with_names({"mx1.example.com"})),
            "met");
}

TEST(StrictNames, Rule1MakesPinsUnnecessary) {
  HostFacts secure = facts();
  secure.name_secure = true;
  Policy pinned = policy_for("example.com");
  pinned.mx_pins = {pattern("old.example.net")};
  EXPECT_EQ(code(required(pinned, secure), with_names({"mx1.example.com"})), "met");
}

TEST(StrictNames, Rule2TakesAPinnedMxName) {
  Policy pinned = policy_for("example.com");
  pinned.mx_pins = {pattern("*.example.com")};
  EXPECT_EQ(code(required(pinned, facts()), with_names({"mx1.example.com"})), "met");
  EXPECT_EQ(code(required(pinned, facts()), with_names({"mx2.example.com"})),
            "certificate-host-mismatch");
}

TEST(StrictNames, Rule2NeverUsesAnMxOutsideThePins) {
  Policy pinned = policy_for("example.com");
  pinned.mx_pins = {pattern("*.mail.protection.outlook.com")};
  const Requirement strict = required(pinned, facts());
  EXPECT_EQ(code(strict, with_names({"mx1.example.com", "example.com"})), "mx-not-pinned");
  EXPECT_EQ(tls::judge_host(strict, facts().host)->reason.code, "mx-not-pinned");
}

TEST(StrictNames, Rule3TakesTheRecipientDomainItself) {
  EXPECT_EQ(code(required(policy_for("example.com"), facts()), with_names({"example.com"})), "met");
  Policy pinned = policy_for("example.com");
  pinned.mx_pins = {pattern("mx1.example.com")};
  EXPECT_EQ(code(required(pinned, facts()), with_names({"example.com"})), "met");
}

TEST(StrictNames, Rule4TakesNamesThatTheAdministratorWrote) {
  Policy named = policy_for("example.com");
  named.names = domains({"mail.provider.example"});
  EXPECT_EQ(code(required(named, facts()), with_names({"mail.provider.example"})), "met");
  EXPECT_EQ(code(required(named, facts()), with_names({"mx1.example.com"})),
            "certificate-host-mismatch");
}

TEST(StrictNames, Rule4TakesAPinnedKeyWithoutAName) {
  Policy pinned = policy_for("example.com");
  pinned.spki_pins = {key(2)};
  tls::Observation seen = with_names({});
  seen.chain = tls::Chain::self_signed;
  EXPECT_EQ(code(required(pinned, facts()), seen), "met");
  seen.certificate->spki = key(3);
  EXPECT_EQ(code(required(pinned, facts()), seen), "certificate-self-signed");
}

TEST(StrictNames, AreListedForPeople) {
  Policy pinned = policy_for("example.com");
  pinned.mx_pins = {pattern("*.example.com")};
  pinned.names = domains({"mail.provider.example", "example.com"});
  EXPECT_EQ(reference_names(&pinned, facts()),
            domains({"mx1.example.com", "example.com", "mail.provider.example"}));
  EXPECT_EQ(reference_names(nullptr, facts()), domains({"example.com"}));
}

// --- require, floors, stages
// ----------------------------------------------------------------------

TEST(Accept, PkixTurnsDaneAndPinsDown) {
  Policy narrowed = policy_for("example.com");
  narrowed.accept = Accept::pkix;
  narrowed.spki_pins = {key(2)};
  tls::Observation seen = with_names({"example.com"});
  EXPECT_EQ(code(required(narrowed, facts()), seen), "met");
  seen.chain = tls::Chain::self_signed;
  seen.dane = tls::Dane::matched_ee;
  EXPECT_EQ(code(required(narrowed, facts()), seen), "certificate-self-signed");
}

TEST(Accept, DaneTurnsPkixDown) {
  Policy narrowed = policy_for("example.com");
  narrowed.accept = Accept::dane;
  tls::Observation seen = with_names({"example.com"});
  EXPECT_EQ(code(required(narrowed, facts()), seen), "dane-required");
  seen.dane = tls::Dane::matched_ta;
  EXPECT_EQ(code(required(narrowed, facts()), seen), "met");
}

TEST(Accept, AnyIsSatisfiedByEither) {
  tls::Observation seen = with_names({"other.example"});
  seen.chain = tls::Chain::unknown_issuer;
  seen.dane = tls::Dane::matched_ee;
  EXPECT_EQ(code(required(policy_for("example.com"), facts()), seen), "met");
}

TEST(PolicyFloor, IsTls12UnlessThePolicySaysOtherwise) {
  Policy relaxed = policy_for("example.com", Mode::relaxed);
  tls::Observation seen = with_names({});
  seen.version = tls::Version::tls1_1;
  EXPECT_EQ(code(required(relaxed, facts()), seen), "tls-version-too-low");
  relaxed.floor = Floor::legacy;
  EXPECT_EQ(code(required(relaxed, facts()), seen), "met");
  relaxed.floor = Floor::tls1_3;
  seen.version = tls::Version::tls1_2;
  EXPECT_EQ(code(required(relaxed, facts()), seen), "tls-version-too-low");
}

TEST(PolicyFloor, LegacyNeverCountsOnAStrictPolicy) {
  Policy strict = policy_for("example.com");
  strict.floor = Floor::legacy;
  tls::Observation seen = with_names({"example.com"});
  seen.version = tls::Version::tls1_1;
  EXPECT_EQ(code(required(strict, facts()), seen), "tls-version-too-low");
}

TEST(Monitor, RecordsAndNeverBlocks) {
  const Requirement watched = required(monitored(policy_for("example.com")), facts());
  const tls::Verdict verdict = tls::judge(watched, tls::testing::plaintext());
  EXPECT_TRUE(verdict.met());
  EXPECT_EQ(verdict.would_fail->reason.code, "starttls-not-supported");
  EXPECT_EQ(watched.mode(), Mode::opportunistic);
  EXPECT_EQ(watched.monitored_mode(), Mode::strict);
}

TEST(Monitor, StandsBesideTheEnforcedPolicy) {
  const PolicyBook book(with_policies(
      {policy_for("*.com", Mode::relaxed), monitored(policy_for("example.com", Mode::strict))}));
  Requirement requirement;
  add_choice(requirement, book.delivery_policy(kMain, domain("example.com"), noon()), facts());
  const tls::Observation seen = with_names({"other.example"});
  EXPECT_EQ(requirement.mode(), Mode::relaxed);
  EXPECT_TRUE(tls::judge(requirement, seen).met());
  EXPECT_EQ(tls::judge(requirement, seen).would_fail->reason.code, "certificate-host-mismatch");
  EXPECT_EQ(requirement.considered().size(), 2u);
}

// --- routes, floor, exceptions
// ----------------------------------------------------------------------

TEST(InternalRouteDemands, TrustTheConfiguredHostName) {
  InternalRoute route = internal_route("example.org", "mail.corp.example");
  route.mode = Mode::strict;
  route.names = domains({"exchange.corp.example"});
  Requirement requirement;
  add_route(requirement, route);
  EXPECT_EQ(code(requirement, with_names({"mail.corp.example"})), "met");
  EXPECT_EQ(code(requirement, with_names({"exchange.corp.example"})), "met");
  EXPECT_EQ(code(requirement, with_names({"example.org"})), "certificate-host-mismatch");
  EXPECT_EQ(requirement.considered().at(0).source.name, "internal route mail.corp.example:25");
}

TEST(InternalRouteDemands, VerifyAnAddressBySanIpAddress) {
  InternalRoute route = internal_route("example.org", "192.0.2.1");
  route.mode = Mode::strict;
  Requirement requirement;
  add_route(requirement, route);
  tls::Observation seen = with_names({"192.0.2.1"});
  seen.host = dns::Domain();
  EXPECT_EQ(code(requirement, seen), "certificate-host-mismatch");
  seen.certificate->ip_addresses = {*base::IpAddress::parse("192.0.2.1")};
  EXPECT_EQ(code(requirement, seen), "met");
  EXPECT_EQ(requirement.considered().at(0).source.name, "internal route [192.0.2.1]:25");
}

TEST(InternalRouteDemands, AreNoneBeforeValidation) {
  Requirement requirement;
  add_route(requirement, internal_route("example.org", "mail.corp.example"));
  EXPECT_TRUE(requirement.demands().empty());
  EXPECT_EQ(requirement.considered().size(), 1u);
}

ExternalRoute smarthost() {
  ExternalRoute route;
  route.account = kMain;
  route.host = "relay.provider.example";
  route.port = 587;
  route.mode = Mode::strict;
  return route;
}

TEST(ExternalRouteDemands, VerifyTheConfiguredNameAlone) {
  ExternalRoute route = smarthost();
  Requirement by_host;
  add_route(by_host, route);
  EXPECT_EQ(code(by_host, with_names({"relay.provider.example"})), "met");
  route.verify_name = domain("smtp.provider.example");
  Requirement by_name;
  add_route(by_name, route);
  EXPECT_EQ(code(by_name, with_names({"smtp.provider.example"})), "met");
  EXPECT_EQ(code(by_name, with_names({"relay.provider.example"})), "certificate-host-mismatch");
}

TEST(ExternalRouteDemands, TakeDaneOnlyWhenAsked) {
  ExternalRoute route = smarthost();
  tls::Observation seen = with_names({});
  seen.chain = tls::Chain::self_signed;
  seen.dane = tls::Dane::matched_ee;
  Requirement unasked;
  add_route(unasked, route);
  EXPECT_EQ(code(unasked, seen), "certificate-self-signed");
  route.consult_published = true;
  Requirement asked;
  add_route(asked, route);
  EXPECT_EQ(code(asked, seen), "met");
}

TEST(ExternalRouteDemands, CarryThePolicyOfTheRecipientDomainWithoutItsMxPins) {
  ExternalRoute route = smarthost();
  route.mode = Mode::opportunistic;
  Policy pinned = policy_for("example.com");
  pinned.mx_pins = {pattern("mx1.example.com")};
  Requirement requirement;
  add_policy(requirement, pinned, route);
  EXPECT_EQ(code(requirement, with_names({"relay.provider.example"})), "met");
  EXPECT_EQ(code(requirement, with_names({"example.com"})), "certificate-host-mismatch");
  EXPECT_EQ(code(requirement, tls::testing::plaintext()), "starttls-not-supported");
}

TEST(ConfiguredFloor, DemandsOfEveryHostInTheWorld) {
  Requirement relaxed, strict, none;
  add_floor(none, Mode::opportunistic, facts());
  add_floor(relaxed, Mode::relaxed, facts());
  add_floor(strict, Mode::strict, facts());
  EXPECT_TRUE(none.demands().empty() && none.considered().empty());
  EXPECT_EQ(code(relaxed, with_names({"other.example"})), "met");
  EXPECT_EQ(code(relaxed, tls::testing::plaintext()), "starttls-not-supported");
  EXPECT_EQ(code(strict, with_names({"mx1.example.com"})), "certificate-host-mismatch");
  EXPECT_EQ(code(strict, with_names({"example.com"})), "met");
}

TEST(ExceptionDemands, LowerThePolicyAndSayWhoAllowedIt) {
  Requirement requirement = required(policy_for("example.com"), facts());
  apply_exception(requirement, exception("example.com", Mode::relaxed));
  EXPECT_EQ(code(requirement, with_names({"other.example"})), "met");
  EXPECT_EQ(code(requirement, tls::testing::plaintext()), "starttls-not-supported");
  EXPECT_TRUE(requirement.used_exception());
  EXPECT_EQ(requirement.considered().back().rule,
            "Relaxed Encryption Mode is allowed until 2026-11-26T12:00:00Z: their certificate "
            "expired (anna)");
  EXPECT_EQ(tls::describe(requirement.considered().back()),
            "waived: exception for example.com: Relaxed Encryption Mode is allowed until "
            "2026-11-26T12:00:00Z: their certificate expired (anna)");
}

}  // namespace
}  // namespace postern::policy
