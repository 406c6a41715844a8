#include "core/dns/domain.h"

#include <gtest/gtest.h>

namespace postern::dns {
namespace {

std::string parsed(std::string_view text) {
  const auto domain = Domain::parse(text);
  if (domain) return domain->text();
  return domain.error().code == "invalid-domain" ? "invalid" : "wrong code";
}

TEST(Domain, IsTrimmedFoldedAndLosesItsTrailingDot) {
  EXPECT_EQ(parsed("  Example.COM. "), "example.com");
  EXPECT_EQ(parsed("_mta-sts.example.com"), "_mta-sts.example.com");
  EXPECT_EQ(parsed("localhost"), "localhost");
  EXPECT_EQ(parsed("a.b-c.d1"), "a.b-c.d1");
}

TEST(Domain, ConvertsULabelsAsIdna2008Says) {
  EXPECT_EQ(parsed("Bücher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(parsed("bu\xCC\x88"
                   "cher.example"),
            "xn--bcher-kva.example");                            // decomposed
  EXPECT_EQ(parsed("straße.example"), "xn--strae-oqa.example");  // not "strasse"
  EXPECT_EQ(parsed("例え。テスト"), "xn--r8jz45g.xn--zckzah");
  EXPECT_EQ(parsed("xn--bcher-kva.EXAMPLE"), "xn--bcher-kva.example");
}

TEST(Domain, RefusesWhatIsNoName) {
  for (const std::string_view text : {"",
                                      " ",
                                      ".",
                                      "..",
                                      "a..b",
                                      ".a",
                                      "a..",
                                      "a b",
                                      "user@example.com",
                                      "exa\nmple.com",
                                      "*.com",
                                      "-a.com",
                                      "a-.com",
                                      "192.0.2.1",
                                      "1.2",
                                      "[::1]",
                                      "a/b",
                                      "\xFF.com",
                                      "a\xE2\x80\x8B.com\x01",
                                      "℀.example"}) {
    EXPECT_EQ(parsed(text), "invalid") << text;
  }
  EXPECT_EQ(parsed(std::string_view("a\0.com", 6)), "invalid");
  EXPECT_EQ(parsed(std::string_view("\xC3\xBC\0.com", 7)), "invalid");
}

TEST(Domain, HoldsNamesToTheirLengthLimits) {
  const std::string label(63, 'a');
  EXPECT_EQ(parsed(label + ".com"), label + ".com");
  EXPECT_EQ(parsed(label + "a.com"), "invalid");
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  EXPECT_EQ(longest.size(), 253u);
  EXPECT_EQ(parsed(longest), longest);
  EXPECT_EQ(parsed(longest + "b"), "invalid");
  EXPECT_EQ(parsed(std::string(1'000'000, 'a')), "invalid");
}

TEST(Domain, SaysWhatIsWrongWithoutRepeatingHostileBytes) {
  const auto failed = Domain::parse("exa\x1Bmple.com");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, "invalid-domain");
  EXPECT_EQ(failed.error().text,
            "\"exa\\x1bmple.com\" is not a domain name: it contains \"\\x1b\".");
}

TEST(Domain, FromWireAllowsNamesThatOnlyZonesHold) {
  EXPECT_EQ(Domain::from_ascii("-odd-.Example.COM.")->text(), "-odd-.example.com");
  EXPECT_EQ(Domain::from_ascii("1.2.0.192.in-addr.arpa")->text(), "1.2.0.192.in-addr.arpa");
  EXPECT_FALSE(Domain::from_ascii("bücher.example"));
  EXPECT_FALSE(Domain::from_ascii(""));
  EXPECT_FALSE(Domain::from_ascii("."));
}

TEST(Domain, IsShownInUnicodeOnlyIfThatLeadsBack) {
  EXPECT_EQ(Domain::parse("bücher.example")->unicode(), "bücher.example");
  EXPECT_EQ(Domain::parse("example.com")->unicode(), "example.com");
  EXPECT_EQ(Domain::from_ascii("xn--a.example")->unicode(), "xn--a.example");
  EXPECT_EQ(Domain::from_ascii("xn--zzzzzzzz99999.example")->unicode(),
            "xn--zzzzzzzz99999.example");
}

TEST(Domain, KnowsItsPlaceInTheTree) {
  const Domain name = *Domain::parse("mail.example.co.uk");
  EXPECT_EQ(name.parent().text(), "example.co.uk");
  EXPECT_TRUE(Domain::parse("uk")->parent().empty());
  EXPECT_TRUE(name.is_below(*Domain::parse("co.uk")));
  EXPECT_FALSE(name.is_below(name));
  EXPECT_FALSE(Domain::parse("badexample.com")->is_below(*Domain::parse("example.com")));
  EXPECT_FALSE(name.is_below(Domain{}));
  EXPECT_EQ(name.label_count(), 4);
  EXPECT_EQ(Domain{}.label_count(), 0);
}

TEST(PublicSuffix, IsARegistrysNameAndNotACustomers) {
  EXPECT_TRUE(is_public_suffix(*Domain::parse("com")));
  EXPECT_TRUE(is_public_suffix(*Domain::parse("co.uk")));
  EXPECT_TRUE(is_public_suffix(*Domain::parse("gov.uk")));
  EXPECT_TRUE(is_public_suffix(*Domain::parse("公司.cn")));
  EXPECT_FALSE(is_public_suffix(*Domain::parse("example.co.uk")));
  EXPECT_FALSE(
      is_public_suffix(*Domain::parse("uk.com")));  // private section: it has mail of its own
  EXPECT_FALSE(is_public_suffix(*Domain::parse("partner.test")));
  EXPECT_FALSE(is_public_suffix(Domain{}));
}

}  // namespace
}  // namespace postern::dns
