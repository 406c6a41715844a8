#include <gtest/gtest.h>

#include "core/route/testing.h"
#include "core/tls/judge.h"

namespace postern::route {
namespace {

using namespace testing;
using tls::Mode;

Zone world() {
  Zone zone;
  zone.mx("example.com", {{20, "mx2.example.com"}, {10, "mx1.example.com"}})
      .host("mx1.example.com", {"198.51.100.1"})
      .host("mx2.example.com", {"198.51.100.2", "2001:db9::2"});
  return zone;
}

policy::PolicyBook empty_book() { return policy::PolicyBook(policy::testing::configuration()); }

std::string hosts_of(const RoutePlan& plan) {
  std::string text;
  for (const HostPlan& host : plan.hosts) {
    text += host.label + (host.unusable ? "(" + host.unusable->code + ")" : "");
    for (const base::IpAddress& address : host.addresses) text += " " + address.to_string();
    text += "; ";
  }
  return text;
}

// --- MX
// --------------------------------------------------------------------------------------------

TEST(MxRoute, OrdersHostsByPreferenceAndAddressesInTurn) {
  const auto book = empty_book();
  const RoutePlan plan = plan_for(world(), book, "example.com");
  EXPECT_EQ(hosts_of(plan),
            "mx1.example.com 198.51.100.1; mx2.example.com 2001:db9::2 198.51.100.2; ");
  EXPECT_EQ(plan.kind, HopKind::mx);
  EXPECT_EQ(plan.hosts[0].preference, 10);
  EXPECT_EQ(plan.hosts[0].port, 25);
  EXPECT_FALSE(plan.failure || plan.implicit_mx || plan.mx_secure || plan.hosts[0].secure);
}

TEST(MxRoute, InterleavesTheFamilies) {
  const auto book = empty_book();
  Zone zone;
  zone.mx("example.com", {{10, "mx.example.com"}})
      .host("mx.example.com", {"198.51.100.1", "198.51.100.2", "198.51.100.3", "2001:db9::1"});
  EXPECT_EQ(hosts_of(plan_for(zone, book, "example.com")),
            "mx.example.com 2001:db9::1 198.51.100.1 198.51.100.2 198.51.100.3; ");
}

TEST(MxRoute, KnowsWhenTheNamesCameByDnssec) {
  const auto book = empty_book();
  Zone zone;
  zone.sign().mx("example.com", {{10, "mx.example.com"}}).host("mx.example.com", {"198.51.100.1"});
  const RoutePlan plan = plan_for(zone, book, "example.com");
  EXPECT_TRUE(plan.mx_secure && plan.hosts.at(0).secure);
  EXPECT_EQ(plan.hosts[0].reference_names, domains({"mx.example.com", "example.com"}));
}

TEST(MxRoute, TakesTheDomainItselfWhereThereIsNoMx) {
  const auto book = empty_book();
  Zone zone;
  zone.host("example.com", {"198.51.100.7"});
  const RoutePlan plan = plan_for(zone, book, "example.com");
  EXPECT_TRUE(plan.implicit_mx);
  EXPECT_EQ(hosts_of(plan), "example.com 198.51.100.7; ");
  EXPECT_EQ(plan.hosts[0].reference_names, domains({"example.com"}));
}

TEST(MxRoute, BouncesWhereNothingExists) {
  const auto book = empty_book();
  Zone zone;
  zone.mx("null.example", {{0, ""}}).mx("txt-only.example", {});
  const RoutePlan gone = plan_for(zone, book, "gone.example");
  EXPECT_EQ(gone.failure->code, "no-such-domain");
  EXPECT_TRUE(gone.permanent);
  const RoutePlan null_mx = plan_for(zone, book, "null.example");
  EXPECT_EQ(null_mx.failure->code, "null-mx");
  EXPECT_TRUE(null_mx.permanent);
  Zone bare;
  bare.host("bare.example", {});
  const RoutePlan nothing = plan_for(bare, book, "bare.example");
  EXPECT_EQ(nothing.failure->code, "no-mx");
  EXPECT_TRUE(nothing.permanent);
}

TEST(MxRoute, IgnoresANullMxBesideOthers) {
  const auto book = empty_book();
  Zone zone;
  zone.mx("example.com", {{0, ""}, {10, "mx.example.com"}})
      .host("mx.example.com", {"198.51.100.1"});
  EXPECT_EQ(hosts_of(plan_for(zone, book, "example.com")), "mx.example.com 198.51.100.1; ");
}

TEST(MxRoute, NeverReadsAFailedMxLookupAsNoMx) {
  const auto book = empty_book();
  for (const char* code : {"dns-servfail", "dns-timeout", "dnssec-bogus"}) {
    Zone zone;
    zone.host("example.com", {"198.51.100.7"}).fail(RecordType::mx, "example.com", code);
    const RoutePlan plan = plan_for(zone, book, "example.com");
    EXPECT_EQ(plan.failure->code, code);
    EXPECT_FALSE(plan.permanent);
    EXPECT_TRUE(plan.hosts.empty());
  }
}

TEST(MxRoute, OneBrokenMxNeitherBlocksTheOthersNorVanishes) {
  const auto book = empty_book();
  Zone zone = world();
  zone.fail(RecordType::a, "mx1.example.com")
      .fail(RecordType::aaaa, "mx1.example.com", "dns-timeout");
  const RoutePlan plan = plan_for(zone, book, "example.com");
  EXPECT_FALSE(plan.failure);
  EXPECT_EQ(hosts_of(plan),
            "mx1.example.com(dns-timeout); mx2.example.com 2001:db9::2 198.51.100.2; ");
}

TEST(MxRoute, OneFamilysFailedLookupLeavesTheOtherInUse) {
  const auto book = empty_book();
  Zone zone = world();
  zone.fail(RecordType::aaaa, "mx1.example.com");
  EXPECT_EQ(plan_for(zone, book, "example.com").hosts.at(0).addresses.size(), 1u);
}

TEST(MxRoute, AFailedFamilyIsNotAnAbsentOne) {
  const auto book = empty_book();
  Zone zone;
  zone.mx("example.com", {{10, "mx.example.com"}})
      .host("mx.example.com", {})
      .fail(RecordType::aaaa, "mx.example.com");
  const RoutePlan plan = plan_for(zone, book, "example.com");
  EXPECT_EQ(plan.failure->code, "dns-servfail");
  EXPECT_FALSE(plan.permanent);
}

TEST(MxRoute, BouncesWhenNoMxHostHasAnAddress) {
  const auto book = empty_book();
  Zone zone;
  zone.mx("example.com", {{10, "mx1.example.com"}, {20, "mx2.example.com"}})
      .host("mx1.example.com", {});
  const RoutePlan plan = plan_for(zone, book, "example.com");
  EXPECT_EQ(plan.failure->code, "mx-without-address");
  EXPECT_TRUE(plan.permanent);
  EXPECT_EQ(plan.hosts.size(), 2u);
}

TEST(MxRoute, WaitsWhenOnlyOneOfThemMayStillHaveAnAddress) {
  const auto book = empty_book();
  Zone zone;
  zone.mx("example.com", {{10, "mx1.example.com"}, {20, "mx2.example.com"}})
      .host("mx1.example.com", {})
      .fail(RecordType::a, "mx2.example.com");
  EXPECT_FALSE(plan_for(zone, book, "example.com").permanent);
}

TEST(MxRoute, KeepsEachHostOnceAtItsBestPreference) {
  const auto book = empty_book();
  Zone zone;
  zone.mx("example.com",
          {{30, "mx1.example.com"}, {20, "mx2.example.com"}, {10, "mx1.example.com"}})
      .host("mx1.example.com", {"198.51.100.1", "198.51.100.1"})
      .host("mx2.example.com", {"198.51.100.2"});
  EXPECT_EQ(hosts_of(plan_for(zone, book, "example.com")),
            "mx1.example.com 198.51.100.1; mx2.example.com 198.51.100.2; ");
}

TEST(MxRoute, StopsAtTheHostLimit) {
  const auto book = empty_book();
  RouteSettings settings;
  settings.hosts_limit = 1;
  EXPECT_EQ(hosts_of(plan_for(world(), book, "example.com", settings)),
            "mx1.example.com 198.51.100.1; ");
}

TEST(MxRoute, NeverFollowsTheWorldToSpecialAddresses) {
  const auto book = empty_book();
  Zone zone;
  zone.mx("example.com", {{10, "mx1.example.com"}, {20, "mx2.example.com"}})
      .host("mx1.example.com", {"127.0.0.1", "10.0.0.1", "::1", "fe80::1"})
      .host("mx2.example.com", {"192.168.1.1", "198.51.100.2"});
  const RoutePlan plan = plan_for(zone, book, "example.com");
  EXPECT_EQ(hosts_of(plan), "mx1.example.com(special-address); mx2.example.com 198.51.100.2; ");
  RouteSettings practice;
  practice.allow_special_addresses = true;
  practice.smtp_port = 2525;
  const RoutePlan allowed = plan_for(zone, book, "example.com", practice);
  EXPECT_EQ(allowed.hosts.at(0).addresses.size(), 4u);
  EXPECT_EQ(allowed.hosts.at(0).port, 2525);
}

TEST(MxRoute, AsksForNoFamilyThatIsSwitchedOff) {
  const auto book = empty_book();
  RouteSettings settings;
  settings.ipv6 = false;
  const RoutePlan plan = plan_for(world(), book, "example.com", settings);
  EXPECT_EQ(hosts_of(plan), "mx1.example.com 198.51.100.1; mx2.example.com 198.51.100.2; ");
  settings.ipv6 = true;
  settings.ipv4 = false;
  const RoutePlan v6 = plan_for(world(), book, "example.com", settings);
  EXPECT_EQ(hosts_of(v6),
            "mx1.example.com(address-family-disabled); mx2.example.com 2001:db9::2; ");
}

TEST(MxRoute, UsesAnMxThatIsAnAliasUnderItsOwnName) {
  const auto book = empty_book();
  Zone zone;
  zone.mx("example.com", {{10, "alias.example.com"}}).host("alias.example.com", {"198.51.100.1"});
  dns::AddressAnswer answer;  // as a resolver answers: the canonical name is another
  answer.outcome = dns::Outcome::ok;
  answer.canonical = domain("real.example.net");
  answer.records = {*base::IpAddress::parse("198.51.100.9")};
  RouteLookup lookup(book, kMain, domain("example.com"), {}, noon());
  while (!lookup.done()) {
    for (const Question& question : lookup.open_questions()) {
      lookup.learn(question,
                   question.type == RecordType::a ? AnyAnswer(answer) : zone.ask(question));
    }
  }
  EXPECT_EQ(hosts_of(lookup.plan()), "alias.example.com 198.51.100.9; ");
}

// --- loops
// -----------------------------------------------------------------------------------------

TEST(MailLoop, CutsTheMxListWhereTheGatewayStands) {
  const auto book = empty_book();
  Zone zone;
  zone.mx(
      "example.com",
      {{10, "a.example.com"}, {20, "us.example"}, {20, "b.example.com"}, {30, "c.example.com"}});
  for (const char* host : {"a.example.com", "us.example", "b.example.com", "c.example.com"}) {
    zone.host(host, {"198.51.100.1"});
  }
  RouteSettings settings;
  settings.own_names = domains({"us.example"});
  EXPECT_EQ(hosts_of(plan_for(zone, book, "example.com", settings)),
            "a.example.com 198.51.100.1; ");
}

TEST(MailLoop, KnowsTheGatewayByItsEndpointsToo) {
  const auto book = empty_book();
  RouteSettings settings;
  settings.own_endpoints = {*base::Endpoint::parse("198.51.100.1:25")};
  const RoutePlan plan = plan_for(world(), book, "example.com", settings);
  EXPECT_EQ(plan.failure->code, "mail-loops-back");
  EXPECT_TRUE(plan.permanent);
  EXPECT_TRUE(plan.hosts.empty());
  settings.own_endpoints = {*base::Endpoint::parse("198.51.100.1:587")};
  EXPECT_FALSE(plan_for(world(), book, "example.com", settings).failure);
}

// --- configured routes
// -------------------------------------------------------------------------------

TEST(InternalRoutes, AreTriedByPriorityWithTheirOwnModes) {
  policy::Configuration all = configuration();
  all.domains = {internal("example.org")};
  all.internal_routes = {internal_route("example.org", "backup.corp.example", 20),
                         internal_route("example.org", "10.1.2.3", 10)};
  all.internal_routes[0].mode = Mode::strict;
  all.internal_routes[0].names = domains({"mail.corp.example"});
  all.internal_routes[1].port = 2525;
  number(all);
  const policy::PolicyBook book(all);
  Zone zone;
  zone.host("backup.corp.example", {"10.9.9.9"});
  const RoutePlan plan = plan_for(zone, book, "example.org");
  EXPECT_EQ(plan.kind, HopKind::internal_route);
  EXPECT_EQ(hosts_of(plan), "[10.1.2.3]:2525 10.1.2.3; backup.corp.example:25 10.9.9.9; ");
  EXPECT_EQ(plan.hosts[0].requirement.mode(), Mode::opportunistic);
  EXPECT_EQ(plan.hosts[1].requirement.mode(), Mode::strict);
  EXPECT_EQ(plan.hosts[1].reference_names, domains({"backup.corp.example", "mail.corp.example"}));
  EXPECT_EQ(plan.hosts[1].route, all.internal_routes[0].id);
}

TEST(InternalRoutes, ServeSubdomainsOfTheDomain) {
  policy::Configuration all = configuration();
  all.domains = {internal("example.org")};
  all.internal_routes = {internal_route("example.org", "10.1.2.3")};
  number(all);
  const policy::PolicyBook book(all);
  EXPECT_EQ(hosts_of(plan_for(Zone(), book, "lists.example.org")), "[10.1.2.3]:25 10.1.2.3; ");
}

TEST(InternalRoutes, ThatAreMissingDeferAndSaySo) {
  policy::Configuration all = configuration();
  all.domains = {internal("example.org")};
  number(all);
  const policy::PolicyBook book(all);
  const RoutePlan plan = plan_for(Zone(), book, "example.org");
  EXPECT_EQ(plan.failure->code, "no-internal-route");
  EXPECT_FALSE(plan.permanent);
}

TEST(InternalRoutes, ThatCannotBeUsedSayWhyAndAreKept) {
  policy::Configuration all = configuration();
  all.domains = {internal("example.org")};
  all.internal_routes = {internal_route("example.org", "gone.corp.example", 10),
                         internal_route("example.org", "not a host", 20),
                         internal_route("example.org", "10.0.0.1", 30)};
  number(all);
  const policy::PolicyBook book(all);
  RouteSettings settings;
  settings.own_endpoints = {*base::Endpoint::parse("10.0.0.1:25")};
  const RoutePlan plan = plan_for(Zone(), book, "example.org", settings);
  EXPECT_EQ(hosts_of(plan),
            "gone.corp.example:25(route-without-address); not a host:25(route-invalid); "
            "[10.0.0.1]:25(mail-loops-back) 10.0.0.1; ");
  EXPECT_EQ(plan.failure->code, "route-without-address");
  EXPECT_FALSE(plan.permanent);
}

TEST(InternalRoutes, OfAnotherAccountTakeMailWithoutLeavingTheGateway) {
  policy::Configuration all = configuration();
  all.domains = {internal("example.org", kOther)};
  all.internal_routes = {internal_route("example.org", "10.1.2.3")};
  all.internal_routes[0].account = kOther;
  all.policies = {policy_for("example.org", Mode::strict, kMain)};
  number(all);
  const policy::PolicyBook book(all);
  const RoutePlan plan = plan_for(Zone(), book, "example.org", {}, kMain);
  EXPECT_EQ(hosts_of(plan), "[10.1.2.3]:25 10.1.2.3; ");
  EXPECT_EQ(plan.hosts[0].requirement.mode(), Mode::opportunistic);
  const auto& lines = plan.hosts[0].requirement.considered();
  EXPECT_EQ(lines.back().fate, tls::Considered::Fate::lost);
  EXPECT_EQ(lines.back().rule,
            "the domain is internal to this gateway, so the message does not leave it");
}

TEST(ExternalRoutes, TakeThePlaceOfMxAndCarryThePolicy) {
  policy::Configuration all = configuration();
  policy::ExternalRoute smarthost;
  smarthost.account = kMain;
  smarthost.host = "relay.provider.example";
  smarthost.port = 587;
  smarthost.verify_name = domain("smtp.provider.example");
  smarthost.login = policy::Login{"user", "secret"};
  all.external_routes = {smarthost};
  all.policies = {policy_for("example.com", Mode::strict)};
  all.policies[0].on_failure = policy::OnFailure::bounce;
  number(all);
  const policy::PolicyBook book(all);
  Zone zone = world();
  zone.host("relay.provider.example", {"10.5.5.5"});  // special, and configured by a person
  const RoutePlan plan = plan_for(zone, book, "example.com");
  EXPECT_EQ(plan.kind, HopKind::external_route);
  EXPECT_EQ(hosts_of(plan), "relay.provider.example:587 10.5.5.5; ");
  EXPECT_EQ(plan.hosts[0].requirement.mode(), Mode::strict);
  EXPECT_EQ(plan.hosts[0].reference_names, domains({"smtp.provider.example"}));
  EXPECT_EQ(plan.hosts[0].login->user, "user");
  EXPECT_EQ(plan.on_failure, policy::OnFailure::bounce);
  EXPECT_EQ(plan_for(world(), book, "example.com", {}, kOther).kind, HopKind::mx);
}

// --- what each host must meet
// -----------------------------------------------------------------------

TEST(PlannedRequirement, JudgesEachMxByItsOwnName) {
  policy::Configuration all = with_policies({policy_for("example.com")});
  all.policies[0].mx_pins = {pattern("mx1.example.com")};
  all.policies[0].time_limit = std::chrono::hours(6);
  const policy::PolicyBook book(all);
  const RoutePlan plan = plan_for(world(), book, "example.com");
  EXPECT_FALSE(tls::judge_host(plan.hosts[0].requirement, plan.hosts[0].host));
  EXPECT_EQ(tls::judge_host(plan.hosts[1].requirement, plan.hosts[1].host)->reason.code,
            "mx-not-pinned");
  EXPECT_EQ(plan.hosts[0].reference_names, domains({"mx1.example.com", "example.com"}));
  EXPECT_EQ(plan.time_limit, base::Duration(std::chrono::hours(6)));
  EXPECT_NE(plan.hosts[0].requirement.digest(), plan.hosts[1].requirement.digest());
}

TEST(PlannedRequirement, HoldsMonitorExceptionAndFloorTogether) {
  policy::Configuration all =
      with_policies({monitored(policy_for("example.com")), policy_for("*.com", Mode::strict)});
  all.exceptions = {exception("example.com", Mode::opportunistic)};
  number(all);
  const policy::PolicyBook book(all);
  RouteSettings settings;
  settings.floor = Mode::relaxed;
  const RoutePlan plan = plan_for(world(), book, "example.com", settings);
  const tls::Requirement& requirement = plan.hosts[0].requirement;
  EXPECT_EQ(requirement.mode(), Mode::relaxed);  // the floor, which no exception lowers
  EXPECT_EQ(requirement.monitored_mode(), Mode::strict);
  EXPECT_TRUE(requirement.used_exception());
  EXPECT_EQ(requirement.considered().size(), 6u);  // these, and DANE and MTA-STS as absent
}

// --- the dialogue with the asker
// ----------------------------------------------------------------------

TEST(RouteLookup, AsksEachQuestionOnce) {
  const auto book = empty_book();
  RouteLookup lookup(book, kMain, domain("example.com"), {}, noon());
  EXPECT_FALSE(lookup.done());
  const auto first = lookup.open_questions();
  ASSERT_EQ(first.size(), 2u);  // the MX, and the policy beside it
  EXPECT_TRUE(lookup.open_questions().empty());
  EXPECT_FALSE(lookup.done());
  const Zone zone = world();
  lookup.learn(first[0], zone.ask(first[0]));
  EXPECT_EQ(lookup.open_questions().size(), 4u);
}

TEST(RouteLookup, TakesAnswersInAnyOrderAndIgnoresTheRest) {
  const auto book = empty_book();
  const Zone zone = world();
  RouteLookup lookup(book, kMain, domain("example.com"), {}, noon());
  const auto first = lookup.open_questions();
  const Question mx = first.at(0);
  lookup.learn(first.at(1), zone.ask(first.at(1)));
  lookup.learn({RecordType::a, domain("stranger.example")}, dns::AddressAnswer{});
  lookup.learn(mx, zone.ask(mx));
  lookup.learn(mx, dns::MxAnswer{});  // a second answer changes nothing
  auto questions = lookup.open_questions();
  while (!questions.empty()) {
    EXPECT_FALSE(lookup.done());
    lookup.learn(questions.back(), zone.ask(questions.back()));
    questions.pop_back();
  }
  EXPECT_TRUE(lookup.done());
  EXPECT_EQ(hosts_of(lookup.plan()), hosts_of(plan_for(zone, book, "example.com")));
}

TEST(RouteLookup, ReadsAnAnswerOfTheWrongTypeAsAFailure) {
  const auto book = empty_book();
  RouteLookup lookup(book, kMain, domain("example.com"), {}, noon());
  for (const Question& question : lookup.open_questions()) lookup.learn(question, dns::TxtAnswer{});
  EXPECT_TRUE(lookup.done());
  EXPECT_EQ(lookup.plan().failure->code, "dns-malformed");
}

}  // namespace
}  // namespace postern::route
