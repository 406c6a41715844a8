#include "app/cli/table.h"

#include <gtest/gtest.h>

namespace postern::cli {
namespace {

TEST(Table, AlignsColumnsAndLeavesNothingBehindTheLast) {
  Table table({"domain", "mode"});
  table.row({"example.com", "strict"});
  table.row({"ü.de", ""});
  EXPECT_EQ(table.text(), "DOMAIN       MODE\nexample.com  strict\nü.de\n");
}

TEST(Table, CsvQuotesAndDefusesFormulas) {
  Table table({"a", "b"});
  table.row({"=1+2", "say \"hi\", twice"});
  EXPECT_EQ(table.csv(), "a,b\r\n'=1+2,\"say \"\"hi\"\", twice\"\r\n");
}

TEST(Table, CsvKeepsAnEmptyFirstCell) {
  Table table({"a", "b"});
  table.row({"", "x"});
  EXPECT_EQ(table.csv(), "a,b\r\n,x\r\n");
}

TEST(Table, TimesAreSpokenRelatively) {
  EXPECT_EQ(relative_time(0), "now");
  EXPECT_EQ(relative_time(90), "in 90 s");
  EXPECT_EQ(relative_time(-3 * 86400), "3 days ago");
}

TEST(Table, SizesUseBinaryUnits) {
  EXPECT_EQ(size_text(512), "512 B");
  EXPECT_EQ(size_text(4200), "4.1 KiB");
}

}  // namespace
}  // namespace postern::cli
