#include "core/policy/validate.h"

#include <gtest/gtest.h>

#include "core/policy/testing.h"

namespace postern::policy {
namespace {

using namespace testing;
using tls::Mode;

template <class Object>
std::string code(const Object& object) {
  const auto result = validate(object);
  return result ? "ok" : result.error().code;
}

template <class Object>
std::string field(const Object& object) {
  const auto checked = check(object);
  return checked ? "" : checked.error().field;
}

TEST(Validate, NamesTheFieldAtFault) {
  Policy policy = policy_for("example.com");
  policy.floor = Floor::legacy;
  EXPECT_EQ(field(policy), "floor");
  policy = policy_for("example.com");
  policy.valid_from = policy.valid_until = noon();
  EXPECT_EQ(field(policy), "valid_until");
  EXPECT_EQ(field(policy_for("co.uk")), "domain");
  EXPECT_EQ(field(policy_for("example.com")), "");
  EXPECT_EQ(field(internal_route("example.org", "not a host")), "host");
  EXPECT_EQ(field(by_range("0.0.0.0/0")), "range");
  EXPECT_EQ(field(Account{kMain, "Main", "", ""}), "name");
  EXPECT_EQ(field(exception("example.com", Mode::strict)), "mode");
}

TEST(ValidateAccount, TakesShortPlainNames) {
  Account account{kMain, "main-2", "Example Ltd", ""};
  EXPECT_EQ(code(account), "ok");
  for (const char* name : {"", "Main", "-main", "main-", "a b", "a_b", "ümlaut",
                           "a23456789-123456789-123456789-123"}) {
    account.name = name;
    EXPECT_EQ(code(account), "invalid-account") << name;
  }
}

TEST(ValidateAccount, TakesPemBundlesAlone) {
  Account account{kMain, "main", "", "not a certificate"};
  EXPECT_EQ(code(account), "invalid-account");
  account.ca_bundle = "-----BEGIN CERTIFICATE-----\nMII...";
  EXPECT_EQ(code(account), "ok");
}

TEST(ValidateDomain, RefusesPublicSuffixes) {
  EXPECT_EQ(code(internal("example.org")), "ok");
  EXPECT_EQ(code(internal("co.uk")), "invalid-domain");
  EXPECT_EQ(code(InternalDomain{}), "invalid-domain");
}

TEST(ValidateDomain, KeepsAnMtaStsPolicyBetweenADayAndAYear) {
  InternalDomain domain = internal("example.org");
  for (const auto age : {std::chrono::days(1), std::chrono::days(365)}) {
    domain.sts.max_age = age;
    EXPECT_EQ(field(domain), "");
  }
  for (const auto age : {std::chrono::seconds(86'399), std::chrono::seconds(365 * 86'400 + 1)}) {
    domain.sts.max_age = age;
    EXPECT_EQ(field(domain), "mta_sts_max_age");
  }
}

TEST(ValidateRoute, TakesNamesAndAddresses) {
  for (const char* host : {"mail.corp.example", "localhost", "192.0.2.1", "2001:db8::1"}) {
    EXPECT_EQ(code(internal_route("example.org", host)), "ok") << host;
  }
  for (const char* host : {"", "two words", "[192.0.2.1]", "192.0.2.1:25", "a..b"}) {
    EXPECT_EQ(code(internal_route("example.org", host)), "invalid-route") << host;
  }
}

TEST(ValidateRoute, RefusesNonsense) {
  InternalRoute route = internal_route("example.org", "mail.corp.example");
  route.port = 0;
  EXPECT_EQ(code(route), "invalid-route");
  route = internal_route("example.org", "mail.corp.example", -1);
  EXPECT_EQ(code(route), "invalid-route");
  route = internal_route("example.org", "mail.corp.example");
  route.login = Login{"", "secret"};
  EXPECT_EQ(code(route), "invalid-route");
  route = internal_route("example.org", "mail.corp.example");
  route.domain = dns::Domain();
  EXPECT_EQ(code(route), "invalid-route");
}

TEST(ValidateRoute, LetsASmarthostServeEveryDomain) {
  ExternalRoute route;
  route.host = "relay.example";
  EXPECT_EQ(code(route), "ok");
  route.host = "192.0.2.1";
  EXPECT_EQ(code(route), "ok");
  route.consult_published = true;
  EXPECT_EQ(code(route), "invalid-route");
}

TEST(ValidateSender, RefusesRangesThatHoldStrangers) {
  for (const char* range : {"10.0.0.0/8", "192.0.2.1", "2001:db8::/32"}) {
    EXPECT_EQ(code(by_range(range)), "ok") << range;
  }
  for (const char* range : {"0.0.0.0/0", "8.0.0.0/7", "::/0", "2000::/3"}) {
    EXPECT_EQ(code(by_range(range)), "invalid-sender") << range;
  }
  InternalSender none = by_range("10.0.0.0/8");
  none.range.reset();
  EXPECT_EQ(code(none), "invalid-sender");
}

TEST(ValidateSender, NeedsWhatItsKindIsKnownBy) {
  InternalSender user;
  user.kind = InternalSender::Kind::credentials;
  user.user = "mailer@example.org";
  user.password_hash = "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA";
  EXPECT_EQ(code(user), "ok");
  user.password_hash = "plain";
  EXPECT_EQ(code(user), "invalid-sender");
  user.password_hash = "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA";
  for (const char* name : {"", "two words", "line\nend"}) {
    user.user = name;
    EXPECT_EQ(code(user), "invalid-sender") << name;
  }
  InternalSender certificate;
  certificate.kind = InternalSender::Kind::client_certificate;
  EXPECT_EQ(code(certificate), "invalid-sender");
  certificate.certificate_spki = key(1);
  EXPECT_EQ(code(certificate), "ok");
}

TEST(ValidatePolicy, TakesDomainsAndWildcards) {
  EXPECT_EQ(code(policy_for("example.com")), "ok");
  EXPECT_EQ(code(policy_for("*.gov.uk")), "ok");
  EXPECT_EQ(code(policy_for("co.uk")), "invalid-policy");
  EXPECT_EQ(code(Policy{}), "invalid-policy");
}

TEST(ValidatePolicy, KeepsExclusionsBelowTheWildcard) {
  Policy policy = policy_for("*.gov.uk");
  policy.scope.exclusions = domains({"parks.gov.uk", "mail.parks.gov.uk"});
  EXPECT_EQ(code(policy), "ok");
  policy.scope.exclusions = domains({"gov.uk"});
  EXPECT_EQ(code(policy), "invalid-policy");
  policy.scope.exclusions = domains({"example.com"});
  EXPECT_EQ(code(policy), "invalid-policy");
  policy = policy_for("example.com");
  policy.scope.exclusions = domains({"a.example.com"});
  EXPECT_EQ(code(policy), "invalid-policy");
}

TEST(ValidatePolicy, TakesTheLegacyFloorOnRelaxedAlone) {
  for (const Mode mode : {Mode::opportunistic, Mode::relaxed, Mode::strict}) {
    Policy policy = policy_for("example.com", mode);
    policy.floor = Floor::legacy;
    EXPECT_EQ(code(policy), mode == Mode::relaxed ? "ok" : "invalid-policy");
    policy.floor = Floor::tls1_3;
    EXPECT_EQ(code(policy), mode == Mode::opportunistic ? "invalid-policy" : "ok");
  }
}

TEST(ValidatePolicy, RefusesWaysThatWouldNeverBeUsed) {
  Policy policy = policy_for("example.com", Mode::relaxed);
  policy.accept = Accept::pkix;
  EXPECT_EQ(code(policy), "invalid-policy");
  policy.mode = Mode::strict;
  EXPECT_EQ(code(policy), "ok");
  policy.spki_pins = {key(1)};
  EXPECT_EQ(code(policy), "invalid-policy");
  policy.accept = Accept::any;
  EXPECT_EQ(code(policy), "ok");
  policy.spki_pins.clear();
  policy.accept = Accept::dane;
  EXPECT_EQ(code(policy), "ok");
  policy.names = domains({"mx.example.com"});
  EXPECT_EQ(code(policy), "invalid-policy");
}

TEST(ValidatePolicy, NeedsAHopATimeAndAnOrderOfDates) {
  Policy policy = policy_for("example.com");
  policy.delivery = policy.receipt = false;
  EXPECT_EQ(code(policy), "invalid-policy");
  policy = policy_for("example.com");
  policy.time_limit = base::Duration(0);
  EXPECT_EQ(code(policy), "invalid-policy");
  policy.time_limit = std::chrono::days(31);
  EXPECT_EQ(code(policy), "invalid-policy");
  policy = policy_for("example.com");
  policy.valid_from = noon();
  policy.valid_until = noon();
  EXPECT_EQ(code(policy), "invalid-policy");
  policy.valid_until = noon() + base::Duration(1);
  EXPECT_EQ(code(policy), "ok");
}

TEST(ValidatePolicy, KeepsNotesToPlainText) {
  Policy policy = policy_for("example.com");
  policy.note = "agreed with Zoë, see C:\\mail\\tls.txt";
  EXPECT_EQ(code(policy), "ok");
  policy.note = "two\nlines";
  EXPECT_EQ(code(policy), "ok");
  policy.note = "red \x1b[31m";
  EXPECT_EQ(code(policy), "invalid-policy");
  policy.note = std::string(1001, 'x');
  EXPECT_EQ(code(policy), "invalid-policy");
}

TEST(ValidateException, LastsThirtyDaysAtMost) {
  Exception one = exception("example.com", Mode::relaxed);
  EXPECT_EQ(code(one), "ok");
  one.end = one.created + std::chrono::days(30);
  EXPECT_EQ(code(one), "ok");
  one.end += base::Duration(1);
  EXPECT_EQ(code(one), "invalid-exception");
  one.end = one.created;
  EXPECT_EQ(code(one), "invalid-exception");
}

TEST(ValidateException, NeedsADomainALowerModeAReasonAndAnAuthor) {
  EXPECT_EQ(code(exception("example.com", Mode::strict)), "invalid-exception");
  Exception one = exception("example.com", Mode::relaxed);
  one.reason = "  ";
  EXPECT_EQ(code(one), "invalid-exception");
  one.reason = "two\nlines";
  EXPECT_EQ(code(one), "invalid-exception");
  one = exception("example.com", Mode::relaxed);
  one.author.clear();
  EXPECT_EQ(code(one), "invalid-exception");
  one = exception("example.com", Mode::relaxed);
  one.domain = dns::Domain();
  EXPECT_EQ(code(one), "invalid-exception");
}

}  // namespace
}  // namespace postern::policy
