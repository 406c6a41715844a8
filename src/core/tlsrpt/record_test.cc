#include "core/tlsrpt/record.h"

#include <gtest/gtest.h>

namespace postern::tlsrpt {
namespace {

using State = RecordReading::State;
using Kind = Destination::Kind;

RecordReading read(std::vector<std::string> texts) { return read_record(texts); }

Record good(std::string_view text) {
  const auto examined = examine_record(text);
  EXPECT_TRUE(examined.value) << text;
  return examined.value.value_or(Record());
}
std::string refusal(std::string_view uri) {
  const auto destination = parse_destination(uri);
  return destination ? "accepted" : destination.error().text;
}

TEST(TlsrptRecord, ReadsTheExamplesOfTheStandard) {
  const Record mail = good("v=TLSRPTv1;rua=mailto:reports@example.com");
  ASSERT_EQ(mail.destinations.size(), 1U);
  EXPECT_EQ(mail.destinations[0].kind, Kind::mailto);
  EXPECT_EQ(mail.destinations[0].mailbox.text(), "reports@example.com");

  const Record web = good("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt");
  ASSERT_EQ(web.destinations.size(), 1U);
  EXPECT_EQ(web.destinations[0].kind, Kind::https);
  EXPECT_EQ(web.destinations[0].host.text(), "reporting.example.com");
  EXPECT_EQ(web.destinations[0].port, 443);
  EXPECT_EQ(web.destinations[0].target, "/v1/tlsrpt");
}

TEST(TlsrptRecord, ReadsSeveralPlacesInOrder) {
  const Record record = good(
      "v=TLSRPTv1; rua=mailto:a@example.com , https://b.example:8443?x=1&y=%2C; "
      "rua=mailto:c@d.example;");
  ASSERT_EQ(record.destinations.size(), 3U);
  EXPECT_EQ(record.destinations[0].mailbox.text(), "a@example.com");
  EXPECT_EQ(record.destinations[1].port, 8443);
  EXPECT_EQ(record.destinations[1].target, "/?x=1&y=%2C");
  EXPECT_EQ(record.destinations[2].mailbox.text(), "c@d.example");
}

TEST(TlsrptRecord, DecodesTheAddress) {
  EXPECT_EQ(parse_destination("mailto:a%21b%2Bc@example.com")->mailbox.text(), "a!b+c@example.com");
  EXPECT_EQ(parse_destination("MAILTO:a@example.com?subject=x")->mailbox.text(), "a@example.com");
}

TEST(TlsrptRecord, RefusesUrisThatNoReportCanGoTo) {
  for (const char* uri : {"",
                          "reports@example.com",
                          "mailto:",
                          "mailto:reports",
                          "mailto:a@",
                          "mailto:a@b@c",
                          "mailto:a%2Cb@example.com",
                          "mailto:a@example.com%2Cb@example.com",
                          "mailto:a%0Ab@c.example",
                          "mailto:a%0D%0ARCPT@c.example",
                          "mailto:a%00@c.example",
                          "mailto:%zz@c.example",
                          "mailto:a%2@c.example",
                          "mailto:a@c.example%",
                          "mailto:a!b@c.example",
                          "mailto:<a@c.example>",
                          "mailto:a@[192.0.2.1]",
                          "mailto:a b@c.example",
                          "http://a.example/",
                          "ftp://a.example/",
                          "https:a.example",
                          "https:/a.example",
                          "https://",
                          "https:///x",
                          "https://:443/",
                          "https://a.example:0/",
                          "https://a.example:/",
                          "https://a.example:65536/",
                          "https://a.example:44x/",
                          "https://u:p@a.example/",
                          "https://[2001:db8::1]/",
                          "https://192.0.2.1/",
                          "https://a..example/",
                          "https://a.example/#x",
                          "https://a.example/a b",
                          "https://a.example/%g0",
                          "https://a.example/\x01",
                          "https://b\xC3\xBC"
                          "cher.example/"}) {
    EXPECT_NE(refusal(uri), "accepted") << uri;
  }
  EXPECT_NE(refusal("https://a.example/" + std::string(1024, 'x')), "accepted");
}

TEST(TlsrptRecord, SkipsAPlaceThatIsNoneAndKeepsTheOthers) {
  const auto examined =
      examine_record("v=TLSRPTv1; rua=gopher:x,mailto:a@example.com,http://c.example");
  ASSERT_TRUE(examined.value);
  EXPECT_EQ(examined.value->destinations.size(), 1U);
  ASSERT_EQ(examined.findings.size(), 2U);
  EXPECT_EQ(examined.findings[0].severity, base::Severity::warning);
  EXPECT_EQ(examined.findings[1].text,
            "\"http://c.example\" is skipped: reports go over https, never over http.");
}

TEST(TlsrptRecord, NeedsAPlaceForTheReports) {
  for (const char* text :
       {"v=TLSRPTv1;", "v=TLSRPTv1; rua=", "v=TLSRPTv1; rua=,",
        "v=TLSRPTv1; RUA=mailto:a@b.example", "v=TLSRPTv1; rua=reports@example.com",
        "v=TLSRPTv1; x=y", "v=TLSRPTv1; rua=mailto:a@b.example; ;x=1",
        "v=TLSRPTv1; rua=mailto:a@b.example; x"}) {
    EXPECT_EQ(read({text}).state, State::invalid) << text;
    EXPECT_FALSE(read({text}).why.empty());
  }
}

TEST(TlsrptRecord, CountsExactlyOne) {
  EXPECT_EQ(read({}).state, State::absent);
  EXPECT_EQ(read({"v=spf1 -all", "v=TLSRPTv2; rua=mailto:a@b.example"}).state, State::absent);
  EXPECT_EQ(read({"v=spf1 -all", "v=TLSRPTv1; rua=mailto:a@b.example"}).state, State::valid);
  EXPECT_EQ(
      read({"v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:c@d.example"}).state,
      State::invalid);
}

TEST(TlsrptRecord, SendsToSoManyPlacesAndNoMore) {
  std::string text = "v=TLSRPTv1; rua=";
  for (int i = 0; i < 12; ++i) text += "mailto:a" + std::to_string(i) + "@example.com,";
  text += "mailto:a0@example.com";
  const auto examined = examine_record(text);
  ASSERT_TRUE(examined.value);
  EXPECT_EQ(examined.value->destinations.size(), most_destinations);
  EXPECT_EQ(examined.findings.size(), 3U);
}

TEST(TlsrptRecord, ShowsNoPeersBytesAsTheyCame) {
  EXPECT_EQ(examine_record("v=TLSRPTv1; rua=x:\x1b[2J").findings.at(0).text,
            "\"x:\\x1b[2J\" is skipped: it has a character that must be percent-encoded.");
}

TEST(TlsrptRecord, SaysWhyATextIsNoRecord) {
  const auto why = [](std::string_view text) {
    const auto examined = examine_record(text);
    EXPECT_FALSE(examined.value) << text;
    return examined.findings.at(0).text;
  };
  EXPECT_EQ(why("v=TLSRPTv1"), "Only the version is here, without its semicolon and without rua.");
  EXPECT_EQ(why(" v=TLSRPTv1; rua=mailto:a@b.example"),
            "White space comes before \"v=TLSRPTv1\": the record does not count.");
  for (const char* text :
       {"v=TLSRPTv1 rua=mailto:a@b.example", "V=tlsrptv1; rua=mailto:a@b.example"}) {
    EXPECT_EQ(why(text).find("After \"v=TLSRPTv1\", written like this, must come a semicolon"), 0U)
        << text;
  }
  for (const char* text : {"", "v=spf1 -all", "v=TLSRPTv2; rua=mailto:a@b.example"}) {
    EXPECT_EQ(why(text).find("The text does not begin with"), 0U) << text;
  }
}

TEST(TlsrptRecord, ReadsUrisOfEveryShapeAReportCanGoTo) {
  EXPECT_EQ(parse_destination("https://a.example")->target, "/");
  EXPECT_EQ(parse_destination("https://a.example/%2f%aF")->target, "/%2f%aF")
      << "sent as it stands";
  EXPECT_EQ(parse_destination("mailto:a%2f%5Ab@example.com")->mailbox.text(), "a/Zb@example.com");
  EXPECT_NE(refusal("mailto:{a}@example.com"), "accepted");
  EXPECT_NE(refusal("https://a.example/%2:"), "accepted");
}

}  // namespace
}  // namespace postern::tlsrpt
