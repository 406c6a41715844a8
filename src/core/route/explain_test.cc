#include "core/route/explain.h"

#include <gtest/gtest.h>

#include "core/route/testing.h"

namespace postern::route {
namespace {

using namespace testing;
using tls::Mode;

Zone world() {
  Zone zone;
  zone.mx("example.com", {{10, "mx1.example.com"}, {20, "mx.elsewhere.example"}})
      .host("mx1.example.com", {"198.51.100.1"})
      .host("mx.elsewhere.example", {"198.51.100.2"});
  return zone;
}

std::string explained(const policy::Configuration& all, const Zone& zone, std::string_view name) {
  const policy::PolicyBook book(all);
  return text(explain(book, kMain, plan_for(zone, book, name), noon()));
}

TEST(Explain, SaysThatNothingIsAskedFor) {
  Zone zone;
  zone.host("example.com", {"198.51.100.1"});
  EXPECT_EQ(
      explained(configuration(), zone, "example.com"),
      "Mail to example.com goes by its MX: Opportunistic TLS\n"
      "  absent: DANE of example.com: the MX records of example.com are not DNSSEC-signed, so "
      "TLSA records would prove nothing.\n"
      "  absent: MTA-STS of example.com: no MTA-STS record is published.\n"
      "  No policy, route or exception asks for anything.\n"
      "\n"
      "  0 example.com\n"
      "\n"
      "Mail from example.com: Opportunistic TLS\n"
      "  No policy, route or exception asks for anything.\n");
}

TEST(Explain, NamesEverySourceWithItsRuleAndEveryHostWithItsDemands) {
  policy::Configuration all =
      with_policies({policy_for("example.com"), policy_for("*.com", Mode::relaxed)});
  all.policies[0].mx_pins = {pattern("mx1.example.com")};
  all.policies[0].receipt = false;
  EXPECT_EQ(
      explained(all, world(), "example.com"),
      "Mail to example.com goes by its MX: Strict - Trusted Enforced\n"
      "  joined: policy example.com asks for Strict - Trusted Enforced: it is for exactly this "
      "domain.\n"
      "  lost: policy *.com asks for Relaxed Encryption Mode: policy example.com is more "
      "specific.\n"
      "  absent: DANE of example.com: the MX records of example.com are not DNSSEC-signed, so "
      "TLSA records would prove nothing.\n"
      "  absent: MTA-STS of example.com: no MTA-STS record is published.\n"
      "  When it cannot be met, the message waits for 1d, then bounces.\n"
      "\n"
      "  10 mx1.example.com\n"
      "    policy example.com: The host must be mx1.example.com.\n"
      "    policy example.com: The connection must be encrypted, with a suite that is neither "
      "anonymous nor broken.\n"
      "    policy example.com: The connection must use TLS 1.2 or later.\n"
      "    policy example.com: The server must be authenticated by a trusted certificate for "
      "example.com or mx1.example.com, or by DANE.\n"
      "\n"
      "  20 mx.elsewhere.example\n"
      "    Not used: mx.elsewhere.example is not among the hosts that policy example.com pins: "
      "mx1.example.com.\n"
      "    policy example.com: The host must be mx1.example.com.\n"
      "    policy example.com: The connection must be encrypted, with a suite that is neither "
      "anonymous nor broken.\n"
      "    policy example.com: The connection must use TLS 1.2 or later.\n"
      "    policy example.com: The server must be authenticated by a trusted certificate for "
      "example.com, or by DANE.\n"
      "\n"
      "Mail from example.com: Relaxed Encryption Mode\n"
      "  joined: policy *.com asks for Relaxed Encryption Mode: it is the longest wildcard that "
      "covers the domain.\n"
      "  lost: policy example.com asks for Strict - Trusted Enforced: it is for delivery alone.\n");
}

TEST(Explain, ShowsWhatAnExceptionTookAway) {
  policy::Configuration all = with_policies({policy_for("example.com", Mode::relaxed)});
  all.exceptions = {exception("example.com", Mode::opportunistic)};
  number(all);
  const policy::PolicyBook book(all);
  const Explanation why = explain(book, kMain, plan_for(world(), book, "example.com"), noon());
  EXPECT_EQ(why.delivery.mode, Mode::opportunistic);
  EXPECT_TRUE(why.delivery.used_exception && why.receipt.used_exception);
  EXPECT_EQ(why.delivery.considered.back().fate, tls::Considered::Fate::waived);
}

TEST(Explain, KnowsThePolicyEvenWhenTheDnsFails) {
  policy::Configuration all = with_policies({monitored(policy_for("example.com"))});
  all.policies[0].receipt = false;
  Zone zone;
  zone.fail(RecordType::mx, "example.com");
  const policy::PolicyBook book(all);
  const Explanation why = explain(book, kMain, plan_for(zone, book, "example.com"), noon());
  EXPECT_EQ(why.delivery.monitored_mode, Mode::strict);
  EXPECT_EQ(why.delivery.considered.at(0).source.name, "policy example.com");
  EXPECT_EQ(why.delivery.considered.at(1).source.name, "MTA-STS of example.com");
  EXPECT_EQ(why.failure->code, "dns-servfail");
  EXPECT_NE(text(why).find("In stage monitor: Strict - Trusted Enforced is evaluated"),
            std::string::npos);
}

TEST(Explain, TellsOfInternalDomains) {
  policy::Configuration all = configuration();
  all.domains = {internal("example.org")};
  all.domains[0].enforce_receipt = true;
  all.internal_routes = {internal_route("example.org", "192.0.2.1")};
  all.internal_routes[0].mode = Mode::strict;
  number(all);
  EXPECT_EQ(
      explained(all, Zone(), "example.org"),
      "Mail to example.org goes by its internal server routes: Strict - Trusted Enforced\n"
      "  joined: internal route [192.0.2.1]:25 asks for Strict - Trusted Enforced: the mode "
      "that the route's validation found.\n"
      "\n"
      "  10 [192.0.2.1]:25\n"
      "    internal route [192.0.2.1]:25: The connection must be encrypted, with a suite that "
      "is neither anonymous nor broken.\n"
      "    internal route [192.0.2.1]:25: The connection must use TLS 1.2 or later.\n"
      "    internal route [192.0.2.1]:25: The server must be authenticated by a trusted "
      "certificate for the address 192.0.2.1.\n"
      "\n"
      "Mail from example.org: Relaxed Encryption Mode\n"
      "  joined: internal domain example.org asks for Relaxed Encryption Mode: senders of the "
      "internal domain must use TLS.\n");
}

TEST(Explain, SaysThatStrictAsksAClientForTlsAloneUnlessIdentitiesAreNamed) {
  policy::Configuration all = with_policies({policy_for("example.com")});
  const auto receipt_line = [&](const policy::Configuration& configured) {
    const policy::PolicyBook book(configured);
    return explain(book, kMain, plan_for(world(), book, "example.com"), noon())
        .receipt.considered.at(0);
  };
  EXPECT_EQ(receipt_line(all).mode, Mode::relaxed);
  EXPECT_EQ(receipt_line(all).rule,
            "it is for exactly this domain; it is strict, and names no client identities, so it "
            "asks for TLS alone");
  all.policies[0].client_names = domains({"out.example.com"});
  EXPECT_EQ(receipt_line(all).mode, Mode::strict);
}

TEST(Explain, SaysThatAMessageBouncesAtOnceWhereThePolicySaysSo) {
  policy::Configuration all = with_policies({policy_for("example.com", Mode::relaxed)});
  all.policies[0].on_failure = policy::OnFailure::bounce;
  const std::string said = explained(all, world(), "example.com");
  EXPECT_NE(said.find("the message bounces at once"), std::string::npos) << said;
  EXPECT_EQ(said.find("waits for"), std::string::npos) << said;
}

TEST(Explain, TellsOfASmarthost) {
  policy::Configuration all = configuration();
  all.external_routes.emplace_back();
  all.external_routes[0].account = kMain;
  all.external_routes[0].host = "192.0.2.9";
  number(all);
  EXPECT_NE(explained(all, Zone(), "example.com").find("goes by the account's external route"),
            std::string::npos);
  EXPECT_EQ(way_value(HopKind::external_route), "external-route");
  EXPECT_EQ(way_value(HopKind::internal_route), "internal-route");
}

TEST(Explain, SaysWhichNamesDnssecProves) {
  Zone zone;
  zone.sign();
  zone.mx("example.com", {{10, "mx1.example.com"}}).host("mx1.example.com", {"198.51.100.1"});
  EXPECT_NE(explained(configuration(), zone, "example.com")
                .find("10 mx1.example.com (name proved by DNSSEC)"),
            std::string::npos);
}

TEST(Explain, WritesHowEachDemandStandsAndWhyAHostIsNotUsed) {
  policy::Configuration all =
      with_policies({monitored(policy_for("example.com")), policy_for("*.com")});
  all.policies[1].mx_pins = {pattern("mx1.example.com")};
  const policy::PolicyBook book(all);
  base::JsonWriter json;
  write_json(json, explain(book, kMain, plan_for(world(), book, "example.com"), noon()));
  EXPECT_NE(json.text().find(R"("standing":"monitored")"), std::string::npos);
  EXPECT_NE(json.text().find(R"("not_used":{"code":"mx-not-pinned")"), std::string::npos)
      << json.text();
  EXPECT_NE(json.text().find(R"("on_failure":"defer")"), std::string::npos);
}

TEST(Explain, WritesAFailedLookupAndAnUnknownAccount) {
  Zone zone;
  zone.fail(RecordType::mx, "example.com");
  const policy::PolicyBook book(configuration());
  base::JsonWriter json;
  write_json(json, explain(book, base::AccountId{9}, plan_for(zone, book, "example.com"), noon()));
  EXPECT_NE(json.text().find(R"("account":"")"), std::string::npos);
  EXPECT_NE(json.text().find(R"("failure":{"code":"dns-servfail")"), std::string::npos);
}

TEST(Explain, WritesTheSameAsJson) {
  policy::Configuration all = with_policies({policy_for("example.com", Mode::relaxed)});
  all.policies[0].on_failure = policy::OnFailure::bounce;
  const policy::PolicyBook book(all);
  Zone zone;
  zone.host("example.com", {"198.51.100.1"});
  base::JsonWriter json;
  RouteSettings settings;
  settings.dane = settings.mta_sts = false;
  write_json(json, explain(book, kMain, plan_for(zone, book, "example.com", settings), noon()));
  EXPECT_EQ(
      json.text(),
      R"({"domain":"example.com","account":"main","delivery":{"way":"mx","mode":"relaxed",)"
      R"("monitored_mode":"relaxed","used_exception":false,"sources":[{"source":"policy",)"
      R"("name":"policy example.com","id":101,"mode":"relaxed","fate":"joined",)"
      R"("rule":"it is for exactly this domain"}],"on_failure":"bounce","time_limit":"1d",)"
      R"("failure":null,"hosts":[{"host":"example.com","preference":0,"name_secure":false,)"
      R"("mode":"relaxed","names":["example.com"],"demands":[{"source":"policy example.com",)"
      R"("standing":"in-force","text":"The connection must be encrypted, with a suite that is )"
      R"(neither anonymous nor broken."},{"source":"policy example.com","standing":"in-force",)"
      R"("text":"The connection must use TLS 1.2 or later."}],"not_used":null}]},)"
      R"("receipt":{"mode":"relaxed","monitored_mode":"relaxed","used_exception":false,)"
      R"("sources":[{"source":"policy","name":"policy example.com","id":101,"mode":"relaxed",)"
      R"("fate":"joined","rule":"it is for exactly this domain"}]}})");
}

}  // namespace
}  // namespace postern::route
