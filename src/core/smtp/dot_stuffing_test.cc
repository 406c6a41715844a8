#include "core/smtp/dot_stuffing.h"

#include <gtest/gtest.h>

namespace postern::smtp {
namespace {

std::string stuffed(std::string_view body, std::size_t step) {
  DotStuffer stuffer;
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += step) stuffer.add(body.substr(at, step), out);
  stuffer.finish(out);
  return out;
}

TEST(DotStuffer, DoublesDotsAtLineStartsOnlyHoweverTheBodyIsCut) {
  const std::string body = ".first\r\na.b\r\n.\r\n..two\r\nlast\r\n";
  const std::string expected = "..first\r\na.b\r\n..\r\n...two\r\nlast\r\n.\r\n";
  for (std::size_t step = 1; step <= body.size(); ++step) EXPECT_EQ(stuffed(body, step), expected);
}

TEST(DotStuffer, ClosesALastLineThatIsOpen) {
  for (std::size_t step = 1; step < 5; ++step) EXPECT_EQ(stuffed("open", step), "open\r\n.\r\n");
}

TEST(DotStuffer, EndsAnEmptyBodyWithASingleDot) { EXPECT_EQ(stuffed("", 1), ".\r\n"); }

TEST(DotStuffer, LeavesNoWayForABodyToEndTheMessage) {
  const std::string out = stuffed("a\r\n.\r\nMAIL FROM:<x>\r\n", 3);
  EXPECT_EQ(out.find("\r\n.\r\n"), out.size() - 5);
}

}  // namespace
}  // namespace postern::smtp
