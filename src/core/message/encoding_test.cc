#include "core/message/encoding.h"

#include <gtest/gtest.h>

#include "core/base/text.h"

namespace postern::message {
namespace {

// The text of an unstructured field's encoded words, put together again as a reader does.
std::string words_undone(std::string_view field) {
  std::string text;
  constexpr std::string_view kOpens = "=?utf-8?B?";
  for (std::size_t at = field.find(kOpens); at != field.npos; at = field.find(kOpens, at)) {
    at += kOpens.size();
    std::string bytes;
    EXPECT_TRUE(base::base64_decode(field.substr(at, field.find("?=", at) - at), bytes));
    EXPECT_TRUE(base::is_valid_utf8(bytes)) << "a word holds whole characters (RFC 2047 5)";
    text += bytes;
  }
  return text;
}

TEST(QuotedPrintableText, HidesABlankOnlyWhereALineEndFollows) {
  EXPECT_EQ(quoted_printable("a\tb c\t\nd \n"), "a\tb c=09\r\nd=20\r\n");
  EXPECT_EQ(quoted_printable("last "), "last=20") << "the end of the text ends a line, too";
}

TEST(QuotedPrintableText, EscapesControlBytes) {
  EXPECT_EQ(quoted_printable("\x1b[2J\x7F"), "=1B[2J=7F");
}

TEST(EncodedWords, CarryCharactersOfEveryLengthWhole) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "a\u00FC\u20AC\U0001F600";  // of 1 to 4 bytes
  const std::string field = unstructured_field("Subject", text);
  EXPECT_TRUE(base::is_ascii(field));
  for (std::string_view line : base::split(std::string_view(field), '\n')) {
    EXPECT_LE(line.size(), 78U + 1) << "and its CR: " << line;
  }
  EXPECT_EQ(words_undone(field), text);
}

TEST(FoldField, LeavesAWordThatIsLongerThanALineWhole) {
  const std::string word(100, 'x');
  EXPECT_EQ(fold_field("A: " + word + " b"), "A:\r\n " + word + "\r\n b\r\n");
  EXPECT_EQ(fold_field(word), word + "\r\n") << "no empty line comes before it: that ends a header";
}

// A peer's reply, which a bounce quotes, may hold blanks wherever it likes.
TEST(FoldField, NeverMakesALineOfBlanksAlone) {
  for (std::size_t length = 60; length < 90; ++length) {
    for (const char* after : {" ", "   ", "      b", " b    ", "  b  c "}) {
      const std::string field = fold_field("A: " + std::string(length, 'x') + after);
      for (std::string_view line : base::split(std::string_view(field), '\n')) {
        EXPECT_TRUE(line.empty() || !base::trim(line).empty()) << field;
      }
    }
  }
}

TEST(Xtext, LeavesABrokenEscapeAsItStands) {
  for (const char* text : {"+", "a+", "a+2", "+zz", "+2z", "+z2", "+2b"}) {
    EXPECT_EQ(xtext_decode(text), text) << "RFC 3461 4 has upper case only";
  }
  EXPECT_EQ(xtext_decode("+2B+41"), "+A");
}

TEST(Xtext, EncodesEveryByteThatCouldEndOrSplitAParameter) {
  EXPECT_EQ(xtext_encode("a b=c\r\n\x7F\xC3"), "a+20b+3Dc+0D+0A+7F+C3");
}

TEST(Utf8Address, WritesCharactersOfEveryLengthByTheirNumber) {
  EXPECT_EQ(utf8_address_xtext("\u00FC@\u20AC.\U0001F600"), "\\x{FC}@\\x{20AC}.\\x{1F600}");
}

// RFC 6533 3: what stands for something else in an xtext is itself written by number.
TEST(Utf8Address, EscapesWhatHasAMeaningOfItsOwn) {
  EXPECT_EQ(utf8_address_xtext("a+b=c\\d e\x7F"), "a\\x{2B}b\\x{3D}c\\x{5C}d\\x{20}e\\x{7F}");
}

TEST(Utf8Address, ReadsNothingBehindACharacterThatIsCut) {
  EXPECT_EQ(utf8_address_xtext("a\xC3"), "a\\x{C3}");
  EXPECT_EQ(utf8_address_xtext("\xF0\x9F"), "\\x{F0}\\x{9F}");
}

TEST(AsciiOnly, ShowsAPeersBytesAsQuestionMarksAndNoMoreThanAskedFor) {
  EXPECT_EQ(ascii_only("a\r\nb\x7F\xC3\xBC", 100), "a??b???");
  EXPECT_EQ(ascii_only("abcdef", 3), "abc");
}

}  // namespace
}  // namespace postern::message
