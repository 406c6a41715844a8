#include "core/dns/wire.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::dns::wire {
namespace {

using Data = std::vector<std::uint8_t>;

Data bytes(std::string_view text) { return {text.begin(), text.end()}; }

template <class Record>
std::string fault(const Parsed<Record>& parsed) {
  if (parsed) return "good";
  return parsed.error() == Fault::malformed ? "malformed" : "unusable";
}

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(Wire, ReadsAddressesOfExactlyTheirSize) {
  EXPECT_EQ(parse_a(Data{192, 0, 2, 1})->to_string(), "192.0.2.1");
  EXPECT_EQ(parse_aaaa(Data{0x20, 1, 13, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9})->to_string(),
            "2001:db8::9");
  for (const std::size_t size : {0u, 3u, 5u, 16u})
    EXPECT_EQ(fault(parse_a(Data(size))), "malformed");
  for (const std::size_t size : {0u, 4u, 15u, 17u}) {
    EXPECT_EQ(fault(parse_aaaa(Data(size))), "malformed");
  }
}

TEST(Wire, ReadsAnMxAndFoldsItsHost) {
  const auto mx =
      parse_mx(bytes("\x01\x02\x02Mx\x07"
                     "Example\0"sv));
  ASSERT_TRUE(mx);
  EXPECT_EQ(mx->preference, 258);
  EXPECT_EQ(mx->host.text(), "mx.example");
}

TEST(Wire, ReadsTheNullMxAsAnEmptyHost) {
  const auto mx = parse_mx(bytes("\0\0\0"sv));
  ASSERT_TRUE(mx);
  EXPECT_TRUE(mx->host.empty());
}

TEST(Wire, RefusesNamesThatDoNotEndWhereTheDataEnds) {
  for (const auto data : {""sv, "\x02mx"sv, "\x03mx\0"sv, "\x02mx\0x"sv, "\x02mx\0\0"sv,
                          "\xC0\x0C"sv, "\x02mx\xC0\x0C"sv, "\x40"sv, "\x80\0"sv}) {
    EXPECT_EQ(fault(parse_name(bytes(data))), "malformed");
    EXPECT_EQ(fault(parse_mx(bytes("\0\0"s + std::string(data)))), "malformed");
  }
  EXPECT_EQ(fault(parse_mx(bytes("\0\0"sv))), "malformed");
  EXPECT_EQ(fault(parse_mx(bytes("\0"sv))), "malformed");
}

TEST(Wire, HoldsNamesToTheirLength) {
  const std::string label = "\x3F" + std::string(63, 'a');
  const std::string longest = label + label + label + "\x3D" + std::string(61, 'b') + '\0';
  EXPECT_EQ(longest.size(), 255u);
  EXPECT_EQ(fault(parse_name(bytes(longest))), "good");
  const std::string longer = label + label + label + "\x3E" + std::string(62, 'b') + '\0';
  EXPECT_EQ(fault(parse_name(bytes(longer))), "malformed");
  std::string many;
  for (int i = 0; i < 127; ++i) many += "\x01x";
  EXPECT_EQ(fault(parse_name(bytes(many + '\0'))), "good");
}

TEST(Wire, CallsNamesUnusableThatNoHostCanHave) {
  EXPECT_EQ(fault(parse_name(bytes("\x03"
                                   "a.b\x02mx\0"sv))),
            "unusable");
  EXPECT_EQ(fault(parse_name(bytes("\x03"
                                   "a b\0"sv))),
            "unusable");
  EXPECT_EQ(fault(parse_name(bytes("\x02\0\x01\0"sv))), "unusable");
  EXPECT_EQ(fault(parse_name(bytes("\x01*\x02mx\0"sv))), "unusable");
  EXPECT_EQ(fault(parse_name(bytes("\0"sv))), "unusable");
  EXPECT_EQ(fault(parse_mx(bytes("\0\1\x01*\0"sv))), "unusable");
}

TEST(Wire, ReadsTlsaWithAtLeastOneByteOfData) {
  const auto tlsa = parse_tlsa(Data{3, 1, 1, 0xAB, 0xCD});
  ASSERT_TRUE(tlsa);
  EXPECT_EQ(*tlsa, (Tlsa{3, 1, 1, {0xAB, 0xCD}}));
  for (const std::size_t size : {0u, 1u, 2u, 3u}) {
    EXPECT_EQ(fault(parse_tlsa(Data(size))), "malformed");
  }
}

TEST(Wire, JoinsTheStringsOfATxt) {
  EXPECT_EQ(parse_txt(bytes("\x05v=STS\x02v1"sv))->text, "v=STSv1");
  EXPECT_EQ(parse_txt(bytes("\0"sv))->text, "");
  for (const auto data : {""sv, "\x01"sv, "\x02x"sv, "\x01x\x01"sv, "\xFFx"sv}) {
    EXPECT_EQ(fault(parse_txt(bytes(data))), "malformed");
  }
}

// A message about "x." MX with these counts, and these records after the question.
Data message(int answers, int authorities, std::string_view records) {
  Data out = {0,    1,
              0x81, 0x80,
              0,    1,
              0,    static_cast<std::uint8_t>(answers),
              0,    static_cast<std::uint8_t>(authorities),
              0,    0,
              1,    'x',
              0,    0,
              15,   0,
              1};
  out.insert(out.end(), records.begin(), records.end());
  return out;
}
constexpr auto kNs = "\xC0\x0C\0\2\0\1\0\0\0\x3C\0\x04\1n\1x"sv;
constexpr auto kNsec = "\xC0\x0C\0\x2F\0\1\0\0\0\x3C\0\x02zz"sv;
constexpr auto kSoa = "\0\0\6\0\1\0\0\0\x3C\0\x02zz"sv;

TEST(Wire, TellsAReferralFromTheAbsenceOfData) {
  EXPECT_TRUE(is_referral(message(0, 1, kNs)));
  EXPECT_TRUE(is_referral(message(0, 2, std::string(kNsec) + std::string(kNs))));
  EXPECT_FALSE(is_referral(message(0, 0, "")));
  EXPECT_FALSE(is_referral(message(0, 1, kSoa)));
  EXPECT_FALSE(is_referral(message(0, 2, std::string(kNs) + std::string(kSoa))));
  EXPECT_FALSE(is_referral(message(1, 1, std::string(kNsec) + std::string(kNs))));
  EXPECT_TRUE(is_referral(message(0, 1, kNsec)));  // what validation leaves of a signed one
}

TEST(Wire, DoesNotReadPastTheEndOfAMessage) {
  const Data whole = message(0, 1, kNs);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(is_referral(Data(whole.begin(), whole.begin() + static_cast<long>(size)))) << size;
  }
}

TEST(Wire, KnowsWhereAddressesHaveTheirNames) {
  EXPECT_EQ(reverse_name(*base::IpAddress::parse("192.0.2.1")).text(), "1.2.0.192.in-addr.arpa");
  EXPECT_EQ(reverse_name(*base::IpAddress::parse("2001:db8::1")).text(),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

}  // namespace
}  // namespace postern::dns::wire
