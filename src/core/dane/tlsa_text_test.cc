#include "core/dane/tlsa_text.h"

#include <gtest/gtest.h>

namespace postern::dane {
namespace {

const std::string kDigest = "8cb0fc6c527506a053f4f14c8464bebbd6dede2738d11468dd953d7d6a3021f1";
const std::string kRecord = "3 1 1 " + kDigest;

dns::Tlsa good(std::string_view text) {
  auto record = parse_tlsa(text);
  EXPECT_TRUE(record) << text << "\n" << (record ? "" : record.error().text);
  return record.value_or(dns::Tlsa());
}
std::string refusal(std::string_view text) {
  auto record = parse_tlsa(text);
  return record ? "accepted" : record.error().text;
}

TEST(TlsaText, ReadsWhatARecordHolds) {
  const dns::Tlsa record = good(kRecord);
  EXPECT_EQ(record.usage, 3);
  EXPECT_EQ(record.selector, 1);
  EXPECT_EQ(record.matching_type, 1);
  ASSERT_EQ(record.data.size(), 32U);
  EXPECT_EQ(record.data[0], 0x8C);
  EXPECT_EQ(record.data[31], 0xF1);
  EXPECT_EQ(zone_text(record), kRecord);
}

TEST(TlsaText, ReadsAllTheFormsOfOneRecord) {
  const dns::Tlsa record = good(kRecord);
  const std::string upper = "8CB0FC6C527506A053F4F14C8464BEBBD6DEDE2738D11468DD953D7D6A3021F1";
  for (const std::string& text : std::vector<std::string>{
           "  3\t1 1  " + upper + "\r\n", "TLSA " + kRecord, "IN TLSA " + kRecord,
           "3600 IN TLSA " + kRecord, "_25._tcp.mx.example.com. TLSA " + kRecord,
           "_25._tcp.mx.example.com. 3600 IN TLSA " + kRecord,
           "_25._tcp.mx.example.com. IN 3600 tlsa " + kRecord + " ; a comment\n",
           "$TTL 60\n; nothing\n\n_25._tcp.mx IN TLSA (3 1 1 ; first\n " + kDigest.substr(0, 20) +
               "\n " + kDigest.substr(20) + ")\n",
           "3 1 1 " + kDigest.substr(0, 31) + " " + kDigest.substr(31),
           "_25._tcp.mx TYPE52 \\# 35 030101" + kDigest, "TYPE52 \\# 35 03 01 01 " + kDigest}) {
    EXPECT_EQ(good(text), record) << text;
  }
}

TEST(TlsaText, ReadsSeveralWithTheirOwnersAndLines) {
  const auto examined = examine_tlsa("_25._tcp.a. TLSA " + kRecord + "\n\n2 0 1 " + kDigest + "\n");
  ASSERT_TRUE(examined.value);
  ASSERT_EQ(examined.value->size(), 2U);
  EXPECT_EQ((*examined.value)[0].owner, "_25._tcp.a.");
  EXPECT_EQ((*examined.value)[1].owner, "");
  EXPECT_EQ((*examined.value)[1].line, 3);
  EXPECT_EQ(refusal(kRecord + "\n" + kRecord), "There is more than one record; one was expected.");
}

TEST(TlsaText, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(refusal(""), "No TLSA record is here.");
  EXPECT_EQ(refusal("3 1 1"), "Line 1: The data is missing.");
  EXPECT_EQ(refusal("\n3 1"), "Line 2: The matching type is \"\", not a number from 0 to 255.");
  EXPECT_EQ(refusal("3 1 256 00"),
            "Line 1: The matching type is \"256\", not a number from 0 to 255.");
  EXPECT_EQ(refusal("-1 1 1 00"), "Line 1: The usage is \"-1\", not a number from 0 to 255.");
  EXPECT_EQ(refusal("3 1 1 8c:b0"), "Line 1: The data has \":\", which is no hexadecimal digit.");
  EXPECT_EQ(refusal("3 1 1 " + kDigest + "0"),
            "Line 1: The data has an odd number of digits: one is missing or too many.");
  EXPECT_EQ(refusal("3 1 1 " + kDigest.substr(2)),
            "Line 1: The data has 31 bytes; a SHA-256 digest has 32.");
  EXPECT_EQ(refusal("DANE-EE SPKI SHA2-256 " + kDigest),
            "Line 1: The usage is the word \"DANE-EE\", which many name servers do not read.");
  EXPECT_EQ(refusal("( 3 1 1 " + kDigest), "Line 1: The parenthesis is not closed.");
  EXPECT_EQ(refusal(kRecord + " )"), "Line 1: Nothing was opened that \")\" closes.");
  EXPECT_EQ(refusal("(( " + kRecord + " )"), "Line 1: A parenthesis stands inside another.");
  EXPECT_EQ(refusal("TYPE52 \\# 34 030101" + kDigest),
            "Line 1: 34 bytes are announced, 35 follow.");
  EXPECT_EQ(refusal("TYPE52 \\# 3 030101"), "Line 1: The record is too short for a TLSA record.");
  EXPECT_EQ(refusal("TYPE52 \\#"), "Line 1: After \"\\#\" must come the number of bytes.");
  EXPECT_EQ(refusal("3 1 1 \x1b[2J"),
            "Line 1: The data has \"\\x1b\", which is no hexadecimal digit.");
}

TEST(TlsaText, GuessesTheDigestThatWasMeant) {
  const auto remedy = [](const std::string& text) {
    return examine_tlsa(text).findings.at(0).remedy;
  };
  EXPECT_NE(remedy("3 1 1 " + kDigest.substr(0, 40)).find("SHA-1"), std::string::npos);
  EXPECT_NE(remedy("3 1 1 " + kDigest + kDigest).find("type 2"), std::string::npos);
  EXPECT_NE(remedy("3 1 2 " + kDigest).find("type 1"), std::string::npos);
}

TEST(TlsaText, ReportsEveryLineAtFault) {
  EXPECT_EQ(examine_tlsa("3 1 1 xx\n" + kRecord + "\n3 1\n").findings.size(), 2U);
  std::string many;
  for (int i = 0; i < 201; ++i) many += kRecord + "\n";
  EXPECT_EQ(examine_tlsa(many).findings.size(), 1U);
}

TEST(TlsaText, SaysWhatARecordMeans) {
  EXPECT_EQ(meaning(good(kRecord)),
            "DANE-EE: the host must show the public key with this SHA-256 digest; its name, dates "
            "and issuer do not matter.");
  EXPECT_EQ(meaning(good("2 0 1 " + kDigest)),
            "DANE-TA: the authority that has the certificate with this SHA-256 digest must vouch "
            "for the host's certificate, whose name and dates count.");
  EXPECT_NE(meaning(good("9 9 9 00")), "");
}

TEST(TlsaText, TakesOnlyWholeNumbers) {
  EXPECT_EQ(refusal("3x 1 1 00"), "Line 1: The usage is \"3x\", not a number from 0 to 255.");
  for (const char* length : {"x", "35x", "-1", "99999999999999999999"}) {
    EXPECT_EQ(refusal("TYPE52 \\# " + std::string(length) + " 030101" + kDigest),
              "Line 1: After \"\\#\" must come the number of bytes.");
  }
}

TEST(TlsaText, SaysThatNothingStandsBehindTheType) {
  EXPECT_EQ(refusal("_25._tcp.mx TLSA"), "Line 1: The usage is \"\", not a number from 0 to 255.");
}

TEST(TlsaText, ReadsTheHexOfAGenericRecordAsStrictly) {
  EXPECT_EQ(refusal("TYPE52 \\# 35 0301zz"),
            "Line 1: The data has \"z\", which is no hexadecimal digit.");
}

TEST(TlsaText, TakesNoMoreThanFitsIntoARecord) {
  const std::string most(std::size_t{2} * 65'532, 'a');
  EXPECT_EQ(refusal("3 0 0 " + most), "accepted");
  EXPECT_EQ(refusal("3 0 0 " + most + "aa"), "Line 1: The data does not fit into a record.");
}

TEST(TlsaText, GuessesNothingOfADigestOfNoKnownLength) {
  EXPECT_EQ(examine_tlsa("3 1 2 0011").findings.at(0).remedy, "Copy the digest again, whole.");
}

TEST(TlsaText, SaysWhatEveryUsageMeans) {
  EXPECT_EQ(meaning(good("0 0 0 00")),
            "PKIX-TA: a public authority that has this very certificate must stand in the host's "
            "chain.");
  EXPECT_EQ(meaning(good("1 1 0 00")),
            "PKIX-EE: the host must show this very public key, and a public authority must vouch "
            "for it.");
  EXPECT_EQ(meaning(good("9 9 9 00")),
            "Usage 9 has no meaning yet; it names a thing of an unknown kind told by an unknown "
            "digest.");
}

}  // namespace
}  // namespace postern::dane
