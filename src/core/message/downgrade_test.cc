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

// --- what kind of part it is
// ----------------------------------------------------------------------

std::string multipart(std::string_view content_type, std::string_view boundary) {
  const std::string line = "--" + std::string(boundary);
  return "Content-Type: multipart/mixed" + std::string(content_type) + "\r\n\r\n" + line +
         "\r\n\r\n\xFC\r\n" + line + "--\r\n";
}

TEST(Downgrade, FindsTheBoundaryInEverySpelling) {
  for (const char* content_type :
       {";boundary=b", "; Boundary = b", "; boundary\t=\tb ; x=y", ";\r\n boundary=\"b\"",
        "; boundary=\"\\b\"", "; boundary=\"b", "; xboundary=no; boundary=b",
        "; boundaryless=no; boundary=b", "; charset=utf-8 boundary=b"}) {
    EXPECT_THAT(convert(multipart(content_type, "b")).text, HasSubstr("\r\n=FC\r\n--b--"))
        << content_type;
  }
  EXPECT_THAT(convert(multipart("; boundary=\"b\\", "b\\")).text, HasSubstr("\r\n=FC\r\n--b\\--"));
}

// The parts would not be found, and their 8-bit text would be lost.
TEST(Downgrade, TakesNoBoundaryOutOfAnotherParametersValue) {
  for (const char* content_type :
       {"; name=\"a; boundary=no\"; boundary=b", "; name=\"boundary\"; boundary=\"b\"",
        "; name=\"\\\"; boundary=no\"; boundary=b"}) {
    EXPECT_THAT(convert(multipart(content_type, "b")).text, HasSubstr("\r\n=FC\r\n--b--"))
        << content_type;
  }
}

TEST(Downgrade, TreatsAMultipartWithoutABoundaryAsText) {
  for (const char* content_type : {"", "; boundary", "; boundary=", "; boundary=\"\""}) {
    const std::string text = convert(multipart(content_type, "b")).text;
    EXPECT_THAT(text, HasSubstr("Content-Transfer-Encoding: quoted-printable\r\n\r\n--b"));
    EXPECT_THAT(text, HasSubstr("=FC")) << "nothing is lost: " << content_type;
  }
}

TEST(Downgrade, KnowsABoundaryLineFromWhatOnlyBeginsLikeOne) {
  const std::string head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b \t\r\n\r\n";
  EXPECT_EQ(
      convert(head + "--\xFC\r\n--bx\r\n--c\r\n--b--\t\r\n").text,
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b \t\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\n--=FC\r\n--bx\r\n--c\r\n--b--\t\r\n");
  EXPECT_THAT(convert("MIME-Version: 1.0\r\n\r\n--b\r\n\xFC\r\n").text, HasSubstr("--b\r\n=FC"))
      << "no multipart: text";
}

TEST(Downgrade, MendsTextThatSaysItHasSevenBits) {
  EXPECT_THAT(convert("Content-Transfer-Encoding: 7bit\r\n\r\n\xFC\r\n").text,
              HasSubstr("Content-Transfer-Encoding: quoted-printable\r\n\r\n=FC\r\n"));
}

TEST(Downgrade, ConvertsInsideInternationalMessagesToo) {
  EXPECT_THAT(convert("Content-Type: message/global\r\n\r\nSubject: x\r\n\r\n\xFC\r\n").text,
              HasSubstr("Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=FC"));
}

// RFC 2046 5.2.1 allows no such encoding: what it hides is not looked into.
TEST(Downgrade, LeavesEncodedContainersAlone) {
  for (const char* type : {"message/rfc822", "multipart/mixed; boundary=b"}) {
    const std::string message = "Content-Type: " + std::string(type) +
                                "\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA==\r\n";
    const Converted result = convert(message);
    EXPECT_EQ(result.text, message);
    EXPECT_FALSE(result.traits.sealed);
  }
}

// RFC 3464 2.1: machines read it as it stands.
TEST(Downgrade, LeavesADeliveryStatusAsItIs) {
  const std::string message =
      "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a=b\r\n";
  EXPECT_EQ(convert(message).text, message);
}

TEST(Downgrade, KnowsTheOldNameOfSmimeAndKeepsTheFirstReason) {
  EXPECT_THAT(*convert("Content-Type: application/x-pkcs7-mime\r\n\r\n\xFC\r\n").traits.sealed,
              HasSubstr("S/MIME"));
  EXPECT_THAT(
      *convert("DKIM-Signature: v=1\r\nContent-Type: application/pkcs7-mime\r\n\r\n\xFC\r\n")
           .traits.sealed,
      HasSubstr("DKIM"));
}

TEST(Downgrade, KnowsAClosingBoundaryThatEndsTheMessage) {
  EXPECT_THAT(
      convert("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\xFC\r\n--b--").text,
      ::testing::EndsWith("\r\n=FC\r\n--b--"));
}

// --- headers that are none
// ------------------------------------------------------------------------

TEST(Downgrade, KeepsFoldedFieldsTogether) {
  EXPECT_THAT(
      convert("Content-Type:\r\n text/plain;\r\n charset=utf-8\r\n\r\n\xFC\r\n").text,
      HasSubstr("Content-Type:\r\n text/plain;\r\n charset=utf-8\r\nMIME-Version: 1.0\r\n"));
}

TEST(Downgrade, TakesAMessageWithoutAHeaderForText) {
  for (const char* first : {"no header, gr\xFC\xDF", " folded \xFC behind nothing"}) {
    const Converted result = convert(std::string(first) + "\r\nmore\r\n");
    EXPECT_TRUE(base::is_ascii(result.text));
    EXPECT_THAT(result.text, HasSubstr("quoted-printable\r\n\r\n")) << "a blank line ends it";
    EXPECT_THAT(result.text, HasSubstr("=FC"));
    EXPECT_THAT(result.text, HasSubstr("\r\nmore\r\n"));
  }
}

TEST(Downgrade, EndsAHeaderThatIsCutOff) {
  for (const char* message : {"Subject: x", "Subject: x\n", "Subject: x\r\n"}) {
    EXPECT_THAT(convert(message).text, HasSubstr("\nMIME-Version: 1.0\r\n")) << message;
  }
  EXPECT_THAT(convert("Subject: x\n\n\xFC\n").text, HasSubstr("Subject: x\nMIME-Version"))
      << "bare line feeds end lines, too";
}

TEST(Downgrade, WillNotConvertWhatItCannotHold) {
  const std::string large = "X-A: " + std::string(2 << 20, 'x') + "\r\n\r\n\xFC\r\n";
  EXPECT_THAT(*convert(large).traits.sealed, HasSubstr("header is too large"));
  std::string deep;
  for (int i = 0; i < 40; ++i) {
    const std::string name = "b" + std::to_string(i);
    deep += "Content-Type: multipart/mixed; boundary=" + name + "\r\n\r\n--" + name + "\r\n";
  }
  EXPECT_THAT(*convert(deep + "\r\n\xFC\r\n").traits.sealed, HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace postern::message
