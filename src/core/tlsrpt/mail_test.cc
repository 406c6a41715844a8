#include "core/tlsrpt/mail.h"

#include <gmock/gmock.h>

#include "core/base/text.h"

namespace postern::tlsrpt {
namespace {

using ::testing::HasSubstr;

ReportMail example() {
  ReportMail mail;
  mail.submitter = *dns::Domain::parse("gw.sender.example");
  mail.policy_domain = *dns::Domain::parse("example.net");
  mail.from = "postmaster@sender.example";
  mail.to = "tlsrpt@example.net";
  mail.report_id = "2026-11-26T00:00:00Z_example.net";
  mail.file_name = "gw.sender.example!example.net!1!2.json.gz";
  mail.content =
      "\x1f\x8bnot really gzip, and long enough for a second line of base64, which is 76";
  mail.now = *base::parse_rfc3339("2026-11-27T02:03:04Z");
  mail.boundary = "0123456789abcdef";
  return mail;
}

TEST(ReportMail, HasTheSubjectOfTheStandard) {
  EXPECT_EQ(report_subject(example().policy_domain, example().submitter, "735ff.e317@x.example"),
            "Report Domain: example.net Submitter: gw.sender.example "
            "Report-ID: <735ff-e317@gw.sender.example>");
}

TEST(ReportMail, CanBeFiledUnopened) {
  const std::string text = compose_mail(example());
  EXPECT_THAT(text, HasSubstr("\r\nTLS-Report-Domain: example.net\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nTLS-Report-Submitter: gw.sender.example\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nTLS-Required: No\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nDate: Fri, 27 Nov 2026 02:03:04 +0000\r\n"));
  EXPECT_THAT(text, HasSubstr("Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n"));
}

TEST(ReportMail, CarriesTheReportAsAnAttachment) {
  const std::string text = compose_mail(example());
  EXPECT_THAT(text, HasSubstr("\r\nContent-Type: application/tlsrpt+gzip\r\n"));
  EXPECT_THAT(text, HasSubstr("filename=\"gw.sender.example!example.net!1!2.json.gz\""));
  const std::size_t start = text.rfind("\r\n\r\n") + 4;
  std::string encoded = text.substr(start, text.rfind("--0123456789abcdef--") - start);
  std::erase_if(encoded, [](char c) { return c == '\r' || c == '\n'; });
  std::string content;
  ASSERT_TRUE(base::base64_decode(encoded, content));
  EXPECT_EQ(content, example().content);
}

TEST(ReportMail, KeepsLinesShortAndInAscii) {
  const std::string text = compose_mail(example());
  EXPECT_TRUE(base::is_ascii(text));
  for (std::string_view line : base::split(text, '\n')) {
    EXPECT_LE(line.size(), 79U) << line;
    if (!line.empty()) {
      EXPECT_EQ(line.back(), '\r');
    }
  }
}

TEST(ReportMail, LetsNoReportIdWriteHeaders) {
  ReportMail mail = example();
  mail.report_id = "a\r\nBcc: everyone@example.org";
  EXPECT_EQ(compose_mail(mail).find("\nBcc"), std::string::npos);
}

TEST(ReportMail, HasAnIdWhateverTheReportsIs) {
  const ReportMail mail = example();
  const auto subject = [&](std::string_view id) {
    return report_subject(mail.policy_domain, mail.submitter, id);
  };
  EXPECT_TRUE(subject("").ends_with("Report-ID: <report@gw.sender.example>"));
  EXPECT_TRUE(subject("@b").ends_with("Report-ID: <report@gw.sender.example>"));
  EXPECT_TRUE(subject("A_b+1{2}").ends_with("Report-ID: <A_b+1-2-@gw.sender.example>"));
}

TEST(ReportMail, NamesTheTypeOfAReportThatIsNotCompressed) {
  ReportMail mail = example();
  mail.compression = Compression::none;
  EXPECT_THAT(compose_mail(mail), HasSubstr("\r\nContent-Type: application/tlsrpt+json\r\n"));
}

}  // namespace
}  // namespace postern::tlsrpt
