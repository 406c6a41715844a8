#include "core/base/text.h"

#include <gtest/gtest.h>

namespace postern::base {
namespace {

using namespace std::string_view_literals;

TEST(Text, FoldsAsciiOnly) {
  EXPECT_EQ(lower("STARTTLS Ä\xC0"), "starttls Ä\xC0");
  EXPECT_TRUE(iequals("EHLO", "ehlo"));
  EXPECT_FALSE(iequals("EHLO", "EHL"));
  EXPECT_FALSE(iequals("@", "`"));
  EXPECT_FALSE(iequals("[", "{"));
}

TEST(Text, TrimsAndSplits) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Utf8, IsStrict) {
  EXPECT_TRUE(is_valid_utf8("aé€😀"));
  EXPECT_TRUE(is_valid_utf8("\xF4\x8F\xBF\xBF"));
  for (const auto bad : {"\x80"sv, "\xC0\xAF"sv, "\xC1\xBF"sv, "\xE0\x80\xAF"sv, "\xED\xA0\x80"sv,
                         "\xF0\x80\x80\xAF"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv,
                         "\xE2\x82"sv, "\xFF"sv, "\xC3("sv}) {
    EXPECT_FALSE(is_valid_utf8(bad))
        << hex({reinterpret_cast<const unsigned char*>(bad.data()), bad.size()});
  }
  EXPECT_TRUE(is_ascii("a\x7F\0"sv));
  EXPECT_FALSE(is_ascii("é"));
}

TEST(Printable, KeepsOrdinaryTextOfAnyScript) {
  for (const std::string_view text : {"", "250 2.1.5 OK", "Grüße", "почта", "郵件", "عربي", "😀"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, DisarmsTerminalEscapesAndLineBreaks) {
  EXPECT_EQ(printable("\x1B[31mred\x1B[0m"), "\\x1b[31mred\\x1b[0m");
  EXPECT_EQ(printable("250 ok\r\nforged=line"), "250 ok\\x0d\\x0aforged=line");
  EXPECT_EQ(printable("a\0b\tc\x7F"sv), "a\\x00b\\x09c\\x7f");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m\xC2\x85"),
            "\\xc2\\x9b31m\\xc2\\x85");  // C1: CSI and NEL in UTF-8
  EXPECT_EQ(printable("\x9B"
                      "31m"),
            "\\x9b31m");  // C1 as a bare byte
}

TEST(Printable, DisarmsDirectionTricksSeparatorsAndInvisibleCharacters) {
  for (const std::u8string_view one :
       {u8"\u061C", u8"\u200B", u8"\u200E", u8"\u200F", u8"\u2028",     u8"\u2029",
        u8"\u202A", u8"\u202B", u8"\u202C", u8"\u202D", u8"\u202E",     u8"\u2060",
        u8"\u2066", u8"\u2067", u8"\u2068", u8"\u2069", u8"\uFEFF",     u8"\u00AD",
        u8"\u180E", u8"\u3164", u8"\uFFF9", u8"\uFFFE", u8"\U000E0041", u8"\U0010FFFF"}) {
    const std::string_view bytes(reinterpret_cast<const char*>(one.data()), one.size());
    const std::string shown = printable(bytes);
    EXPECT_EQ(shown.size(), bytes.size() * 4) << shown;
    EXPECT_TRUE(is_ascii(shown));
  }
}

TEST(Printable, EscapesEachByteThatIsNotUtf8AndGoesOnAfterIt) {
  EXPECT_EQ(printable("a\xFF\xC3(é"), "a\\xff\\xc3(é");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xE2\x82"), "\\xe2\\x82");
}

TEST(Printable, CanBeReadBackWithoutAmbiguity) {
  EXPECT_EQ(printable("\\x1b"), "\\\\x1b");
  EXPECT_NE(printable("\\x1b"), printable("\x1B"));
}

TEST(Printable, CutsToTheLimitWithoutSplittingACharacterOrAnEscape) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abc...");
  EXPECT_EQ(printable("abé€xyz", 6), "ab...");
  EXPECT_EQ(printable("ab\x01zzzz", 8), "ab...");
  EXPECT_EQ(printable("abc", 2), "..");
  EXPECT_EQ(printable("abc", 0), "");
  const std::string hostile(100'000, '\x1B');
  EXPECT_LE(printable(hostile).size(), 512u);
}

TEST(Hex, IsLowerCase) {
  const unsigned char bytes[] = {0x00, 0xAB, 0xFF};
  EXPECT_EQ(hex(bytes), "00abff");
}

TEST(Base64, WritesAndReadsTheRfcVectors) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"},
                                                                   {"\0\xFF"sv, "AP8="}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64(plain), coded);
    std::string out;
    EXPECT_TRUE(base64_decode(coded, out));
    EXPECT_EQ(out, plain);
  }
}

TEST(Base64, RefusesWhatIsNotStrict) {
  std::string out;
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Zg===", "====", "Zm9v\n", " Zm9v",
                                      "Zg==Zg==", "Zh==", "Zm9=", "Zm-_", "=Zg=", "Z=g=", "Zg=a"}) {
    EXPECT_FALSE(base64_decode(text, out)) << text;
  }
}

}  // namespace
}  // namespace postern::base
