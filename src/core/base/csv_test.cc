#include "core/base/csv.h"

#include <gtest/gtest.h>

namespace postern::base {
namespace {

TEST(CsvCell, IsAsItIsWhereNothingNeedsQuotes) {
  EXPECT_EQ(csv_cell("example.com"), "example.com");
  EXPECT_EQ(csv_cell(""), "");
  EXPECT_EQ(csv_cell("a b"), "a b");
}

TEST(CsvCell, IsQuotedWhereAReaderWouldCutIt) {
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"no\""), "\"say \"\"no\"\"\"");
  EXPECT_EQ(csv_cell("two\r\nlines"), "\"two\r\nlines\"");
  EXPECT_EQ(csv_cell("# no comment"), "\"# no comment\"");
}

// A partner's certificate or reply ends up in such a cell, and an auditor opens it.
TEST(CsvCell, RunsNoFormulaInASpreadsheet) {
  for (const std::string text : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"}) {
    const std::string cell = csv_cell(text);
    EXPECT_TRUE(cell.starts_with("'") || cell.starts_with("\"'")) << text;
  }
  EXPECT_EQ(csv_cell("=HYPERLINK(\"http://x\",\"y\")"),
            "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
}

TEST(CsvText, TakesTheApostropheOffAgainAndNoOther) {
  for (const std::string text : {"=1+1", "-x", "@x", "plain", "", "'quoted'", "'"}) {
    EXPECT_EQ(csv_text(csv_cell(text)), text);
  }
}

}  // namespace
}  // namespace postern::base
