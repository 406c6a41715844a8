#include "core/onboarding/policy_import.h"

#include <gtest/gtest.h>

#include "core/policy/testing.h"

namespace postern::onboarding {
namespace {

using policy::testing::configuration;
using policy::testing::internal;
using policy::testing::kMain;
using policy::testing::kOther;
using policy::testing::noon;
using policy::testing::policy_for;

struct PolicyImportTest : ::testing::Test {
  policy::Configuration known = configuration();
  ImportRules rules{.account = kMain, .given = {}, .author = "anna", .now = noon()};

  PolicyImport read(std::string_view text) {
    policy::testing::number(known);
    const policy::PolicyBook book(known);
    auto read = read_policies(text, book, rules);
    EXPECT_TRUE(read) << read.error().text;
    return read.value_or(PolicyImport());
  }
  // "1 example.com added; 2 ... refused: Invalid Domain"
  std::string said(std::string_view text) {
    std::string all;
    for (const ImportedLine& line : read(text).lines) {
      all += (all.empty() ? "" : "; ") + std::to_string(line.number) + " " + line.domain + " " +
             std::string(effect_text(line.effect));
      if (line.effect == ImportedLine::Effect::refused) all += ": " + line.verdict;
    }
    return all;
  }
};

TEST_F(PolicyImportTest, ReadsAPlainList) {
  EXPECT_EQ(said("# partners\nExample.COM.\n\n*.gov.uk\nnot a domain\nexample.com\n"),
            "2 example.com added; 4 *.gov.uk added; 5 not a domain refused: Invalid Domain; "
            "6 example.com refused: Duplicate Domain");
}

TEST_F(PolicyImportTest, ReadsTheColumnsOfAnExport) {
  rules.given = {{"mode", "relaxed"}};
  const PolicyImport all = read(
      "domain,mode,stage,mx,note\na.example,strict,monitor,mx1.a.example mx2.a.example,\n"
      "b.example,,,,\"by hand, once\"\n");
  ASSERT_EQ(all.policies.size(), 2U);
  EXPECT_EQ(all.policies[0].mode, tls::Mode::strict);
  EXPECT_EQ(all.policies[0].stage, tls::Stage::monitor);
  EXPECT_EQ(all.policies[0].mx_pins.size(), 2U);
  EXPECT_EQ(all.policies[0].author, "anna");
  EXPECT_EQ(all.policies[1].mode, tls::Mode::relaxed);
  EXPECT_EQ(all.policies[1].note, "by hand, once");
}

TEST_F(PolicyImportTest, KeepsWhatACellSaysNothingOfAndTakesAwayWhatADashNames) {
  policy::Policy there = policy_for("a.example", tls::Mode::strict);
  there.mx_pins = {tls::HostPattern::parse("mx1.a.example").value()};
  there.note = "old";
  known.policies = {there};
  rules.known = ImportRules::Known::changed;
  const PolicyImport kept = read("domain,mx,note,floor\na.example,,,tls1.3\n");
  ASSERT_EQ(kept.policies.size(), 1U);
  EXPECT_EQ(kept.policies[0].mx_pins.size(), 1U);
  EXPECT_EQ(kept.policies[0].note, "old");
  const PolicyImport cleared = read("domain,mx,note\na.example,-,'-\n");
  ASSERT_EQ(cleared.policies.size(), 1U);
  EXPECT_TRUE(cleared.policies[0].mx_pins.empty());
  EXPECT_EQ(cleared.policies[0].note, "-");
}

TEST_F(PolicyImportTest, RefusesABadLineAndNoOther) {
  EXPECT_EQ(said("domain,mode,floor\na.example,sometimes,\nb.example,strict,legacy\n"
                 "c.example,strict\nd.example,strict,standard,more\n"),
            "2 a.example refused: Invalid Line; 3 b.example refused: Invalid Line; "
            "4 c.example added; 5 d.example refused: Invalid Line");
}

TEST_F(PolicyImportTest, ChangesNothingTheSecondTime) {
  known.policies = read("a.example\nb.example\n").policies;
  EXPECT_EQ(said("a.example\nb.example\n"), "1 a.example unchanged; 2 b.example unchanged");
  EXPECT_TRUE(read("a.example\nb.example\n").policies.empty());
}

TEST_F(PolicyImportTest, ChangesWhatIsThereOnlyWhenAsked) {
  known.policies = {policy_for("a.example")};
  const std::string_view text = "domain,mode\na.example,relaxed\n";
  EXPECT_EQ(said(text), "2 a.example refused: Duplicate Domain");
  rules.known = ImportRules::Known::changed;
  const PolicyImport all = read(text);
  ASSERT_EQ(all.policies.size(), 1U);
  EXPECT_EQ(all.lines[0].effect, ImportedLine::Effect::changed);
  EXPECT_EQ(all.policies[0].id, known.policies[0].id);
  EXPECT_EQ(all.policies[0].author, "test");
}

TEST_F(PolicyImportTest, KnowsOnesOwnDomainsBeforeTheirProof) {
  known.domains = {internal("corp.example")};
  known.domains[0].validated = false;
  EXPECT_EQ(said("mail.corp.example\n"), "1 mail.corp.example refused: Internal Domain");
}

TEST_F(PolicyImportTest, SeesNoPolicyOfAnotherAccount) {
  known.policies = {policy_for("a.example", tls::Mode::relaxed, kOther)};
  EXPECT_EQ(said("a.example\n"), "1 a.example added");
}

TEST_F(PolicyImportTest, NamesAColumnThatNoPolicyHas) {
  const policy::PolicyBook book(known);
  const auto read = read_policies("domain,colour\na.example,red\n", book, rules);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "invalid-heading");
}

}  // namespace
}  // namespace postern::onboarding
