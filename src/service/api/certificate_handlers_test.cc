#include "service/api/certificate_handlers.h"

#include <chrono>

#include "service/api/testing/kit.h"

namespace postern::api {
namespace {

using namespace std::chrono_literals;
using testing::Kit;
using testing::kMain;

tls::CertificateFacts leaf(const std::string& name, unsigned char number) {
  tls::CertificateFacts one;
  one.dns_names = {name};
  one.issuer = "Test CA";
  one.fingerprint = {number};
  one.spki = {number};
  return one;
}

acme::Kept kept(const std::string& name, unsigned char number) {
  acme::Kept one;
  one.names = {testing::domain(name)};
  one.leaf = leaf(name, number);
  return one;
}

struct CertificateTest : Kit, ::testing::Test {
  CertificateHandlers::Now now;
  std::string did;
  CertificateHandlers certificates{
      {shard, writes, [this] { return now; },
       [this](CertificateAction action, const std::string& name) -> base::Result<> {
         did += std::string(certificate_action_text(action)) + " " + name + ";";
         return {};
       }}};

  CertificateTest() {
    now.renews = true;
    now.mail = {leaf("gw.example", 1)};
    now.kept = {kept("gw.example", 1), kept("mta-sts.corp.example", 2)};
  }
  [[nodiscard]] Call platform(std::map<std::string, std::string> path = {}) const {
    Call made = call(std::move(path));
    made.who.grants = {{"*", Role::administrator}};
    return made;
  }
  [[nodiscard]] std::vector<std::string> seen(Call who) {
    std::vector<std::string> names;
    for (const KeptCertificate& one : ok(certificates.list(std::move(who))).kept) {
      names.push_back(one.name);
    }
    return names;
  }
};

TEST_F(CertificateTest, IsShownOnceWithAllItsUsesAndWhereItIsFrom) {
  now.web = {leaf("gw.example", 1), leaf("web.example", 3)};
  const OwnCertificates all = ok(certificates.list(call()));
  ASSERT_EQ(all.in_force.size(), 2U);
  EXPECT_EQ(all.in_force[0].uses, (std::vector{CertificateUse::mail, CertificateUse::web}));
  EXPECT_EQ(all.in_force[0].origin, CertificateOrigin::acme);
  EXPECT_EQ(all.in_force[0].certificate.tlsa.substr(0, 8), "3 1 1 01");
  EXPECT_EQ(all.in_force[1].uses, std::vector{CertificateUse::web});
  EXPECT_EQ(all.in_force[1].origin, CertificateOrigin::file);
}

TEST_F(CertificateTest, ThatIsHeldSaysWhy) {
  now.held = {leaf("gw.example", 9)};
  now.held_why = "The TLSA record of its key is not published.";
  const OwnCertificates all = ok(certificates.list(call()));
  EXPECT_EQ(all.held.size(), 1U);
  EXPECT_EQ(all.held_why, now.held_why);
}

TEST_F(CertificateTest, OfAPolicyHostIsSeenByThoseWhoSeeItsDomain) {
  policy::InternalDomain corp = records::internal_domain("corp.example", kMain);
  corp.validated = true;
  put(corp);
  EXPECT_EQ(seen(call()), std::vector<std::string>{"mta-sts.corp.example"});
  EXPECT_EQ(seen(call({}, "other")), std::vector<std::string>{});
  EXPECT_EQ(seen(platform()), (std::vector<std::string>{"gw.example", "mta-sts.corp.example"}));
}

TEST_F(CertificateTest, ThatVouchesForItselfHasNoDateOfRenewal) {
  now.kept[0].renewal = base::Instant(5s);
  EXPECT_EQ(ok(certificates.list(platform())).kept[0].renewal, base::Instant(5s));
  now.kept[0].leaf->self_signed = true;
  EXPECT_EQ(ok(certificates.list(platform())).kept[0].renewal, std::nullopt);
}

TEST_F(CertificateTest, ThatCouldNotBeGotSaysWhyAndWhenNext) {
  now.kept[0].attempts = {.failures = 2, .next = base::Instant(7s), .why = "refused\x1b[2J"};
  const KeptCertificate one = ok(certificates.list(platform())).kept[0];
  EXPECT_EQ(one.failures, 2);
  EXPECT_EQ(one.why, "refused\\x1b[2J");
  EXPECT_EQ(one.next_attempt, base::Instant(7s));
}

TEST_F(CertificateTest, IsRenewedByNameAndTheAuditLogSaysWhoDidIt) {
  ok(certificates.command(platform({{"name", "GW.example"}}), {CertificateAction::renew}));
  EXPECT_EQ(did, "renew gw.example;");
  const auto entries = book.records().audit_log(0, 100).value();
  EXPECT_EQ(entries.back().action, "certificate.renew");
  EXPECT_EQ(entries.back().object, "certificate gw.example");
  EXPECT_EQ(entries.back().actor, "user:anna");
}

TEST_F(CertificateTest, ThatIsNotKeptIsNotTouched) {
  const CertificateCommand roll{CertificateAction::roll};
  EXPECT_EQ(problem(certificates.command(platform({{"name", "no.example"}}), roll)),
            "404 not-found");
  EXPECT_EQ(problem(certificates.command(platform({{"name", "gw.example"}}),
                                         {CertificateAction::give_up})),
            "409 no-next-key");
  EXPECT_EQ(did, "");
}

}  // namespace
}  // namespace postern::api
