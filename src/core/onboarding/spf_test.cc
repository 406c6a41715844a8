#include "core/onboarding/spf.h"

#include <gtest/gtest.h>

#include "core/policy/testing.h"

namespace postern::onboarding {
namespace {

using Kind = SpfTerm::Kind;
using policy::testing::domain;

base::IpAddress ip(std::string_view text) { return base::IpAddress::parse(text).value(); }

SpfRecord read(std::string_view text) {
  auto record = parse_spf(text);
  EXPECT_TRUE(record) << record.error().text;
  return record.value_or(SpfRecord());
}

TEST(Spf, IsKnownByItsVersion) {
  EXPECT_TRUE(is_spf("v=spf1"));
  EXPECT_TRUE(is_spf("V=SPF1 -all"));
  EXPECT_FALSE(is_spf("v=spf10 -all"));
  EXPECT_FALSE(is_spf("v=DMARC1"));
}

TEST(Spf, ReadsTermsWithTheirQualifiers) {
  const SpfRecord record =
      read("v=spf1  a mx:mail.example/24//64 ?include:_spf.example -ip4:192.0.2.5/24 ptr ~all");
  ASSERT_EQ(record.terms.size(), 6U);
  EXPECT_EQ(record.terms[0].kind, Kind::a);
  EXPECT_TRUE(record.terms[0].domain.empty());
  EXPECT_EQ(record.terms[1].domain.text(), "mail.example");
  EXPECT_EQ(record.terms[1].v4_prefix, 24);
  EXPECT_EQ(record.terms[1].v6_prefix, 64);
  EXPECT_EQ(record.terms[2].result, SpfResult::neutral);
  EXPECT_EQ(record.terms[3].result, SpfResult::fail);
  EXPECT_EQ(record.terms[3].range->to_string(), "192.0.2.0/24");
  EXPECT_EQ(record.terms[4].kind, Kind::other);
  EXPECT_EQ(record.terms[5].result, SpfResult::softfail);
}

TEST(Spf, ReadsARedirectAndLeavesOtherModifiers) {
  const SpfRecord record = read("v=spf1 exp=why.example redirect=_spf.example");
  ASSERT_TRUE(record.redirect);
  EXPECT_EQ(record.redirect->text(), "_spf.example");
  EXPECT_TRUE(record.terms.empty());
}

TEST(Spf, RefusesMalformedTerms) {
  EXPECT_FALSE(parse_spf("v=spf1 ip4:300.0.0.1"));
  EXPECT_FALSE(parse_spf("v=spf1 ip4:192.0.2.0/33"));
  EXPECT_FALSE(parse_spf("v=spf1 a/x"));
  EXPECT_FALSE(parse_spf("v=spf1 include:"));
  EXPECT_FALSE(parse_spf("v=spf1 a//129"));
  EXPECT_FALSE(parse_spf("v=spf1 mx/24x"));
  EXPECT_FALSE(parse_spf("v=spf1 ip4:192.0.2.0/-1"));
  EXPECT_FALSE(parse_spf("v=spf1 a:not..a.domain"));
  EXPECT_FALSE(parse_spf("v=spf1 redirect=not..a.domain"));
}

TEST(Spf, ReadsIpv6RangesAndAPrefixOfIpv6Alone) {
  const SpfRecord record = read("v=spf1 ip6:2001:db8:1:2::9/48 mx//64");
  ASSERT_EQ(record.terms.size(), 2U);
  EXPECT_EQ(record.terms[0].range->to_string(), "2001:db8:1::/48");
  EXPECT_EQ(record.terms[1].v4_prefix, 32);
  EXPECT_EQ(record.terms[1].v6_prefix, 64);
}

// What a macro stands for is the sender's, whom nobody knows here.
TEST(Spf, LeavesMacrosUnread) {
  const SpfRecord record = read("v=spf1 include:%{i}._spf.example redirect=%{d}.example");
  ASSERT_EQ(record.terms.size(), 1U);
  EXPECT_EQ(record.terms[0].kind, Kind::other);
  EXPECT_FALSE(record.redirect);
}

TEST(Spf, TakesAnEqualsSignWithinAValueForNoModifier) {
  EXPECT_EQ(read("v=spf1 exists:a=b.example").terms.at(0).kind, Kind::other);
}

TEST(Spf, MatchesWithinThePrefixOfAHost) {
  SpfTerm term;
  term.v4_prefix = 24;
  EXPECT_TRUE(matches(term, {ip("192.0.2.9")}, ip("192.0.2.200")));
  EXPECT_FALSE(matches(term, {ip("192.0.2.9")}, ip("192.0.3.1")));
  EXPECT_FALSE(matches(term, {ip("2001:db8::1")}, ip("192.0.2.1")));
  term.v6_prefix = 64;
  EXPECT_TRUE(matches(term, {ip("2001:db8::1")}, ip("2001:db8::2")));
}

TEST(Spf, TakesTheGatewayInBeforeWhatDecidesAboutAll) {
  const dns::Domain gateway = domain("gw.example");
  EXPECT_EQ(with_gateway("", gateway), "v=spf1 a:gw.example ~all");
  EXPECT_EQ(with_gateway("v=spf1 mx -all", gateway), "v=spf1 mx a:gw.example -all");
  EXPECT_EQ(with_gateway("v=spf1 redirect=_spf.example", gateway),
            "v=spf1 a:gw.example redirect=_spf.example");
  EXPECT_EQ(with_gateway("v=spf1 mx", gateway), "v=spf1 mx a:gw.example");
  EXPECT_EQ(with_gateway("v=spf1 -all redirect=_spf.example", gateway),
            "v=spf1 a:gw.example -all redirect=_spf.example");
}

}  // namespace
}  // namespace postern::onboarding
