#include "io/reports/read_report.h"

#include <gmock/gmock.h>

#include "core/tlsrpt/testing.h"
#include "io/zip/gzip.h"

namespace postern::reports {
namespace {

using ::testing::HasSubstr;
using tlsrpt::Report;
using tlsrpt::testing::example_report;

std::string example() { return tlsrpt::to_json(example_report()); }

// The example with one part written otherwise.
std::string with(std::string_view part, std::string_view instead) {
  std::string text = example();
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.replace(at, part.size(), instead);
}
std::string refusal(std::string_view bytes) {
  const auto report = read_report(bytes);
  if (report) return "accepted";
  EXPECT_EQ(report.error().code, "report-invalid");
  return report.error().text;
}
std::vector<std::string> remarks(std::string_view bytes) {
  const auto examined = examine_report(bytes);
  EXPECT_TRUE(examined.value) << bytes;
  std::vector<std::string> texts;
  for (const base::Finding& finding : examined.findings) texts.push_back(base::sentence(finding));
  return texts;
}
std::string remark(std::string_view bytes) {
  const auto all = remarks(bytes);
  return all.empty() ? "" : all.front();
}

TEST(ReadReport, ReadsWhatIsWritten) {
  EXPECT_EQ(read_report(example()), example_report());
  EXPECT_THAT(remarks(example()), ::testing::IsEmpty());
}

TEST(ReadReport, UnpacksGzip) { EXPECT_EQ(read_report(zip::gzip(example())), example_report()); }

TEST(ReadReport, ReadsTimesAsTheyAreSent) {
  const std::string no_zone = with("2016-04-01T00:00:00Z", "2016-04-01T00:00:00");
  EXPECT_EQ(read_report(no_zone), example_report());
  EXPECT_EQ(remark(no_zone),
            "Date-range.start-datetime: The time has no zone; it was read as UTC.");
  EXPECT_EQ(read_report(with("2016-04-01T00:00:00Z", "2016-04-01T02:00:00+02:00")),
            example_report());
}

TEST(ReadReport, ReadsASingleTextForAListAndNullForNothing) {
  EXPECT_EQ(read_report(with(R"(["*.mail.company-y.example"])", R"("*.mail.company-y.example")")),
            example_report());
  Report without = example_report();
  without.policies[0].failures.clear();
  std::string text = tlsrpt::to_json(without);
  text.insert(text.size() - 3, R"(,"failure-details":null)");
  EXPECT_EQ(read_report(text), without);
}

TEST(ReadReport, SkipsMembersThatItDoesNotKnow) {
  EXPECT_EQ(read_report(with(R"("contact-info")", R"("x":{"y":[1,2.5,true]},"contact-info")")),
            example_report());
}

TEST(ReadReport, NeedsPeriodPoliciesAndCounts) {
  EXPECT_EQ(refusal("[]"), "The report is not a JSON object.");
  EXPECT_EQ(refusal("{}"), "Date-range: The period is missing.");
  EXPECT_THAT(refusal(with("2016-04-01T00:00:00Z", "yesterday")), HasSubstr("not a time"));
  EXPECT_THAT(refusal(with("2016-04-01T00:00:00Z", "2017-04-01T00:00:00Z")),
              HasSubstr("ends before it begins"));
  EXPECT_THAT(refusal(with("\"policies\"", "\"Policies\"")), HasSubstr("policies is missing"));
  EXPECT_THAT(refusal(with("\"policy\"", "\"Policy\"")), HasSubstr("The policy is missing"));
  EXPECT_THAT(refusal(with("\"summary\"", "\"Summary\"")), HasSubstr("The summary is missing"));
  EXPECT_THAT(refusal(with("company-y.example\",\"mx", "..\",\"mx")), HasSubstr("not a domain"));
  EXPECT_THAT(refusal(with("\"failed-session-count\":100", "\"x\":1")),
              HasSubstr("The count is missing"));
  for (const char* number : {"-1", "1.5", "\"5\"", "18446744073709551615", "1e400", "true", "[]"}) {
    EXPECT_NE(refusal(with("5326", number)), "accepted") << number;
  }
}

TEST(ReadReport, RemarksOnWhatIsOddAndReadsOn) {
  EXPECT_THAT(remark(with("\"organization-name\":\"Company-X\",", "")), HasSubstr("Who sends"));
  EXPECT_THAT(remark(with("\"contact-info\":", "\"contact\":")), HasSubstr("Whom to ask"));
  EXPECT_THAT(remark(with("\"report-id\":", "\"id\":")), HasSubstr("comes twice"));
  EXPECT_THAT(remark(with("\"Company-X\"", "17")), HasSubstr("not text"));
  EXPECT_THAT(remark(with("certificate-expired", "certificate-sad")), HasSubstr("has no result"));
  EXPECT_THAT(remark(with("198.51.100.62", "198.51.100.620")), HasSubstr("not an IP address"));
  EXPECT_THAT(
      remark(with("\"total-failure-session-count\":303", "\"total-failure-session-count\":1")),
      HasSubstr("add up to 303"));
  EXPECT_THAT(remark(with("2016-04-01T23:59:59Z", "2016-04-03T00:00:00Z")),
              HasSubstr("longer than a day"));
  EXPECT_THAT(remark(with("\"policy-type\":\"sts\"", "\"policy-type\":\"new\"")),
              HasSubstr("the entry was skipped"));
}

TEST(ReadReport, ShowsNothingAsItCame) {
  const auto report = read_report(with("mx1.mail.company-y.example", "\\u001b[2J\\u202Emx\\n"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->policies[0].failures[0].with.receiving_mx, "\\x1b[2J\\xe2\\x80\\xaemx\\x0a");
  EXPECT_THAT(refusal(with("2016-04-01T00:00:00Z", "\\u001b[2J")), HasSubstr("\\x1b[2J"));
}

TEST(ReadReport, RefusesWhatIsNotJson) {
  for (const std::string& bytes :
       {std::string(), std::string("{"), example() + "x", example().substr(0, 300),
        with("Company-X", "\xFF\xFE"), std::string("\x1f\x8bx"), with("{", "{/**/")}) {
    EXPECT_NE(refusal(bytes), "accepted") << bytes;
  }
}

TEST(ReadReport, BoundsSizeDepthAndMemory) {
  EXPECT_THAT(refusal(std::string(largest_json + 1, ' ')), HasSubstr("more than 16777216 bytes"));
  EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("nested"));
  std::string many = "[[]";
  while (many.size() < largest_json - 10) many += ",[]";
  EXPECT_THAT(refusal(many + "]"), HasSubstr("more values"));
  EXPECT_THAT(refusal(zip::gzip(std::string(20 << 20, ' '))), HasSubstr("Inflated"));
}

TEST(ReadReport, BoundsPoliciesFailuresAndLists) {
  Report report = example_report();
  report.policies.resize(most_policies, report.policies[0]);
  EXPECT_TRUE(read_report(tlsrpt::to_json(report)));
  report.policies.push_back(report.policies[0]);
  EXPECT_THAT(refusal(tlsrpt::to_json(report)), HasSubstr("more than 1000 entries"));

  report = example_report();
  auto& failures = report.policies[0].failures;
  failures.resize(most_failures, failures[0]);
  report.policies[0].failed_sessions = 10'000'000;
  EXPECT_TRUE(read_report(tlsrpt::to_json(report)));
  failures.push_back(failures[0]);
  EXPECT_THAT(refusal(tlsrpt::to_json(report)), HasSubstr("more than 10000 failures"));

  report = example_report();
  report.policies[0].policy.strings.assign(most_list_entries, "x");
  EXPECT_THAT(refusal(tlsrpt::to_json(report)), HasSubstr("more than 10000 lines"));
}

TEST(ReadReport, CutsLongTextsAndKeepsFewRemarks) {
  const auto report = read_report(with("Company-X", std::string(100'000, 'x')));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->organization.size(), longest_text);
  Report odd = example_report();
  odd.policies[0].failures.assign(500, {{.result_type = "x"}, 0});
  EXPECT_EQ(remarks(tlsrpt::to_json(odd)).size(), 100U);
}

TEST(ReadReport, AddsNoCountsPastTheirEnd) {
  Report report = example_report();
  report.policies[0].failures[0].sessions = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(refusal(tlsrpt::to_json(report)), HasSubstr("more than a number holds"));
}

}  // namespace
}  // namespace postern::reports
