#include "core/base/ip_address.h"

#include <gtest/gtest.h>

namespace postern::base {
namespace {

std::string again(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->to_string() : "refused";
}

TEST(IpAddress, IsWrittenAsRfc5952Says) {
  EXPECT_EQ(again("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(again("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(again("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");  // one zero stays
  EXPECT_EQ(again("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");           // the longest run
  EXPECT_EQ(again("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");     // the first of two equal runs
  EXPECT_EQ(again("1:0:0:0:0:0:0:0"), "1::");
  EXPECT_EQ(again("0:0:0:0:0:0:0:0"), "::");
  EXPECT_EQ(again("::1"), "::1");
}

TEST(IpAddress, EqualsItsMappedSelf) {
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1"), IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(again("::ffff:c000:0201"), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->v4_host_order(), 0xC0000201u);
  EXPECT_EQ(IpAddress::v4(0xC0000201u), IpAddress::parse("192.0.2.1"));
}

TEST(IpAddress, RefusesEverythingElse) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "192.0.2"sv, "192.0.2.256"sv, "192.0.2.01"sv, "192.0.2.1 "sv, "0x7f.1"sv, "1"sv,
        "::1%lo"sv, "fe80::1%eth0"sv, ":::"sv, "1:2:3:4:5:6:7"sv, "1:2:3:4:5:6:7:8:9"sv, "[::1]"sv,
        "127.0.0.1\0x"sv, "::1\0"sv, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa"sv}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, KnowsWhichPlacesTheWorldMayNotName) {
  for (const std::string_view text : {"0.0.0.0",
                                      "10.1.2.3",
                                      "100.64.0.1",
                                      "127.0.0.1",
                                      "169.254.169.254",
                                      "172.16.0.1",
                                      "172.31.255.255",
                                      "192.168.1.1",
                                      "192.0.0.8",
                                      "198.18.0.1",
                                      "224.0.0.1",
                                      "255.255.255.255",
                                      "::",
                                      "::1",
                                      "::127.0.0.1",
                                      "fe80::1",
                                      "fc00::1",
                                      "fdff::1",
                                      "ff02::1",
                                      "64:ff9b::10.0.0.1",
                                      "64:ff9b:1::8.8.8.8",
                                      "2002:7f00:1::",
                                      "2001::1",
                                      "100::1",
                                      "fec0::1",
                                      "2a00::5efe:10.0.0.1",
                                      "2a00::200:5efe:10.0.0.1",
                                      "::ffff:10.0.0.1"}) {
    EXPECT_TRUE(IpAddress::parse(text)->is_special()) << text;
  }
  for (const std::string_view text : {"8.8.8.8", "100.128.0.1", "172.32.0.1", "192.0.1.1",
                                      "223.255.255.255", "2001:4860:4860::8888", "2a00::1",
                                      "64:ff9b::8.8.8.8", "2002:808:808::", "2a00::5efe:8.8.8.8",
                                      // Next to what is special, and not it.
                                      "0:0:0:1::1", "100:0:0:1::1", "fe00::1",
                                      "64:ff9b:0:1::10.0.0.1", "64:ff9b::1:0:10.0.0.1"}) {
    EXPECT_FALSE(IpAddress::parse(text)->is_special()) << text;
  }
}

TEST(IpAddress, KnowsLoopback) {
  EXPECT_TRUE(IpAddress::parse("127.9.9.9")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("::2")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("128.0.0.1")->is_loopback());
  EXPECT_FALSE(IpAddress{}.is_loopback());
}

TEST(IpRange, ContainsWhatItsPrefixCovers) {
  const auto v4 = *IpRange::parse("192.0.2.64/26");
  EXPECT_TRUE(v4.contains(*IpAddress::parse("192.0.2.64")));
  EXPECT_TRUE(v4.contains(*IpAddress::parse("192.0.2.127")));
  EXPECT_TRUE(v4.contains(*IpAddress::parse("::ffff:192.0.2.100")));
  EXPECT_FALSE(v4.contains(*IpAddress::parse("192.0.2.63")));
  EXPECT_FALSE(v4.contains(*IpAddress::parse("192.0.2.128")));
  const auto v6 = *IpRange::parse("2001:db8::/33");
  EXPECT_TRUE(v6.contains(*IpAddress::parse("2001:db8:7fff::1")));
  EXPECT_FALSE(v6.contains(*IpAddress::parse("2001:db8:8000::1")));
  const auto one = *IpRange::parse("192.0.2.1");
  EXPECT_TRUE(one.contains(*IpAddress::parse("192.0.2.1")));
  EXPECT_FALSE(one.contains(*IpAddress::parse("192.0.2.2")));
}

TEST(IpRange, KeepsTheFamiliesApart) {
  EXPECT_FALSE(IpRange::parse("::/0")->contains(*IpAddress::parse("192.0.2.1")));
  EXPECT_TRUE(IpRange::parse("::/0")->contains(*IpAddress::parse("2001:db8::1")));
  EXPECT_TRUE(IpRange::parse("0.0.0.0/0")->contains(*IpAddress::parse("192.0.2.1")));
  EXPECT_FALSE(IpRange::parse("0.0.0.0/0")->contains(*IpAddress::parse("2001:db8::1")));
}

TEST(IpRange, IsWrittenAsItWasRead) {
  for (const std::string_view text :
       {"192.0.2.0/24", "0.0.0.0/0", "192.0.2.1", "2001:db8::/32", "::/0", "2001:db8::1"}) {
    EXPECT_EQ(IpRange::parse(text)->to_string(), text);
  }
  EXPECT_EQ(IpRange::parse("192.0.2.1/32")->to_string(), "192.0.2.1");
  EXPECT_EQ(IpRange::parse("::ffff:192.0.2.0/120")->to_string(), "192.0.2.0/24");
}

TEST(IpRange, RefusesPrefixesThatAreWrongOrDoNotFitTheAddress) {
  for (const std::string_view text :
       {"", "192.0.2.0/", "192.0.2.0/33", "192.0.2.5/24", "::/129", "2001:db8::1/64",
        "192.0.2.0/024", "192.0.2.0/-1", "/24", "192.0.2.0/24/24"}) {
    EXPECT_FALSE(IpRange::parse(text)) << text;
  }
}

TEST(Endpoint, IsWrittenAndReadWithBracketsAroundIpv6) {
  for (const std::string_view text : {"192.0.2.1:25", "[2001:db8::1]:25", "127.0.0.1:0"}) {
    ASSERT_TRUE(Endpoint::parse(text)) << text;
    EXPECT_EQ(Endpoint::parse(text)->to_string(), text);
  }
  EXPECT_EQ(Endpoint::parse("192.0.2.1:65535")->port, 65535);
}

TEST(Endpoint, RefusesWhatIsAmbiguous) {
  for (const std::string_view text :
       {"", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "::1:25", "[192.0.2.1]:25", "[::1]",
        "[]:25", "192.0.2.1:+25", "192.0.2.1:025", "192.0.2.1:000025", "[::1:25", "localhost:25"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

}  // namespace
}  // namespace postern::base
