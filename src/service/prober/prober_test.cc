#include "service/prober/prober.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/delivery/testing/world.h"

namespace postern::prober {
namespace {

using delivery::testing::kMain;
using delivery::testing::policy_for;
using delivery::testing::Posture;
using delivery::testing::World;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Posture plain() {
  Posture posture;
  posture.starttls = false;
  return posture;
}

Posture refusing(const std::string& reply) {
  Posture posture;
  posture.replies["STARTTLS"] = reply;
  return posture;
}

Posture breaking() {
  Posture posture;
  posture.tls = nullptr;
  return posture;
}

// Good until TLS stands; then EHLO is answered so ("": by hanging up).
Posture under_tls(Posture posture, const std::string& reply) {
  posture.replies["EHLO under TLS"] = reply;
  return posture;
}

// example.com with one mail server, and a prober beside the dispatcher.
struct Scene : World {
  delivery::testing::Peer* mx = nullptr;
  probe::DomainFinding finding;
  std::vector<RouteTest> tests;

  void has(Posture posture) {
    mx = &peer("127.0.0.1", std::move(posture));
    zone.mx("example.com", {{10, "mx1.example.com"}}).host("mx1.example.com", {"127.0.0.1"});
  }
  Prober prober() {
    ProberNeeds needs{.shard = shard,
                      .lookups = lookups(),
                      .tls = client_tls(),
                      .trust = [this](base::AccountId) { return trust(); },
                      .helo_name = "gw.postern.example",
                      .route = settings.route};
    return Prober(std::move(needs));
  }
};

net::Task<void> probe_it(World& world) {
  auto& scene = static_cast<Scene&>(world);
  Prober prober = scene.prober();
  auto book = scene.book.current();
  dns::Domain name = delivery::testing::domain("example.com");
  scene.finding = co_await prober.probe(book, kMain, name);
}

probe::DomainFinding probed(Scene& scene, Posture posture) {
  scene.has(std::move(posture));
  scene.run(probe_it);
  return scene.finding;
}

TEST(Prober, FindsAProvedServerReadyForStrict) {
  Scene scene;
  const auto finding = probed(scene, scene.trusted("mx1.example.com"));
  EXPECT_EQ(finding.readiness, probe::Readiness::strict);
  EXPECT_THAT(scene.mx->commands, Not(Contains(StartsWith("MAIL"))));
  EXPECT_THAT(scene.mx->commands, Contains("QUIT"));
  const auto& address = finding.hosts.at(0).addresses.at(0);
  EXPECT_EQ(address.matched_name, "mx1.example.com");
  EXPECT_THAT(address.transcript, Contains("C: STARTTLS"));
}

TEST(Prober, FindsASelfSignedServerReadyForRelaxed) {
  Scene scene;
  const auto finding = probed(scene, scene.self_signed("mx1.example.com"));
  EXPECT_EQ(finding.readiness, probe::Readiness::relaxed);
  EXPECT_EQ(finding.why->code, "certificate-self-signed");
}

TEST(Prober, FindsAServerWithoutTlsNotReady) {
  Scene scene;
  const auto finding = probed(scene, plain());
  EXPECT_EQ(finding.readiness, probe::Readiness::not_ready);
  EXPECT_EQ(finding.why->code, "starttls-not-supported");
}

TEST(Prober, FindsAServerThatHangsUpUnderTlsNotReady) {
  Scene scene;
  const auto finding = probed(scene, under_tls(scene.trusted("mx1.example.com"), ""));
  EXPECT_EQ(finding.readiness, probe::Readiness::not_ready);
  EXPECT_EQ(finding.why->code, "connection-lost");
  EXPECT_TRUE(finding.hosts.at(0).addresses.at(0).observation.encrypted());
}

TEST(Prober, FindsAServerThatPutsOffEveryoneUnderTlsUnknown) {
  Scene scene;
  const auto finding =
      probed(scene, under_tls(scene.trusted("mx1.example.com"), "421 4.3.2 later"));
  EXPECT_EQ(finding.readiness, probe::Readiness::unknown);
  EXPECT_EQ(finding.why->code, "session-ended");
}

net::Task<void> test_route(World& world) {
  auto& scene = static_cast<Scene&>(world);
  Prober prober = scene.prober();
  auto book = scene.book.current();
  auto address = smtp::parse_mailbox("ann@corp.example");
  scene.tests = co_await prober.test_routes(book, kMain, *std::move(address));
}

RouteTest tested(Scene& scene, Posture posture) {
  scene.has(std::move(posture));
  policy::Configuration configuration = delivery::testing::configuration();
  configuration.domains = {policy::testing::internal("corp.example")};
  configuration.internal_routes = {policy::testing::internal_route("corp.example", "127.0.0.1")};
  configuration.internal_routes[0].port = scene.settings.route.smtp_port;
  scene.book.change(std::move(configuration));
  scene.run(test_route);
  return scene.tests.at(0);
}

TEST(Prober, TestsARouteUpToTheRecipientAndSendsNothing) {
  Scene scene;
  const RouteTest test = tested(scene, scene.self_signed("mail.corp.example"));
  EXPECT_TRUE(test.verdict.passes);
  EXPECT_EQ(test.verdict.shown_as, "Relaxed Encryption Mode");
  EXPECT_THAT(scene.mx->commands, Contains(StartsWith("RCPT TO:<ann@corp.example>")));
  EXPECT_THAT(scene.mx->commands, Contains("RSET"));
  EXPECT_TRUE(scene.mx->arrived.empty());
}

TEST(Prober, SaysThatARouteHasNoTls) {
  Scene scene;
  const RouteTest test = tested(scene, plain());
  EXPECT_FALSE(test.verdict.passes);
  EXPECT_EQ(test.verdict.shown_as, "TLS Not Supported");
}

TEST(Prober, SaysThatARouteRefusesTheRecipient) {
  Scene scene;
  Posture posture = scene.self_signed("mail.corp.example");
  posture.replies["RCPT"] = "550 5.1.1 no such user";
  const RouteTest test = tested(scene, posture);
  EXPECT_FALSE(test.verdict.passes);
}

TEST(Prober, SaysThatARouteHangsUpUnderTls) {
  Scene scene;
  const RouteTest test = tested(scene, under_tls(scene.self_signed("mail.corp.example"), ""));
  EXPECT_FALSE(test.verdict.passes);
  EXPECT_EQ(test.verdict.readiness, probe::Readiness::not_ready);
  EXPECT_EQ(test.verdict.why->code, "connection-lost");
}

// --- the truth table: what the probe says is what a delivery meets -------------------------------

struct Policies {
  std::string name;
  void (*add)(policy::Configuration&);
};

const std::vector<Policies> kPolicies = {
    {"none", [](policy::Configuration&) {}},
    {"relaxed",
     [](policy::Configuration& c) {
       c.policies = {policy_for("example.com", tls::Mode::relaxed)};
     }},
    {"strict", [](policy::Configuration& c) { c.policies = {policy_for("example.com")}; }},
    {"pinned",
     [](policy::Configuration& c) {
       c.policies = {policy_for("example.com")};
       c.policies[0].mx_pins = {tls::HostPattern::parse("mx1.example.com").value()};
     }},
    {"pinned elsewhere",
     [](policy::Configuration& c) {
       c.policies = {policy_for("example.com")};
       c.policies[0].mx_pins = {tls::HostPattern::parse("mx1.example.net").value()};
     }},
    {"monitor",
     [](policy::Configuration& c) {
       c.policies = {policy::testing::monitored(policy_for("example.com"))};
     }},
    {"exception",
     [](policy::Configuration& c) {
       c.policies = {policy_for("example.com")};
       policy::Exception exception;
       exception.account = kMain;
       exception.domain = delivery::testing::domain("example.com");
       exception.mode = tls::Mode::relaxed;
       exception.created = base::instant(0);
       exception.end = base::instant(4'000'000'000'000'000);
       c.exceptions = {exception};
     }},
};

struct Row {
  std::string name;
  Posture (*posture)(Scene&);
};

class ProbeAndDelivery : public ::testing::TestWithParam<Row> {};

// What delivery did with one message: its event's name.
net::Task<std::string> delivered(Scene& scene) {
  scene.events.lines.clear();
  queue::Destination destination = delivery::testing::to({"ann@example.com"});
  co_await scene.send(delivery::testing::envelope_from("me@postern.example"), destination,
                      std::string(delivery::testing::kMessage));
  base::Deadline deadline{scene.shard.now() + std::chrono::seconds(20), nullptr};
  for (;;) {
    scene.events.changed.reset();
    if (scene.events.count("delivery-done") > 0) co_return std::string("delivered");
    if (scene.events.count("delivery-deferred") > 0) co_return std::string("deferred");
    auto changed = co_await scene.events.changed.wait(deadline);
    if (!changed) co_return std::string("nothing");
  }
}

net::Task<void> compare_all(World& world) {
  auto& scene = static_cast<Scene&>(world);
  for (const Policies& policies : kPolicies) {
    SCOPED_TRACE(policies.name);
    policy::Configuration configuration = delivery::testing::configuration();
    policies.add(configuration);
    scene.book.change(std::move(configuration));
    co_await probe_it(scene);
    const bool met = scene.finding.effective && scene.finding.effective->met;
    std::string outcome = co_await delivered(scene);
    EXPECT_EQ(outcome, met ? "delivered" : "deferred") << scene.events.lines.at(0);
    if (!met && scene.finding.effective->why) {
      EXPECT_THAT(scene.events.lines.at(0),
                  HasSubstr("reason=" + scene.finding.effective->why->code));
    }
  }
}

TEST_P(ProbeAndDelivery, AgreeUnderEveryPolicy) {
  Scene scene;
  scene.has(GetParam().posture(scene));
  scene.run(compare_all);
}

INSTANTIATE_TEST_SUITE_P(
    EveryPosture, ProbeAndDelivery,
    ::testing::Values(
        Row{"Trusted", [](Scene& s) { return s.trusted("mx1.example.com"); }},
        Row{"TrustedForTheDomain", [](Scene& s) { return s.trusted("example.com"); }},
        Row{"WrongName", [](Scene& s) { return s.trusted("mx1.example.net"); }},
        Row{"SelfSigned", [](Scene& s) { return s.self_signed("mx1.example.com"); }},
        Row{"NoStarttls", [](Scene&) { return plain(); }},
        Row{"StarttlsRefusedForNow", [](Scene&) { return refusing("454 4.7.0 not now"); }},
        Row{"StarttlsRefusedForGood", [](Scene&) { return refusing("502 5.5.1 no"); }},
        Row{"HandshakeBreaks", [](Scene&) { return breaking(); }},
        Row{"HangsUpOnStarttls", [](Scene&) { return refusing(""); }},
        Row{"HangsUpUnderTls",
            [](Scene& s) { return under_tls(s.trusted("mx1.example.com"), ""); }},
        Row{"HangsUpUnderTlsThatNobodyTrusts",
            [](Scene& s) { return under_tls(s.self_signed("mx1.example.com"), ""); }},
        Row{"PutsOffUnderTls",
            [](Scene& s) { return under_tls(s.trusted("mx1.example.com"), "421 4.3.2 later"); }},
        Row{"RefusesEhloUnderTls",
            [](Scene& s) { return under_tls(s.trusted("mx1.example.com"), "550 5.7.1 no"); }}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace postern::prober
