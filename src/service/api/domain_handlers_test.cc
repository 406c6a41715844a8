#include "service/api/domain_handlers.h"

#include "service/api/testing/kit.h"
#include "service/onboarding/testing/published.h"

namespace postern::api {
namespace {

using testing::domain;
using testing::Kit;
using testing::kMain;

struct DomainTest : Kit, ::testing::Test {
  onboarding::testing::Published dns;
  DomainHandlers domains{
      {shard, editor, [this] { return look(); }, {domain("gw.example"), {}, {}}}};

  base::Result<std::unique_ptr<resolver::Lookups>> look() {
    return std::make_unique<onboarding::testing::View>(dns);
  }
  Call at(const std::string& name, const std::string& account = "main") {
    return call({{"domain", name}}, account);
  }
  Domain add(const std::string& name, const std::string& account = "main") {
    return ok(domains.add(call({}, account), {name}));
  }
  void validate(const std::string& name) {
    dns.txt("_postern." + name, ok(domains.get(at(name))).publish.front().value);
    EXPECT_TRUE(ok(domains.check(at(name))).validated);
  }
  bool takes_mail(const std::string& name) {
    return book.current()->internal_domain(domain(name)) != nullptr;
  }
};

TEST_F(DomainTest, WaitsForItsProofWithACodeOfItsOwn) {
  const Domain made = add("corp.example");
  EXPECT_FALSE(made.validated);
  ASSERT_EQ(made.publish.size(), 2U);
  EXPECT_EQ(made.publish[0].name, "_postern.corp.example");
  EXPECT_NE(made.publish[0].value, add("other.example").publish[0].value);
  EXPECT_FALSE(takes_mail("corp.example"));
}

TEST_F(DomainTest, IsAddedOnceAndKeepsItsCode) {
  const Domain made = add("corp.example");
  EXPECT_EQ(add("CORP.example."), made);
  EXPECT_EQ(status(domains.add(call(), {"corp.example"})), 200);
}

TEST_F(DomainTest, IsValidatedByTheRecordThatIsFound) {
  add("corp.example");
  validate("corp.example");
  EXPECT_TRUE(takes_mail("corp.example"));
}

TEST_F(DomainTest, IsValidatedByTheAlias) {
  const Domain made = add("corp.example");
  dns.cname("_postern.corp.example", made.publish[1].value);
  EXPECT_TRUE(ok(domains.check(at("corp.example"))).validated);
}

TEST_F(DomainTest, SaysWhatWasFoundInstead) {
  add("corp.example");
  dns.txt("_postern.corp.example", "postern-verification=wrong");
  const DomainCheck check = ok(domains.check(at("corp.example")));
  EXPECT_FALSE(check.validated);
  EXPECT_EQ(check.found, std::vector<std::string>{"TXT \"postern-verification=wrong\""});
  EXPECT_FALSE(takes_mail("corp.example"));
}

TEST_F(DomainTest, StaysValidatedWhenTheRecordGoes) {
  add("corp.example");
  validate("corp.example");
  dns = onboarding::testing::Published();
  const DomainCheck check = ok(domains.check(at("corp.example")));
  EXPECT_TRUE(check.validated);
  EXPECT_EQ(check.why, "corp.example is validated already; mail for it is accepted.");
}

TEST_F(DomainTest, NeedsNoProofBelowOneThatIsValidated) {
  add("early.corp.example");
  add("corp.example");
  validate("corp.example");
  EXPECT_TRUE(ok(domains.get(at("early.corp.example"))).validated);
  EXPECT_TRUE(add("late.corp.example").validated);
  EXPECT_FALSE(add("corp2.example").validated);
}

TEST_F(DomainTest, IsRefusedWhereAnotherAccountHoldsItOrOneAboveOrBelow) {
  add("held.example", "other");
  for (const char* name : {"held.example", "below.held.example"}) {
    EXPECT_EQ(problem(domains.add(call(), {name})), "409 domain-held-elsewhere") << name;
  }
  add("deep.other.example", "other");
  EXPECT_EQ(problem(domains.add(call(), {"other.example"})), "409 domain-held-elsewhere");
  const auto refused = run(domains.add(call(), {"other.example"}));
  EXPECT_EQ(refused.error().detail.find("deep"), std::string::npos);
}

TEST_F(DomainTest, IsRefusedWhereItIsNone) {
  EXPECT_EQ(problem(domains.add(call(), {"not a domain"})), "422 invalid-domain #/domain");
  EXPECT_EQ(problem(domains.add(call(), {"co.uk"})), "422 invalid-domain #/domain");
}

TEST_F(DomainTest, MayDemandTlsOfItsOwnServers) {
  add("corp.example");
  const std::string seen = etag_of(body_of(ok(domains.get(at("corp.example")))));
  EXPECT_TRUE(ok(domains.change(at("corp.example"), {true})).enforce_receipt);
  EXPECT_EQ(problem(domains.change(if_match(at("corp.example"), seen), {false})),
            "412 changed-meanwhile");
  EXPECT_TRUE(ok(domains.change(at("corp.example"), {})).enforce_receipt);
}

TEST_F(DomainTest, StaysWhileARouteNeedsIt) {
  add("corp.example");
  const auto route = put(records::internal_route("corp.example", "mail.corp.example"));
  EXPECT_EQ(problem(domains.remove(at("corp.example"))), "409 domain-in-use");
  EXPECT_TRUE(records::remove_one(book.records(), route));
  book.load();
  EXPECT_EQ(problem(domains.remove(at("corp.example"))), "none");
  EXPECT_TRUE(ok(domains.list(call())).items.empty());
}

TEST_F(DomainTest, StaysWhileARouteOfADomainBelowNeedsIt) {
  add("corp.example");
  put(records::internal_route("sub.corp.example", "mail.corp.example"));
  EXPECT_EQ(problem(domains.remove(at("corp.example"))), "409 domain-in-use");
}

TEST_F(DomainTest, OfAnotherAccountDoesNotExist) {
  add("held.example", "other");
  EXPECT_EQ(problem(domains.get(at("held.example"))), "404 not-found");
  EXPECT_EQ(problem(domains.change(at("held.example"), {true})), "404 not-found");
  EXPECT_EQ(problem(domains.remove(at("held.example"))), "404 not-found");
  EXPECT_EQ(problem(domains.check(at("held.example"))), "404 not-found");
  EXPECT_EQ(problem(domains.check_mx(at("held.example"))), "404 not-found");
  EXPECT_EQ(problem(domains.check_spf(at("held.example"))), "404 not-found");
  EXPECT_TRUE(ok(domains.list(call())).items.empty());
}

TEST_F(DomainTest, ShowsWhatItsMailExchangersAre) {
  add("corp.example");
  dns.mx("corp.example", 10, "gw.example").mx("corp.example", 20, "old.example");
  const DnsCheck check = ok(domains.check_mx(at("corp.example")));
  EXPECT_FALSE(check.good);
  EXPECT_EQ(check.needed.front().value, "10 gw.example");
  EXPECT_EQ(check.found, (std::vector<std::string>{"10 gw.example", "20 old.example"}));
}

TEST_F(DomainTest, ShowsWhetherSpfLetsTheGatewaySend) {
  add("corp.example");
  dns.address("gw.example", "192.0.2.1").txt("corp.example", "v=spf1 mx -all");
  const DnsCheck check = ok(domains.check_spf(at("corp.example")));
  EXPECT_FALSE(check.good);
  EXPECT_EQ(check.needed.front().value, "v=spf1 mx a:gw.example -all");
}

}  // namespace
}  // namespace postern::api
