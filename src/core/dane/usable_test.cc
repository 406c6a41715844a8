#include "core/dane/usable.h"

#include <gtest/gtest.h>

#include <array>

namespace postern::dane {
namespace {

using Bytes = std::vector<std::uint8_t>;

dns::Tlsa record(int usage, int selector, int matching_type, Bytes data) {
  return {static_cast<std::uint8_t>(usage), static_cast<std::uint8_t>(selector),
          static_cast<std::uint8_t>(matching_type), std::move(data)};
}
Bytes digest(std::size_t size) { return Bytes(size, 7); }

// A DER SEQUENCE with this header and as much content.
Bytes sequence(Bytes header, std::size_t content) {
  header.insert(header.begin(), 0x30);
  header.resize(header.size() + content, 5);
  return header;
}
const Bytes kSequence = sequence({4}, 4);

std::string why_not(const dns::Tlsa& one) { return unusable(one).value_or("usable"); }
std::string why_not_whole(Bytes data, int selector = 0) {
  return why_not(record(3, selector, 0, std::move(data)));
}

// What fits each matching type, so that the numbers alone decide.
Bytes fitting(int matching_type) {
  return matching_type == 0 ? kSequence : digest(matching_type == 1 ? 32 : 64);
}

TEST(UsableTlsa, AreExactlyTwoUsagesTwoSelectorsAndThreeMatchingTypes) {
  for (int usage = 0; usage < 256; ++usage) {
    for (const int selector : {0, 1, 2, 3, 255}) {
      for (int type = 0; type < 256; ++type) {
        const bool counts = (usage == 2 || usage == 3) && selector <= 1 && type <= 2;
        ASSERT_EQ(!unusable(record(usage, selector, type, fitting(type))), counts)
            << usage << " " << selector << " " << type;
      }
    }
  }
}

TEST(UsableTlsa, LeavesOutWhatOnlyTheWebsPkiCouldMeet) {
  EXPECT_EQ(why_not(record(0, 1, 1, digest(32))), "usage 0 (PKIX-TA) does not exist for SMTP");
  EXPECT_EQ(why_not(record(1, 1, 1, digest(32))), "usage 1 (PKIX-EE) does not exist for SMTP");
}

TEST(UsableTlsa, SaysWhichNumberIsUnknown) {
  EXPECT_EQ(why_not(record(4, 1, 1, digest(32))), "usage 4 is unknown");
  EXPECT_EQ(why_not(record(255, 1, 1, digest(32))), "usage 255 is unknown");  // PrivCert
  EXPECT_EQ(why_not(record(3, 2, 1, digest(32))), "selector 2 is unknown");
  EXPECT_EQ(why_not(record(3, 1, 3, digest(32))), "matching type 3 is unknown");
}

TEST(UsableTlsa, WantsADigestOfItsDigestsLength) {
  for (const auto& [type, size] : {std::pair{1, 32U}, std::pair{2, 64U}}) {
    EXPECT_EQ(why_not(record(3, 1, type, digest(size))), "usable");
    for (const std::size_t wrong : {0U, 1U, size - 1, size + 1, 20U, 96U - size}) {
      EXPECT_NE(why_not(record(3, 1, type, digest(wrong))), "usable") << type << " " << wrong;
      EXPECT_NE(why_not(record(2, 0, type, digest(wrong))), "usable") << type << " " << wrong;
    }
  }
  EXPECT_EQ(why_not(record(3, 1, 1, digest(64))), "its digest has 64 bytes, SHA-256 has 32");
  EXPECT_EQ(why_not(record(3, 1, 2, digest(32))), "its digest has 32 bytes, SHA-512 has 64");
}

TEST(UsableTlsa, TakesAWholeCertificateOrKeyAsOneSequence) {
  EXPECT_EQ(why_not_whole(sequence({2}, 2)), "usable");
  EXPECT_EQ(why_not_whole(sequence({0x7F}, 0x7F)), "usable");
  EXPECT_EQ(why_not_whole(sequence({0x81, 0x80}, 0x80)), "usable");
  EXPECT_EQ(why_not_whole(sequence({0x82, 0x02, 0x58}, 0x258)), "usable");
  EXPECT_EQ(why_not_whole(sequence({0x83, 0x00, 0xFF, 0xFB}, 0xFFFB)), "usable");  // 64 KiB in all
  EXPECT_EQ(why_not_whole(sequence({0x82, 0x02, 0x58}, 0x258), 1), "usable");
}

TEST(UsableTlsa, RefusesWhatIsNoWholeSequence) {
  const std::array<Bytes, 12> wrong{{
      {},
      {0x30},
      {0x30, 0x00},                                // nothing inside
      {0x30, 0x80, 0x00, 0x00},                    // the indefinite length is BER, not DER
      {0x31, 0x02, 0x05, 0x00},                    // a SET
      sequence({4}, 3),                            // cut off
      sequence({4}, 5),                            // something follows
      sequence({0x82, 0x02, 0x58}, 0x257),         // cut off
      sequence({0x82, 0x02, 0x58}, 0x259),         // something follows
      {0x30, 0x83, 0x01, 0x00},                    // cut off inside the length
      sequence({0x84, 0, 0, 0, 4}, 4),             // a length of four bytes
      sequence({0x83, 0x00, 0xFF, 0xFC}, 0xFFFC),  // one byte above 64 KiB
  }};
  for (const Bytes& data : wrong) {
    EXPECT_EQ(why_not_whole(data), "its data is no certificate") << data.size();
    EXPECT_EQ(why_not_whole(data, 1), "its data is no public key") << data.size();
  }
}

TEST(UsableTlsa, AreKeptInTheirOrder) {
  const dns::Tlsa ee = record(3, 1, 1, digest(32)), ta = record(2, 0, 2, digest(64));
  const std::vector<dns::Tlsa> mixed{record(1, 1, 1, digest(32)), ta, record(3, 1, 1, digest(20)),
                                     ee, record(3, 9, 1, digest(32))};
  EXPECT_EQ(usable(mixed), (std::vector{ta, ee}));
  EXPECT_TRUE(usable({}).empty());
}

TEST(UsableTlsa, OfAPublisherRollingOverCountWithEveryDigest) {
  // RFC 7671 9: the strongest decides, and only what matches can know which is offered for what.
  const std::vector<dns::Tlsa> both{record(3, 1, 1, digest(32)), record(3, 1, 2, digest(64))};
  EXPECT_EQ(usable(both), both);
}

TEST(UsableTlsa, AreShownByTheirFirstDigits) {
  EXPECT_EQ(text(record(3, 1, 1, digest(32))), "3 1 1 0707070707070707…");
  EXPECT_EQ(text(record(2, 0, 0, {0xAB, 0xCD})), "2 0 0 abcd");
  EXPECT_EQ(text(record(3, 1, 1, digest(8))), "3 1 1 0707070707070707");
  EXPECT_EQ(text(record(255, 255, 255, {})), "255 255 255 ");
}

}  // namespace
}  // namespace postern::dane
