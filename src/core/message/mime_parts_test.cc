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

}  // namespace
}  // namespace postern::message
