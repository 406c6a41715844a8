#include "core/message/mime_parts.h"

#include <gtest/gtest.h>

#include <array>

namespace postern::message {
namespace {

constexpr std::array<std::string_view, 2> kTypes{"application/tlsrpt+gzip", "application/json"};

std::optional<std::string> found(std::string_view message) { return find_part(message, kTypes); }

constexpr std::string_view kReport =
    "From: a@b.example\r\n"
    "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n"
    "\tboundary=\"=_x y\"\r\n"
    "\r\n"
    "preamble\r\n"
    "--=_x y\r\n"
    "\r\n"
    "For people.\r\n"
    "--=_x y  \r\n"
    "content-type: Application/TLSRPT+gzip; name=\"x;boundary=no\"\r\n"
    "Content-Transfer-Encoding: BASE64\r\n"
    "\r\n"
    "aGVs\r\nbG8=\r\n"
    "--=_x y--\r\n"
    "epilogue\r\n";

TEST(MimeParts, FindsAnAttachmentAndDecodesIt) { EXPECT_EQ(found(kReport), "hello"); }

TEST(MimeParts, TakesAMessageThatIsTheOnlyPart) {
  EXPECT_EQ(found("Content-Type: application/json\r\n\r\n{}\r\n"), "{}\r\n");
}

TEST(MimeParts, LooksInsideNestedMultipartsButNotForEver) {
  const auto nested = [](int depth) {
    std::string text = "Content-Type: application/json\r\n\r\n{}";
    for (int i = 0; i < depth; ++i) {
      const std::string boundary = "b" + std::to_string(i);
      text = "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary +
             "\r\n" + text + "\r\n--" + boundary + "--\r\n";
    }
    return text;
  };
  EXPECT_TRUE(found(nested(4)));
  EXPECT_FALSE(found(nested(5)));
}

TEST(MimeParts, PrefersTheTypeThatIsNamedFirst) {
  const std::string text =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: application/json\r\n\r\n{}\r\n"
      "--b\r\nContent-Type: application/tlsrpt+gzip\r\n\r\nzip\r\n--b--\r\n";
  EXPECT_EQ(found(text), "zip\r\n");
}

TEST(MimeParts, DecodesQuotedPrintable) {
  EXPECT_EQ(
      found("Content-Type: application/json\r\nContent-Transfer-Encoding: quoted-printable\r\n"
            "\r\n{\"a=\r\n\":=201=3}\r\n"),
      "{\"a\": 1=3}\n");
}

TEST(MimeParts, FindNothingInWhatIsMalformed) {
  for (const char* text :
       {"", "\r\n", "Content-Type: multipart/mixed\r\n\r\n--b\r\n",
        "Content-Type: multipart/mixed; boundary\r\n\r\n", "Content-Type: text/plain\r\n\r\n{}",
        "Content-Type: application/json\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n"}) {
    EXPECT_FALSE(found(text)) << text;
  }
}

TEST(MimeParts, TakesAPartThatIsNotClosed) {
  EXPECT_EQ(found("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                  "Content-Type: application/json\r\n\r\n{}"),
            "{}");
}

std::string json_part(std::string_view content_type, std::string_view boundary) {
  const std::string line = "--" + std::string(boundary);
  return "Content-Type: multipart/mixed; " + std::string(content_type) + "\r\n\r\n" + line +
         "\r\nContent-Type: application/json\r\n\r\n{}\r\n" + line + "--\r\n";
}

TEST(MimeParts, ReadsAQuotedBoundaryWithItsEscapes) {
  EXPECT_EQ(found(json_part("boundary=\"a\\\"b\"", "a\"b")), "{}\r\n");
  EXPECT_EQ(found(json_part("boundary=\"open", "open")), "{}\r\n") << "as other readers take it";
  EXPECT_EQ(found(json_part("boundary=\"b\\", "b\\")), "{}\r\n");
}

TEST(MimeParts, TakesNoBoundaryBeyondTheStandardsLimit) {
  const std::string longest(70, 'b');
  EXPECT_TRUE(found(json_part("boundary=" + longest, longest)));
  EXPECT_FALSE(found(json_part("boundary=b" + longest, "b" + longest)));
}

TEST(MimeParts, ReadsAFieldThatIsFoldedByABlank) {
  EXPECT_EQ(found("Content-Type:\r\n application/json;\r\n charset=utf-8\r\n\r\n{}"), "{}");
}

TEST(MimeParts, KnowsABoundaryLineFromALongerOne) {
  EXPECT_EQ(found("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                  "Content-Type: application/json\r\n\r\n--bx\r\n--b--\r\n"),
            "--bx\r\n");
}

TEST(MimeParts, FindsNothingBetweenBoundariesThatNeverOpen) {
  EXPECT_FALSE(
      found("Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            "Content-Type: application/json\r\n\r\n{}\r\n"));
}

// A header that does not end costs no more time than this.
TEST(MimeParts, StopsReadingAHeaderThatDoesNotEnd) {
  const std::string large = "X: " + std::string(70 << 10, 'x') + "\r\n";
  EXPECT_FALSE(found(large + "Content-Type: application/json\r\n\r\n{}"));
}

TEST(MimeParts, LooksAtSoManyPartsAndNoMore) {
  const auto with_plain_parts = [](int count) {
    std::string text = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (int i = 0; i < count; ++i) text += "--b\r\n\r\nx\r\n";
    return text + "--b\r\nContent-Type: application/json\r\n\r\n{}";
  };
  EXPECT_TRUE(found(with_plain_parts(199)));
  EXPECT_FALSE(found(with_plain_parts(200)));
}

TEST(MimeParts, CountsThePartsOfAllMultipartsTogether) {
  std::string inner = "Content-Type: multipart/mixed; boundary=i\r\n\r\n";
  for (int i = 0; i < 150; ++i) inner += "--i\r\n\r\nx\r\n";
  const std::string text = "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n" + inner +
                           "--i--\r\n--o\r\n" + inner + "--i--\r\n--o\r\n" +
                           "Content-Type: application/json\r\n\r\n{}\r\n--o--\r\n";
  EXPECT_FALSE(found(text));
}

TEST(MimeParts, DecodesHexInBothCasesAndKeepsWhatIsNone) {
  const std::string head =
      "Content-Type: application/json\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
  EXPECT_EQ(found(head + "=7B=7b=3D=zz=/0=:0=3"), "{{==zz=/0=:0=3\n");
  EXPECT_EQ(found(head + "=g0=G0=0g"), "=g0=G0=0g\n");
}

TEST(MimeParts, DropsBlanksThatATransportPutAtLineEnds) {
  EXPECT_EQ(found("Content-Type: application/json\r\n"
                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n{} \t \r\n"),
            "{}\n");
}

TEST(MimeParts, DecodesBase64WithBlanksInIt) {
  EXPECT_EQ(found("Content-Type: application/json\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                  " aGVs\tbG8= \r\n"),
            "hello");
}

}  // namespace
}  // namespace postern::message
