#include "core/message/downgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/text.h"

namespace postern::message {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Converted {
  std::string text;
  BodyTraits traits;
};

Converted convert(std::string_view message, std::size_t step = 4096) {
  Downgrade walk;
  Converted result;
  for (std::size_t at = 0; at < message.size(); at += step) {
    walk.add(message.substr(at, step), result.text);
  }
  walk.finish(result.text);
  result.traits = walk.traits();
  return result;
}

constexpr std::string_view kPlain =
    "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\ngr\xC3\xBC\xC3\x9F\r\n";

constexpr std::string_view kMixed =
    "Content-Type: multipart/mixed;\r\n\tboundary=\"outer\"\r\nMIME-Version: 1.0\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\npreamble \xC3\xBC\r\n--outer\r\n"
    "Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\n"
    "Content-Transfer-Encoding: 8bit\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "a=\xC3\xBC\r\n--inner--\r\n--outer\r\n"
    "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--outer\r\n"
    "Content-Type: message/rfc822\r\n\r\nSubject: nested\r\n\r\n\xC3\xA4\r\n--outer--\r\nend\r\n";

TEST(Downgrade, MakesPlainTextQuotedPrintable) {
  const Converted result = convert(kPlain);
  EXPECT_EQ(result.text,
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\ngr=C3=BC=C3=9F\r\n");
  EXPECT_TRUE(result.traits.eight_bit);
  EXPECT_FALSE(result.traits.utf8_headers);
  EXPECT_FALSE(result.traits.sealed);
}

TEST(Downgrade, NamesACharacterSetWhenNobodyDid) {
  EXPECT_EQ(convert("Subject: x\r\n\r\n\xFC\r\n").text,
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n=FC\r\n");
}

TEST(Downgrade, ConvertsEveryPartAndLeavesTheRest) {
  const Converted result = convert(kMixed);
  EXPECT_TRUE(base::is_ascii(result.text));
  EXPECT_THAT(result.text, HasSubstr("Content-Transfer-Encoding: 7bit\r\n\r\npreamble ??\r\n"));
  EXPECT_THAT(result.text, HasSubstr("\r\na=3D=C3=BC\r\n--inner--\r\n--outer\r\n"));
  EXPECT_THAT(result.text, HasSubstr("base64\r\n\r\nAAAA\r\n--outer\r\n"));
  EXPECT_THAT(result.text, HasSubstr("Subject: nested\r\nContent-Transfer-Encoding: "
                                     "quoted-printable\r\n\r\n=C3=A4\r\n--outer--\r\nend\r\n"));
}

TEST(Downgrade, GivesTheSameHoweverTheMessageIsCut) {
  const std::string whole = convert(kMixed).text;
  for (std::size_t step = 1; step < 60; ++step) EXPECT_EQ(convert(kMixed, step).text, whole);
}

TEST(Downgrade, HoldsNoLongLine) {
  const std::string message = "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n" +
                              std::string(100'000, '\xE4') + "\r\n";
  const Converted result = convert(message, 777);
  for (const auto line : base::split(result.text, '\n')) EXPECT_LE(line.size(), 77u);
}

TEST(Downgrade, SaysWhatConvertingWouldBreak) {
  EXPECT_THAT(*convert("DKIM-Signature: v=1\r\n\r\n\xFC\r\n").traits.sealed, HasSubstr("DKIM"));
  EXPECT_THAT(*convert("Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\xFC\r\n")
                   .traits.sealed,
              HasSubstr("multipart/signed"));
  EXPECT_THAT(*convert("Content-Type: application/pkcs7-mime\r\n\r\n\xFC\r\n").traits.sealed,
              HasSubstr("S/MIME"));
}

// Found by fuzzing: such a message went to servers that take 7 bits only.
TEST(Downgrade, DoesNotPassEightBitTextUnderAnEncodingThatItIsNot) {
  for (const std::string_view encoding : {"base64", "quoted-printable", "binary", ":8bit"}) {
    const std::string message =
        "Content-Transfer-Encoding: " + std::string(encoding) + "\r\n\r\ngr\xC3\xBC\xC3\x9F\r\n";
    const auto sealed = convert(message).traits.sealed;
    ASSERT_TRUE(sealed) << encoding;
    EXPECT_THAT(*sealed, HasSubstr("8-bit")) << encoding;
  }
}

TEST(Downgrade, KnowsAMessageThatNeedsNothing) {
  const Converted result = convert("Subject: x\r\n\r\nplain\r\n");
  EXPECT_FALSE(result.traits.eight_bit);
  EXPECT_FALSE(result.traits.sealed);
}

TEST(Downgrade, FindsUtf8InHeadersOfPartsToo) {
  EXPECT_TRUE(convert("Subject: gr\xC3\xBC\xC3\x9F\r\n\r\nx\r\n").traits.utf8_headers);
  EXPECT_TRUE(convert("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                      "Content-Description: \xC3\xBC\r\n\r\nx\r\n--b--\r\n")
                  .traits.utf8_headers);
}

TEST(Downgrade, SurvivesPartsWithoutBodyAndWithoutEnd) {
  const std::string_view open =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX-A: 1\r\n--b\r\n\r\n\xC3\xBC";
  const Converted result = convert(open);
  EXPECT_THAT(result.text, HasSubstr("--b\r\nX-A: 1\r\n--b\r\n"));
  EXPECT_THAT(result.text, Not(HasSubstr("\xC3")));
}

}  // namespace
}  // namespace postern::message
