#include "service/api/partner_handlers.h"

#include <gmock/gmock.h>

#include "core/route/testing.h"
#include "service/api/testing/mail_world.h"

namespace postern::api {
namespace {

using queue::Hop;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ZoneLookups : public resolver::Lookups {
 public:
  net::Task<dns::MxAnswer> mx(dns::Domain name, base::Deadline) override {
    co_return std::get<dns::MxAnswer>(zone.ask({route::RecordType::mx, name}));
  }
  net::Task<dns::AddressAnswer> a(dns::Domain name, base::Deadline) override {
    co_return std::get<dns::AddressAnswer>(zone.ask({route::RecordType::a, name}));
  }
  net::Task<dns::AddressAnswer> aaaa(dns::Domain name, base::Deadline) override {
    co_return std::get<dns::AddressAnswer>(zone.ask({route::RecordType::aaaa, name}));
  }
  net::Task<dns::TlsaAnswer> tlsa(dns::Domain, base::Deadline) override {
    co_return dns::TlsaAnswer{};
  }
  net::Task<dns::TxtAnswer> txt(dns::Domain, base::Deadline) override {
    co_return dns::TxtAnswer{};
  }
  net::Task<dns::NameAnswer> ptr(base::IpAddress, base::Deadline) override {
    co_return dns::NameAnswer{};
  }
  net::Task<dns::NameAnswer> cname(dns::Domain, base::Deadline) override {
    co_return dns::NameAnswer{};
  }
  route::testing::Zone zone;
};

class PartnerTest : public ::testing::Test, protected testing::MailWorld {
 protected:
  PartnerTest() {
    lookups.zone.mx("a.example", {{10, "mx.a.example"}}).host("mx.a.example", {"192.0.2.1"});
  }
  Partner partner(std::string domain = "a.example") {
    return good(handlers.get(call({{"domain", std::move(domain)}})));
  }
  PartnerHop hop(Hop which) {
    for (const PartnerHop& one : partner().hops) {
      if (one.hop == which) return one;
    }
    return {};
  }

  ZoneLookups lookups;
  PartnerHandlers handlers{{reads, {spool.shard, lookups, nullptr, {}}}};
};

TEST_F(PartnerTest, ShowsThePolicyForExactlyTheDomainOrTheWildcardThatCoversIt) {
  EXPECT_FALSE(partner().policy);
  put(records::policy_for("*.example"));
  EXPECT_EQ(partner().policy->domain, "*.example");
  put(records::policy_for("a.example"));
  EXPECT_EQ(partner().policy->domain, "a.example");
}

TEST_F(PartnerTest, ExplainsTheRequirementOfEveryHost) {
  put(records::policy_for("a.example"));
  const Partner shown = partner();
  EXPECT_EQ(shown.explanation.delivery.mode, tls::Mode::strict);
  EXPECT_EQ(shown.explanation.receipt.mode, tls::Mode::relaxed);
  EXPECT_EQ(shown.explanation.way, "mx");
  ASSERT_EQ(shown.explanation.hosts.size(), 1u);
  EXPECT_EQ(shown.explanation.hosts[0].host, "mx.a.example");
  EXPECT_THAT(shown.explanation.text, HasSubstr("policy a.example"));
}

TEST_F(PartnerTest, ShowsTheLastProofAndTheCountsOfAMonthForItsOwnHops) {
  queue::Attempt failed = attempt("a.example", minutes(2));
  failed.outcome = queue::AttemptOutcome::deferred;
  queue::Attempt taken = attempt("a.example", minutes(9));
  taken.hop = Hop::partner_to_gateway;
  taken.outcome = queue::AttemptOutcome::accepted;
  queue::Attempt theirs = attempt("a.example");
  theirs.account = other;
  queue::Attempt latest = attempt("a.example", minutes(1));
  latest.cipher = "the latest";
  record({attempt("a.example", hours(3)), failed, latest, taken, theirs, attempt("b.example"),
          attempt("a.example", hours(24 * 40))});
  const PartnerHop out = hop(Hop::gateway_to_partner);
  EXPECT_EQ(out.total, 3);
  EXPECT_EQ(out.failed, 1);
  ASSERT_TRUE(out.last);
  EXPECT_EQ(out.last->cipher, "the latest");
  const PartnerHop in = hop(Hop::partner_to_gateway);
  EXPECT_EQ(in.total, 1);
  EXPECT_EQ(in.last->hop, Hop::partner_to_gateway);
}

TEST_F(PartnerTest, ShowsTheAccountsOwnWayForTheInternalHops) {
  policy::InternalRoute route = records::internal_route("corp.example", "mail.corp.example");
  put(records::internal_domain("corp.example", main));
  route.mode = tls::Mode::strict;
  put(route);
  queue::Attempt inside = attempt("corp.example");
  inside.hop = Hop::gateway_to_internal;
  record({inside});
  EXPECT_EQ(hop(Hop::gateway_to_internal).required, tls::Mode::strict);
  EXPECT_EQ(hop(Hop::gateway_to_internal).total, 1);
  EXPECT_EQ(hop(Hop::gateway_to_internal).last->domain, "corp.example");
  EXPECT_EQ(hop(Hop::internal_to_gateway).total, 0);
  EXPECT_FALSE(hop(Hop::internal_to_gateway).last);
  // One weak route among strong ones is the way that mail may take.
  policy::InternalRoute weak = records::internal_route("corp.example", "old.corp.example");
  put(weak);
  EXPECT_EQ(hop(Hop::gateway_to_internal).required, tls::Mode::opportunistic);
}

TEST_F(PartnerTest, DemandsTlsOfInternalServersOnlyWhenAllAreHeldToIt) {
  policy::InternalSender sender;
  sender.account = main;
  sender.range = base::IpRange::parse("192.0.2.0/24").value();
  sender.require_tls = true;
  put(sender);
  EXPECT_EQ(hop(Hop::internal_to_gateway).required, tls::Mode::relaxed);
  sender.range = base::IpRange::parse("198.51.100.0/24").value();
  sender.require_tls = false;
  put(sender);
  EXPECT_EQ(hop(Hop::internal_to_gateway).required, tls::Mode::opportunistic);
  policy::InternalDomain strict = records::internal_domain("corp.example", main);
  strict.enforce_receipt = true;
  put(strict);
  EXPECT_EQ(hop(Hop::internal_to_gateway).required, tls::Mode::relaxed);
}

TEST_F(PartnerTest, SaysWhatAMonitoredPolicyWouldHaveStopped) {
  queue::Attempt expired = attempt("a.example");
  expired.would_fail = "certificate-expired";
  queue::Attempt mismatch = attempt("a.example");
  mismatch.would_fail = "certificate-host-mismatch";
  record({expired, expired, mismatch, attempt("a.example")});
  EXPECT_FALSE(partner().monitor);
  policy::Policy watched = records::policy_for("a.example");
  watched.stage = tls::Stage::monitor;
  put(watched);
  const auto result = partner().monitor;
  ASSERT_TRUE(result);
  EXPECT_EQ(result->total, 4);
  EXPECT_EQ(result->would_fail, 3);
  ASSERT_EQ(result->reasons.size(), 2U);
  EXPECT_EQ(result->reasons[0],
            (MonitorReason{"certificate-expired", "The certificate has expired.", 2}));
  EXPECT_EQ(result->reasons[1].code, "certificate-host-mismatch");
}

TEST_F(PartnerTest, KnowsTheCertificateThatAServerShowedLast) {
  queue::Attempt proved = attempt("a.example");
  proved.certificate_sha256 = std::string(64, 'a');
  proved.expiry = "2030-01-01T00:00:00Z";
  record({proved, attempt("b.example")});
  const auto servers = partner().servers;
  ASSERT_EQ(servers.size(), 1U);
  EXPECT_EQ(servers[0].certificate_sha256, proved.certificate_sha256);
  EXPECT_EQ(servers[0].expiry, proved.expiry);
}

TEST_F(PartnerTest, ShowsItsExceptionsWithTheirEnd) {
  policy::Exception exception;
  exception.account = main;
  exception.domain = records::domain("a.example");
  exception.reason = "their certificate expired";
  exception.author = "anna";
  exception.created = spool.shard.wall_now() - hours(24);
  exception.end = spool.shard.wall_now() + hours(24);
  put(exception);
  exception.account = other;
  put(exception);
  const Partner shown = partner();
  ASSERT_EQ(shown.exceptions.size(), 1u);
  EXPECT_TRUE(shown.exceptions[0].active);
  EXPECT_EQ(shown.exceptions[0].end, exception.end);
}

TEST_F(PartnerTest, ShowsItsLastAttemptsNewestFirst) {
  std::vector<queue::Attempt> many;
  for (int i = 0; i < 30; ++i) many.push_back(attempt("a.example", minutes(i)));
  record(std::move(many));
  const auto recent = partner().recent;
  ASSERT_EQ(recent.size(), 20u);
  EXPECT_GT(recent.front().time, recent.back().time);
}

TEST_F(PartnerTest, SaysNothingOfTheRoutesOfAnotherAccountsDomain) {
  policy::InternalDomain theirs = records::internal_domain("theirs.example", other);
  theirs.validated = true;
  put(theirs);
  policy::InternalRoute route = records::internal_route("theirs.example", "secret.theirs.example");
  route.account = other;
  put(route);
  const Partner shown = partner("theirs.example");
  EXPECT_EQ(shown.explanation.way, "internal-route");
  EXPECT_THAT(shown.explanation.hosts, IsEmpty());
  EXPECT_THAT(shown.explanation.text, ::testing::Not(HasSubstr("secret")));
}

TEST_F(PartnerTest, AnswersForADomainThatNobodyKnowsAndForNoDomainAtAll) {
  const Partner unknown = partner("unknown.example");
  EXPECT_TRUE(unknown.explanation.failure);
  EXPECT_THAT(unknown.recent, IsEmpty());
  EXPECT_EQ(refusal(handlers.get(call({{"domain", "no domain"}}))), "404 not-found");
}

}  // namespace
}  // namespace postern::api
