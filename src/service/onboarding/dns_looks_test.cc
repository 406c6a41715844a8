#include "service/onboarding/dns_looks.h"

#include <gtest/gtest.h>

#include "service/onboarding/testing/published.h"

namespace postern::onboarding {
namespace {

using testing::domain;

struct DnsLooks : ::testing::Test {
  testing::Published dns;
  net::Shard shard;
  GatewayNames gateway{domain("gw.example"), {}, {}};

  static net::Task<void> look(DnsLooks& test, PublishedVerdict& verdict) {
    base::Deadline forever;
    verdict = co_await look_at_spf(test.dns, domain("corp.example"), test.gateway, forever);
  }
  PublishedVerdict spf() {
    PublishedVerdict verdict;
    shard.run_until_done(look(*this, verdict));
    return verdict;
  }
  // The record of corp.example is put beside those that are there, for a gateway at 192.0.2.10.
  PublishedVerdict spf(std::string record) {
    dns.address("gw.example", "192.0.2.10").txt("corp.example", std::move(record));
    return spf();
  }
};

TEST_F(DnsLooks, FindTheGatewayByItsNameAndAddress) {
  for (const char* record :
       {"v=spf1 a:gw.example -all", "v=spf1 ip4:192.0.2.0/24 -all", "v=spf1 +all"}) {
    dns = testing::Published();
    const PublishedVerdict verdict = spf(record);
    EXPECT_TRUE(verdict.good) << record << ": " << verdict.why;
    EXPECT_EQ(verdict.needed.front().value, record);
  }
}

TEST_F(DnsLooks, FollowIncludesAndRedirects) {
  dns.txt("_spf.example", "v=spf1 include:deep.example ?all");
  dns.txt("deep.example", "v=spf1 mx:corp.example -all").mx("corp.example", 10, "gw.example");
  EXPECT_TRUE(spf("v=spf1 include:_spf.example -all").good);
  dns = testing::Published();
  dns.txt("_spf.example", "v=spf1 ip4:192.0.2.10 -all");
  EXPECT_TRUE(spf("v=spf1 redirect=_spf.example").good);
}

TEST_F(DnsLooks, TakeTheFirstTermThatMatches) {
  EXPECT_FALSE(spf("v=spf1 -ip4:192.0.2.10 a:gw.example -all").good);
}

TEST_F(DnsLooks, TakeNoIncludeThatDoesNotPass) {
  dns.txt("_spf.example", "v=spf1 ~ip4:192.0.2.10 -all");
  const PublishedVerdict verdict = spf("v=spf1 include:_spf.example -all");
  EXPECT_FALSE(verdict.good);
  EXPECT_EQ(verdict.needed.front().value, "v=spf1 include:_spf.example a:gw.example -all");
  EXPECT_EQ(verdict.why,
            "The SPF record of corp.example does not let this gateway (192.0.2.10) send: publish "
            "the one above in its place.");
}

TEST_F(DnsLooks, WantEveryAddressOfTheGateway) {
  dns.address("gw.example", "2001:db8::10");
  EXPECT_FALSE(spf("v=spf1 ip4:192.0.2.10 -all").good);
}

TEST_F(DnsLooks, TakeTheConfiguredSourceForTheAddress) {
  gateway.sends_from = {base::IpAddress::parse("198.51.100.7").value()};
  EXPECT_TRUE(spf("v=spf1 ip4:198.51.100.7 -all").good);
}

TEST_F(DnsLooks, StopAfterTenLookups) {
  dns.txt("loop.example", "v=spf1 include:loop.example -all");
  const PublishedVerdict verdict = spf("v=spf1 include:loop.example -all");
  EXPECT_FALSE(verdict.good);
  EXPECT_NE(verdict.why.find("more than 10 DNS lookups"), std::string::npos);
  EXPECT_LT(dns.asked, 20);
}

TEST_F(DnsLooks, SayWhatIsWrongWithTheRecord) {
  EXPECT_NE(spf().why.find("has no SPF record"), std::string::npos);
  EXPECT_EQ(spf().needed.front().value, "v=spf1 a:gw.example ~all");
  EXPECT_NE(spf("v=spf1 ip4:nonsense -all").why.find("malformed"), std::string::npos);
  EXPECT_NE(spf("v=spf1 -all").why.find("has 2 SPF records"), std::string::npos);
  dns.fail("corp.example");
  EXPECT_NE(spf().why.find("could not be looked up"), std::string::npos);
}

TEST_F(DnsLooks, SayThatTheGatewayHasNoAddress) {
  dns.txt("corp.example", "v=spf1 a:gw.example -all");
  const PublishedVerdict verdict = spf();
  EXPECT_FALSE(verdict.good);
  EXPECT_NE(verdict.why.find("gw.example has none in the DNS"), std::string::npos);
}

}  // namespace
}  // namespace postern::onboarding
