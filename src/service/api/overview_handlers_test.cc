#include "service/api/overview_handlers.h"

#include <gmock/gmock.h>

#include "service/api/testing/mail_world.h"

namespace postern::api {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Ending = queue::AttemptOutcome;
using queue::Hop;
using std::chrono::hours;
using std::chrono::minutes;

class OwnCertificates : public receipt::ContextSource {
 public:
  [[nodiscard]] std::shared_ptr<const crypto::ServerContext> current() const override {
    return context;
  }
  std::shared_ptr<const crypto::ServerContext> context;
};

class ShownCertificate : public crypto::ServerContext {
 public:
  explicit ShownCertificate(base::Instant ends) {
    facts_.subject = "CN=gw.postern.example";
    facts_.not_after = ends;
  }
  [[nodiscard]] std::vector<tls::CertificateFacts> identities() const override { return {facts_}; }
  [[nodiscard]] bool proved_by(const dns::Domain&, std::span<const dns::Tlsa>,
                               base::Instant) const override {
    return false;
  }
  [[nodiscard]] net::Task<base::Result<crypto::SecuredServer>> accept_tls(
      std::unique_ptr<net::Socket>, crypto::Fallback, base::Deadline) const override {
    co_return base::fail("handshake-failed", "not here");
  }

 private:
  tls::CertificateFacts facts_;
};

class OverviewTest : public ::testing::Test, protected testing::MailWorld {
 protected:
  OverviewTest() { gateway_certificate_ends_in(hours(24 * 90)); }

  void gateway_certificate_ends_in(base::Duration left) {
    own.context = std::make_shared<ShownCertificate>(now() + left);
  }
  [[nodiscard]] base::Instant now() const { return spool.shard.wall_now(); }
  Overview overview() { return good(handlers.get(call())); }
  // "danger policy-failing a.example"
  std::vector<std::string> attention() {
    std::vector<std::string> lines;
    for (const Attention& one : overview().attention) {
      lines.push_back(one.severity + " " + one.code + (one.domain.empty() ? "" : " ") + one.domain);
    }
    return lines;
  }
  std::string text_of(const std::string& code) {
    for (const Attention& one : overview().attention) {
      if (one.code == code) return one.text;
    }
    return "nothing of it";
  }
  queue::Attempt unmet(std::string domain, std::string reason, base::Duration ago = minutes(5)) {
    queue::Attempt made = attempt(std::move(domain), ago);
    made.outcome = Ending::deferred;
    made.met = false;
    made.reason = std::move(reason);
    return made;
  }
  HopNumbers hop(Hop which) {
    for (const HopNumbers& one : overview().hops) {
      if (one.hop == which) return one;
    }
    return {};
  }
  policy::Policy pinned(std::string_view scope, std::string_view pin) {
    policy::Policy made = records::policy_for(scope);
    made.mx_pins = {tls::HostPattern::parse(pin).value()};
    return made;
  }

  OwnCertificates own;
  OverviewHandlers handlers{{spool.shard, reads, *spool.spool, own}};
};

TEST_F(OverviewTest, ShowsFourHopsEachWithTheLockOfItsLastDay) {
  queue::Attempt proved = attempt("a.example", hours(1));
  proved.method = tls::AuthMethod::pkix;
  queue::Attempt clear = attempt("b.example", hours(1));
  clear.version = tls::Version::none;
  queue::Attempt taken = attempt("c.example", hours(1));
  taken.hop = Hop::partner_to_gateway;
  taken.outcome = Ending::accepted;
  queue::Attempt inside = proved;
  inside.hop = Hop::gateway_to_internal;
  queue::Attempt refused = attempt("b.example", hours(1));
  refused.outcome = Ending::deferred;
  record({proved, clear, taken, inside, refused, attempt("a.example", hours(50))});

  std::vector<std::string> locks;
  for (const HopNumbers& one : overview().hops) locks.push_back(one.lock);
  EXPECT_THAT(locks, ElementsAre("encrypted", "authenticated", "none", "mixed"));
  const HopNumbers out = hop(Hop::gateway_to_partner);
  EXPECT_EQ(out.total, 3);
  EXPECT_EQ(out.authenticated, 1);
  EXPECT_EQ(out.encrypted, 0);
  EXPECT_EQ(out.clear, 1);
  EXPECT_EQ(out.failed, 1);
}

TEST_F(OverviewTest, ShowsTheNumbersOfTheAccountAlone) {
  queue::Attempt taken = attempt("c.example");
  taken.hop = Hop::internal_to_gateway;
  taken.outcome = Ending::accepted;
  queue::Attempt refused = taken;
  refused.outcome = Ending::refused;
  queue::Attempt bounced = attempt("a.example");
  bounced.outcome = Ending::bounced;
  queue::Attempt theirs = attempt("a.example");
  theirs.account = other;
  record({taken, refused, bounced, theirs, attempt("a.example"), attempt("a.example")});
  queued("a.example", main);
  queued("a.example", other);
  put(records::policy_for("a.example"));
  policy::Policy watched = records::policy_for("b.example");
  watched.stage = tls::Stage::monitor;
  put(watched);
  policy::Policy ended = records::policy_for("c.example");
  ended.valid_until = now() - hours(1);
  put(ended);
  const DayNumbers numbers = overview().numbers;
  EXPECT_EQ(numbers.accepted, 1);
  EXPECT_EQ(numbers.delivered, 2);
  EXPECT_EQ(numbers.refused, 1);
  EXPECT_EQ(numbers.bounced, 1);
  EXPECT_EQ(numbers.queued, 1);
  EXPECT_EQ(numbers.policies, 1);
  EXPECT_EQ(numbers.monitored, 1);
}

TEST_F(OverviewTest, HasNothingToSayWhenAllIsWell) {
  record({attempt("a.example")});
  EXPECT_THAT(attention(), IsEmpty());
}

TEST_F(OverviewTest, TellsOfAPolicyWhoseDeliveriesFailUntilOneGoesThrough) {
  put(records::policy_for("a.example"));
  record({unmet("a.example", "starttls-not-supported"), unmet("b.example", "dane-mismatch")});
  EXPECT_THAT(attention(), ElementsAre("danger policy-failing a.example",
                                       "danger requirement-failing b.example"));
  EXPECT_THAT(text_of("policy-failing"), HasSubstr("The server does not offer STARTTLS."));
  record({attempt("a.example", minutes(1))});
  EXPECT_THAT(attention(), ElementsAre("danger requirement-failing b.example"));
}

TEST_F(OverviewTest, ForgetsAFailureAfterADay) {
  put(records::policy_for("a.example"));
  record({unmet("a.example", "starttls-not-supported", hours(30))});
  EXPECT_THAT(attention(), IsEmpty());
}

TEST_F(OverviewTest, TellsThatADomainMovedItsMailUntilThePinsHoldTheHost) {
  const auto id = put(pinned("a.example", "mx.old.example"));
  queue::Attempt skipped = unmet("a.example", "mx-not-pinned");
  skipped.peer_host = "mx.new.example";
  record({skipped});
  EXPECT_THAT(attention(), ElementsAre("danger mx-moved a.example"));
  EXPECT_THAT(text_of("mx-moved"), HasSubstr("a.example moved its mail to mx.new.example"));
  policy::Policy approved = pinned("a.example", "*.new.example");
  approved.id = id;
  put(approved);
  EXPECT_THAT(attention(), IsEmpty());
}

TEST_F(OverviewTest, OnlyWarnsOfAStrangeHostWhileAnotherTakesTheMail) {
  put(pinned("a.example", "mx.a.example"));
  queue::Attempt took = attempt("a.example", minutes(5));
  took.took = std::chrono::seconds(2);
  queue::Attempt skipped = unmet("a.example", "mx-not-pinned");
  skipped.time = took.time + took.took + std::chrono::milliseconds(1);
  skipped.peer_host = "mx.strange.example";
  record({took, skipped});
  EXPECT_THAT(attention(), ElementsAre("warning mx-moved a.example"));
}

TEST_F(OverviewTest, TellsOfARouteThatNoLongerProvesItself) {
  put(records::internal_domain("corp.example", main));
  policy::InternalRoute route = records::internal_route("corp.example", "mail.corp.example");
  route.mode = tls::Mode::strict;
  route.id = put(route);
  queue::Attempt failed = unmet("corp.example", "certificate-expired");
  failed.hop = Hop::gateway_to_internal;
  failed.peer_host = "mail.corp.example:25";
  record({failed});
  EXPECT_THAT(attention(), ElementsAre("danger route-not-proved corp.example"));
  queue::Attempt again = attempt("corp.example", minutes(1));
  again.hop = Hop::gateway_to_internal;
  again.peer_host = "mail.corp.example:25";
  record({again});
  EXPECT_THAT(attention(), IsEmpty());
}

TEST_F(OverviewTest, TellsWhoWasRefusedForWantOfTls) {
  queue::Attempt partner = unmet("a.example", "tls-required");
  partner.hop = Hop::partner_to_gateway;
  partner.outcome = Ending::refused;
  queue::Attempt inside = partner;
  inside.hop = Hop::internal_to_gateway;
  inside.domain = "corp.example";
  record({partner, partner, inside});
  EXPECT_THAT(attention(), ElementsAre("danger internal-sender-refused corp.example",
                                       "warning partner-refused a.example"));
  EXPECT_THAT(text_of("partner-refused"), HasSubstr("2 times"));
}

TEST_F(OverviewTest, TellsOfCertificatesThatEndSoon) {
  const auto ends_in = [&](std::string domain, base::Duration left) {
    queue::Attempt made = attempt(std::move(domain), hours(1));
    made.certificate_sha256 = "ab";
    made.expiry = base::rfc3339(now() + left);
    return made;
  };
  put(records::policy_for("soon.example"));
  put(records::policy_for("later.example"));
  put(records::policy_for("over.example"));
  record({ends_in("soon.example", hours(24 * 10)), ends_in("later.example", hours(24 * 20)),
          ends_in("over.example", -hours(1)), ends_in("nobodys-business.example", hours(1))});
  gateway_certificate_ends_in(hours(30));
  EXPECT_THAT(attention(),
              ElementsAre("danger certificate-expired over.example", "danger certificate-expires",
                          "warning certificate-expires soon.example"));
}

TEST_F(OverviewTest, TellsThatTheGatewayHasNoCertificate) {
  own.context = nullptr;
  EXPECT_THAT(attention(), ElementsAre("danger no-certificate"));
}

TEST_F(OverviewTest, TellsOfMailThatWaitsForARequirement) {
  postpone(queued("a.example", main).deliveries[0], "starttls-not-supported");
  postpone(queued("b.example", main).deliveries[0], "connection-refused");
  postpone(queued("a.example", other).deliveries[0], "starttls-not-supported");
  EXPECT_THAT(attention(), ElementsAre("danger mail-waiting a.example"));
  EXPECT_THAT(text_of("mail-waiting"), HasSubstr("1 message to a.example waits"));
}

TEST_F(OverviewTest, TellsOfExceptionsAndPoliciesThatEndWithinTwoDays) {
  policy::Exception exception;
  exception.account = main;
  exception.domain = records::domain("a.example");
  exception.reason = "their certificate expired";
  exception.author = "anna";
  exception.created = now() - hours(24);
  exception.end = now() + hours(40);
  put(exception);
  exception.domain = records::domain("later.example");
  exception.end = now() + hours(60);
  put(exception);
  policy::Policy ends = records::policy_for("b.example");
  ends.valid_until = now() + hours(1);
  put(ends);
  EXPECT_THAT(attention(),
              ElementsAre("warning exception-ends a.example", "warning policy-ends b.example"));
}

TEST_F(OverviewTest, TellsOfADomainWithoutARoute) {
  policy::InternalDomain lone = records::internal_domain("corp.example", main);
  lone.validated = true;
  put(lone);
  EXPECT_THAT(attention(), ElementsAre("danger no-internal-route corp.example"));
}

TEST_F(OverviewTest, TellsNothingOfAnotherAccount) {
  policy::Policy theirs = records::policy_for("a.example");
  theirs.account = other;
  put(theirs);
  queue::Attempt failed = unmet("a.example", "starttls-not-supported");
  failed.account = other;
  record({failed});
  EXPECT_THAT(attention(), IsEmpty());
}

}  // namespace
}  // namespace postern::api
