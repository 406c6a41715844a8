#include "core/smtp/line_scan.h"

#include <gtest/gtest.h>

#include <string>

namespace postern::smtp {
namespace {

using namespace std::string_literals;

// Wherever in a long block it stands: vectors have beginnings and ends of their own.
void everywhere(const std::string& what, bool LineScan::* found) {
  for (std::size_t before = 0; before < 70; ++before) {
    const std::string block = std::string(before, 'a') + what + std::string(70, 'b');
    EXPECT_TRUE(scan_lines(block).*found) << before;
  }
}

TEST(LineScan, FindsNothingInOrdinaryLines) {
  std::string block = "a line\r\n\r\nanother. one\r\n";
  for (int i = 0; i < 5; ++i) block += block;
  const LineScan found = scan_lines(block);
  EXPECT_FALSE(found.odd);
  EXPECT_FALSE(found.dot_line);
  EXPECT_FALSE(found.eight_bit);
  EXPECT_FALSE(scan_lines("").odd);
}

TEST(LineScan, FindsWhatIsOdd) {
  everywhere("\0"s, &LineScan::odd);
  everywhere("\r", &LineScan::odd);
  everywhere("\n", &LineScan::odd);
  everywhere("\r\r\n", &LineScan::odd);
  everywhere("\r\n\n", &LineScan::odd);
  EXPECT_TRUE(scan_lines("\r").odd);
  EXPECT_TRUE(scan_lines("\n").odd);
  EXPECT_TRUE(scan_lines("\0"s).odd);
  EXPECT_TRUE(scan_lines("a\r").odd);
}

TEST(LineScan, FindsDotsThatBeginALine) {
  everywhere("\r\n.", &LineScan::dot_line);
  for (std::size_t before = 0; before < 70; ++before) {
    EXPECT_TRUE(has_dot_line(std::string(before, 'a') + "\n." + std::string(70, 'b'))) << before;
    EXPECT_TRUE(has_dot_line(std::string(before, 'a') + "\n.")) << before;
    EXPECT_FALSE(has_dot_line(std::string(before, '.') + "\r\n" + std::string(70, 'b'))) << before;
  }
  EXPECT_FALSE(has_dot_line(""));
}

TEST(LineScan, FindsBytesAbove127) {
  everywhere("\x80", &LineScan::eight_bit);
  EXPECT_TRUE(scan_lines("\xff").eight_bit);
  EXPECT_TRUE(scan_lines("a\xff").eight_bit);
}

}  // namespace
}  // namespace postern::smtp
