#include <gtest/gtest.h>

#include <algorithm>

#include "core/onboarding/csv.h"
#include "core/onboarding/domain_list.h"
#include "core/onboarding/import_plan.h"
#include "core/policy/testing.h"

namespace postern::onboarding {
namespace {

using namespace policy::testing;

policy::PolicyBook book() {
  policy::Configuration all = with_policies({policy_for("taken.example"), policy_for("*.gov.uk")});
  all.domains = {internal("example.org")};
  number(all);
  return policy::PolicyBook(all);
}

std::string verdicts(std::string_view text, const DomainListRules& rules = {}) {
  const policy::PolicyBook existing = book();
  std::string out;
  for (const Line& line : read_domain_list(text, &existing, kMain, rules).lines) {
    out += std::to_string(line.number) + " " + std::string(api_value(line.verdict)) + " " +
           (line.scope.base.empty() ? line.text : line.scope.text()) + "\n";
  }
  return out;
}

TEST(DomainList, NormalisesWhatPeopleWrite) {
  EXPECT_EQ(verdicts("  Example.COM.  \r\n\n# partners\nanna@Partner.Example\n"
                     "\"Anna\" <anna@mail.example>\nbücher.example\n*.Ministry.example"),
            "1 valid example.com\n"
            "4 valid partner.example\n"
            "5 valid mail.example\n"
            "6 valid xn--bcher-kva.example\n"
            "7 valid *.ministry.example\n");
}

TEST(DomainList, GivesEachLineItsVerdict) {
  EXPECT_EQ(verdicts("good.example\nnot a domain\nco.uk\nexample.org\nmail.example.org\n"
                     "taken.example\n*.gov.uk\nhmrc.gov.uk\nGOOD.example\ncom\n192.0.2.1\n"),
            "1 valid good.example\n"
            "2 invalid-domain not a domain\n"
            "3 public-suffix co.uk\n"
            "4 internal-domain example.org\n"
            "5 internal-domain mail.example.org\n"
            "6 duplicate-domain taken.example\n"
            "7 duplicate-domain *.gov.uk\n"
            "8 valid hmrc.gov.uk\n"
            "9 duplicate-domain good.example\n"
            "10 invalid-domain com\n"
            "11 invalid-domain 192.0.2.1\n");
}

TEST(DomainList, SaysWhereTheFirstOfTwoStands) {
  const DomainList list = read_domain_list("a.example\n\nA.example", nullptr, kMain, {});
  EXPECT_EQ(list.lines.at(1).why, "a.example stands in line 1 already.");
  EXPECT_EQ(list.valid(), 1u);
}

TEST(DomainList, RepeatsTheFirstLinesOwnVerdictForItsCopies) {
  EXPECT_EQ(verdicts("example.org\nexample.org\n"),
            "1 internal-domain example.org\n2 internal-domain example.org\n");
}

TEST(DomainList, IsUnderPolicyInItsOwnAccountAlone) {
  const policy::PolicyBook existing = book();
  EXPECT_EQ(read_domain("taken.example", &existing, kMain, true).verdict,
            Verdict::duplicate_domain);
  EXPECT_EQ(read_domain("taken.example", &existing, kOther, true).verdict, Verdict::valid);
}

TEST(DomainList, StopsAtTheFirstLineTooMany) {
  const policy::PolicyBook existing = book();
  std::string fifty, more;
  for (int i = 0; i < 50; ++i) fifty += "d" + std::to_string(i) + ".example\n";
  more = fifty + "\n# one more\nlast.example\n";
  const DomainListRules rules{50, true};
  EXPECT_FALSE(read_domain_list(fifty, &existing, kMain, rules).too_many);
  const DomainList list = read_domain_list(more, &existing, kMain, rules);
  EXPECT_EQ(list.lines.size(), 50u);
  ASSERT_TRUE(list.too_many);
  EXPECT_EQ(list.too_many->code, "too-many-domains");
  EXPECT_EQ(list.too_many->text.substr(0, 24), "Line 53 is one too many:");
  EXPECT_FALSE(read_domain_list(more, &existing, kMain, {}).too_many);
}

TEST(DomainList, TakesWildcardsOnlyWhereTheyAreMeant) {
  EXPECT_EQ(verdicts("*.ministry.example", {0, false}), "1 invalid-domain *.ministry.example\n");
}

TEST(DomainList, EscapesWhatItRepeats) {
  const Line line = read_domain("evil\x1b[31m.example", nullptr, kMain, true);
  EXPECT_EQ(line.verdict, Verdict::invalid_domain);
  EXPECT_EQ(line.text.find('\x1b'), std::string::npos);
  EXPECT_EQ(line.why.find('\x1b'), std::string::npos);
}

TEST(DomainList, UsesTheWordsOfThePolicyPage) {
  EXPECT_EQ(shown_as(Verdict::duplicate_domain), "Duplicate Domain");
  EXPECT_EQ(shown_as(Verdict::invalid_domain), "Invalid Domain");
  EXPECT_EQ(shown_as(Verdict::public_suffix), "Public Suffix");
  EXPECT_EQ(shown_as(Verdict::internal_domain), "Internal Domain");
  EXPECT_EQ(shown_as(Verdict::no_mail), "No Mail (null MX)");
  EXPECT_EQ(shown_as(Verdict::domain_not_found), "Domain Not Found");
  EXPECT_EQ(from_probe("null-mx"), Verdict::no_mail);
  EXPECT_EQ(from_probe("no-such-domain"), Verdict::domain_not_found);
  EXPECT_EQ(from_probe("dns-timeout"), std::nullopt);
}

// --- CSV
// -----------------------------------------------------------------------------------------------

std::string shown(std::string_view text) {
  const auto table = read_csv(text);
  if (!table) return table.error().code + ": " + table.error().text;
  std::string out;
  for (const CsvRow& row : table->rows) {
    out += std::to_string(row.line);
    if (!row.problem.empty()) {
      out += "! " + row.problem + "\n";
      continue;
    }
    for (const std::string& field : row.fields) out += "|" + field;
    out += "\n";
  }
  return out;
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  EXPECT_EQ(shown("\xEF\xBB\xBF"
                  "Domain,mode,note\r\n"
                  "a.example,strict,\"comma, and \"\"quotes\"\"\"\r\n"
                  "\r\n# a comment\r\n"
                  " b.example , relaxed\r\n"
                  "c.example,,\"two\nlines\"\nd.example"),
            "2|a.example|strict|comma, and \"quotes\"\n"
            "5|b.example|relaxed|\n"
            "6|c.example||two\nlines\n"
            "8|d.example||\n");
}

TEST(Csv, ReadsSemicolons) {
  EXPECT_EQ(shown("domain;mode\na.example;strict\n"), "2|a.example|strict\n");
}

TEST(Csv, NamesTheMistakeOfALineAndReadsTheOthers) {
  EXPECT_EQ(shown("domain,mode\na.example,\"open\nb.example,strict\n\"c.example\" x\n"
                  "d.example,strict,more\ne.example,relaxed\n"),
            "2! A quote is opened and never closed.\n"
            "3|b.example|strict\n"
            "4! Text follows a closing quote.\n"
            "5! There are 3 fields, and only 2 columns.\n"
            "6|e.example|relaxed\n");
}

TEST(Csv, RefusesAHeadingThatCannotBeRead) {
  EXPECT_EQ(shown("domain,Mode,mode\n"),
            "csv-malformed: Line 1: the column \"mode\" stands twice.");
  EXPECT_EQ(shown("domain,\"mode\n"), "csv-malformed: Line 1: a quote is opened and never closed.");
}

TEST(Csv, KnowsItsColumnsAndAPlainList) {
  EXPECT_TRUE(looks_like_csv("domain,mode\n", "domain"));
  EXPECT_TRUE(looks_like_csv("\"Domain\"\na.example\n", "domain"));
  EXPECT_FALSE(looks_like_csv("a.example\nb.example\n", "domain"));
  EXPECT_FALSE(looks_like_csv("", "domain"));
  const auto table = read_csv("Domain,Mode\n").value();
  EXPECT_EQ(table.column("mode"), 1);
  EXPECT_EQ(table.column("floor"), -1);
}

// --- what an import would do
// ------------------------------------------------------------------------------

TEST(ImportPlan, KnowsTheSameSettingsInAnotherOrderOfAnotherAuthor) {
  policy::Policy first = policy_for("a.example");
  first.mx_pins = {pattern("mx2.a.example"), pattern("mx1.a.example")};
  policy::Policy again = first;
  std::ranges::reverse(again.mx_pins);
  again.author = "somebody else";
  again.created += std::chrono::days(1);
  EXPECT_TRUE(same_settings(first, again));
  again.floor = policy::Floor::tls1_3;
  EXPECT_FALSE(same_settings(first, again));
  EXPECT_FALSE(same_settings(first, policy_for("*.a.example")));
}

}  // namespace
}  // namespace postern::onboarding
