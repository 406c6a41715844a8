#include "core/mtasts/policy.h"

#include <gtest/gtest.h>

namespace postern::mtasts {
namespace {

using std::chrono::seconds;

constexpr std::string_view kExample =
    "version: STSv1\r\n"
    "mode: enforce\r\n"
    "mx: mail.example.com\r\n"
    "mx: *.example.net\r\n"
    "mx: backupmx.example.com\r\n"
    "max_age: 604800\r\n";

Policy good(std::string_view body) {
  auto policy = parse_policy(body);
  EXPECT_TRUE(policy) << body << "\n" << policy.error().text;
  return policy.value_or(Policy());
}
std::string refusal(std::string_view body) {
  auto policy = parse_policy(body);
  EXPECT_FALSE(policy) << body;
  if (policy) return "accepted";
  EXPECT_EQ(policy.error().code, "sts-policy-invalid");
  return policy.error().text;
}
// A good policy with one line changed or added.
std::string with(std::string_view line) {
  return "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 86400\n" + std::string(line);
}
std::string with_mx(std::string_view mx) {
  return "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: " + std::string(mx) + "\n";
}
std::string with_age(std::string_view age) {
  return "version: STSv1\nmode: none\nmax_age: " + std::string(age) + "\n";
}

TEST(StsPolicy, ReadsTheExampleOfTheStandard) {
  const Policy policy = good(kExample);
  EXPECT_EQ(policy.mode, PolicyMode::enforce);
  EXPECT_EQ(policy.max_age, seconds(604800));
  ASSERT_EQ(policy.mx.size(), 3U);
  EXPECT_EQ(policy.mx[1].text(), "*.example.net");
  EXPECT_EQ(to_text(policy), kExample);
}

TEST(StsPolicy, TakesEitherEndOfLineAndNoneAtTheEnd) {
  std::string bare;
  for (const char c : kExample) {
    if (c != '\r') bare += c;
  }
  EXPECT_EQ(good(bare), good(kExample));
  bare.pop_back();
  EXPECT_EQ(good(bare), good(kExample));
  EXPECT_EQ(good(kExample.substr(0, kExample.size() - 2)), good(kExample));
  EXPECT_EQ(good("version: STSv1\r\nmode: none\nmax_age: 1"),
            (Policy{PolicyMode::none, {}, seconds(1)}));
}

TEST(StsPolicy, ReadsBackWhatItWrites) {
  for (const PolicyMode mode : {PolicyMode::none, PolicyMode::testing, PolicyMode::enforce}) {
    Policy policy = good(kExample);
    policy.mode = mode;
    EXPECT_EQ(good(to_text(policy)), policy);
  }
}

TEST(StsPolicy, TakesFieldsInAnyOrderWithBlanksAfterColonAndValue) {
  EXPECT_EQ(good("mx:a.example \t\nmax_age:\t86400  \nmode:   testing\nversion:STSv1\t\n"),
            (Policy{PolicyMode::testing, {*tls::HostPattern::parse("a.example")}, seconds(86400)}));
}

TEST(StsPolicy, CountsTheFirstOfAFieldThatStandsTwice) {
  EXPECT_EQ(good(with("mode: none\n")).mode, PolicyMode::enforce);
  EXPECT_EQ(good(with("mode: nonsense\n")).mode, PolicyMode::enforce);
  EXPECT_EQ(good(with("max_age: 99999999999\n")).max_age, seconds(86400));
  EXPECT_EQ(good(with("version: STSv2\n")).mode, PolicyMode::enforce);
  EXPECT_NE(refusal("version: STSv2\nversion: STSv1\nmode: none\nmax_age: 1\n"), "");
}

TEST(StsPolicy, SkipsFieldsThatItDoesNotKnow) {
  EXPECT_EQ(good(with("x.y_z-1: any text, \"with\" : and = \xC3\xA9\n")), good(with("")));
  EXPECT_EQ(good(with("Mode: none\n")).mode, PolicyMode::enforce);
  EXPECT_EQ(good(with(std::string(32, 'n') + ": v\n")), good(with("")));
}

TEST(StsPolicy, RefusesMalformedLines) {
  for (const std::string& line :
       {std::string("nonsense\n"), std::string(": value\n"), std::string("name:\n"),
        std::string("name:  \t\n"), std::string(" name: value\n"), std::string("na me: value\n"),
        std::string("name : value\n"), std::string("-name: value\n"), std::string("x: a\x01\n"),
        std::string("x: a\0b\n", 7), std::string("x: a\rb\n"), std::string("x: a\tb\n"),
        std::string("x: \xFF\n"), std::string("x: a\r\r\n"), std::string("x: a\r"),
        std::string("# a comment\n"), std::string("<html>\n"), std::string("\nx: a\n"),
        std::string(33, 'n') + ": value\n"}) {
    EXPECT_EQ(refusal(with(line)).substr(0, 8), "Line 5: ") << line;
  }
}

TEST(StsPolicy, TakesEmptyLinesAtTheEndAlone) {
  EXPECT_EQ(good(with("\n")), good(with("")));
  EXPECT_EQ(good(with("\r\n \r\n\r\n")), good(with("")));
  EXPECT_EQ(examine_policy(with("\n")).findings.at(0).severity, base::Severity::warning);
  EXPECT_EQ(refusal("\n" + with("")), "Line 1: The line is empty.");
}

TEST(StsPolicy, NeedsVersionModeAndMaxAge) {
  EXPECT_EQ(refusal(""), "The policy has no version.");
  EXPECT_EQ(refusal("mode: none\nmax_age: 1\n"), "The policy has no version.");
  EXPECT_EQ(refusal("version: STSv1\nmax_age: 1\nmx: a.example\n"), "The policy has no mode.");
  EXPECT_EQ(refusal("version: STSv1\nmode: none\n"), "The policy has no max_age.");
  EXPECT_EQ(refusal("version: STSv1\nMode: none\nmax_age: 1\nmx: a.example\n"),
            "The policy has no mode.");
}

TEST(StsPolicy, NeedsAnMxUnlessItsModeIsNone) {
  EXPECT_EQ(refusal("version: STSv1\nmode: enforce\nmax_age: 1\n"), "The policy has no mx.");
  EXPECT_EQ(refusal("version: STSv1\nmode: testing\nmax_age: 1\n"), "The policy has no mx.");
  EXPECT_TRUE(good("version: STSv1\nmode: none\nmax_age: 1\n").mx.empty());
  EXPECT_EQ(good("version: STSv1\nmode: none\nmax_age: 1\nmx: a.example\n").mx.size(), 1U);
}

TEST(StsPolicy, TakesExactWordsOnly) {
  for (const char* version : {"stsv1", "STSV1", "STSv1.0", "STSv2", "\"STSv1\""}) {
    EXPECT_NE(refusal(std::string("version: ") + version + "\nmode: none\nmax_age: 1\n"), "");
  }
  for (const char* mode : {"Enforce", "report", "enforced", "enforce,testing", "enforce testing"}) {
    EXPECT_NE(refusal(std::string("version: STSv1\nmx: a.example\nmax_age: 1\nmode: ") + mode), "");
  }
}

TEST(StsPolicy, TakesAMaxAgeUpToAYear) {
  EXPECT_EQ(good(with_age("0")).max_age, seconds(0));
  EXPECT_EQ(good(with_age("31557600")).max_age, seconds(31557600));
  EXPECT_EQ(good(with_age("0000086400")).max_age, seconds(86400));
  for (const char* age : {"31557601", "99999999999999999999", "00000086400", "-1", "+1", "1.5",
                          "1e3", "86400s", "0x10", "1 2", "1,000"}) {
    EXPECT_NE(refusal(with_age(age)).find("is not a number of seconds"), std::string::npos) << age;
  }
}

TEST(StsPolicy, TakesHostNamesAndWholeLabelWildcards) {
  for (const char* mx : {"a.example", "*.example.net", "xn--bcher-kva.example", "A.Example", "mx1",
                         "1.example", "a-b.example"}) {
    EXPECT_EQ(good(with_mx(mx)).mx.size(), 1U) << mx;
  }
  for (const char* mx : {"*",
                         "*.",
                         ".example.net",
                         "*example.net",
                         "a.*.net",
                         "*.*.net",
                         "a*.net",
                         "mx.example.",
                         "*.example.net.",
                         "b\xC3\xBC"
                         "cher.example",
                         "a b.example",
                         "a..example",
                         "-a.example",
                         "a-.example",
                         "a_b.example",
                         "[192.0.2.1]",
                         "192.0.2.1",
                         "2001:db8::1",
                         "a.example:25",
                         "mail.example.com, mx2",
                         "https://a.example",
                         "user@a.example"}) {
    EXPECT_EQ(refusal(with_mx(mx)).substr(0, 8), "Line 4: ") << mx;
  }
}

TEST(StsPolicy, MatchesOneLabelWithAWildcard) {
  const Policy policy = good(with_mx("*.example.net"));
  const auto matches = [&](std::string_view host) {
    return policy.mx.at(0).matches(*dns::Domain::parse(host));
  };
  EXPECT_TRUE(matches("a.example.net"));
  EXPECT_TRUE(matches("A.EXAMPLE.NET"));
  EXPECT_FALSE(matches("a.b.example.net"));
  EXPECT_FALSE(matches("example.net"));
  EXPECT_FALSE(matches("aexample.net"));
}

TEST(StsPolicy, MayBeAsLargeAs64KiB) {
  std::string body = with("");
  while (body.size() < largest_policy - 100) body += "mx: b.example\n";
  body += "x: " + std::string(largest_policy - body.size() - 4, 'v') + "\n";
  ASSERT_EQ(body.size(), largest_policy);
  EXPECT_EQ(good(body).mx.size(), 2U);
  EXPECT_EQ(refusal(body + "\n"), "The policy is larger than 64 KiB.");
}

TEST(StsPolicy, StopsAtAWebPageServedByMistake) {
  std::string page;
  for (int i = 0; i < 1000; ++i) page += "<p>Not Found</p>\n";
  EXPECT_EQ(examine_policy(page).findings.size(), 20U);
}

TEST(StsPolicy, NamesAByteOrderMark) {
  EXPECT_NE(refusal("\xEF\xBB\xBF" + with("")).find("byte order mark"), std::string::npos);
}

TEST(StsPolicy, ShowsNoPeersBytesAsTheyCame) {
  EXPECT_EQ(refusal(with("\x1b]0;owned\x07\n")),
            "Line 5: \"\\x1b]0;owned\\x07\" is not of the form \"name: value\".");
}

TEST(StsPolicy, WarnsOfWhatIsValidAndPerhapsNotMeant) {
  const auto warned = [](std::string_view body, std::string_view about) {
    const auto examined = examine_policy(body);
    EXPECT_TRUE(examined.value) << body;
    return std::ranges::any_of(examined.findings, [&](const base::Finding& finding) {
      return finding.severity != base::Severity::error && finding.text.contains(about);
    });
  };
  EXPECT_TRUE(examine_policy(kExample).findings.empty());
  EXPECT_TRUE(warned("version: STSv1\nmode: testing\nmx: a.example\nmax_age: 604800", "testing"));
  EXPECT_TRUE(warned("version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 86399", "a day"));
  EXPECT_TRUE(warned("version: STSv1\nmode: none\nmax_age: 604800", "giving up"));
  EXPECT_TRUE(warned(with("mode: none\n"), "second"));
  EXPECT_TRUE(warned(with("mx: a.example\n"), "listed already"));
  EXPECT_TRUE(warned(with("mx: mailhost\n"), "single label"));
  EXPECT_TRUE(warned(with("MX: b.example\n"), "No standard knows"));
}

}  // namespace
}  // namespace postern::mtasts
