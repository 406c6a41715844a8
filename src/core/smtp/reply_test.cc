#include "core/smtp/reply.h"

#include <gtest/gtest.h>

namespace postern::smtp {
namespace {

using Status = ReplyParser::Status;

Reply parse(std::string_view bytes) {
  ReplyParser parser;
  EXPECT_EQ(parser.feed(bytes), Status::complete) << parser.problem();
  EXPECT_TRUE(bytes.empty());
  return parser.take();
}

std::string problem_of(std::string_view bytes) {
  ReplyParser parser;
  EXPECT_EQ(parser.feed(bytes), Status::malformed);
  return parser.problem();
}

TEST(ReplyParser, ReadsOneLineWithAnEnhancedCode) {
  const Reply reply = parse("550 5.1.1 No such user\r\n");
  EXPECT_EQ(reply.code, 550);
  EXPECT_EQ(reply.enhanced, "5.1.1");
  ASSERT_EQ(reply.lines.size(), 1u);
  EXPECT_EQ(reply.lines[0], "No such user");
  EXPECT_TRUE(reply.permanent());
}

TEST(ReplyParser, ReadsManyLinesAndABareCode) {
  const Reply reply = parse("250-mx.example.com\r\n250-SIZE 1000\r\n250\r\n");
  EXPECT_EQ(reply.code, 250);
  EXPECT_EQ(reply.lines, (std::vector<std::string>{"mx.example.com", "SIZE 1000", ""}));
}

TEST(ReplyParser, ToleratesBareLineFeedsFromServers) {
  EXPECT_EQ(parse("220-a\n220 b\n").lines.size(), 2u);
}

TEST(ReplyParser, LeavesWhatFollowsTheReply) {
  ReplyParser parser;
  std::string_view bytes = "220 go\r\n250 injected\r\n";
  EXPECT_EQ(parser.feed(bytes), Status::complete);
  EXPECT_EQ(bytes, "250 injected\r\n");
  EXPECT_EQ(parser.take().code, 220);
  EXPECT_EQ(parser.feed(bytes), Status::complete);
  EXPECT_EQ(parser.take().code, 250);
}

TEST(ReplyParser, ReadsTheSameReplySplitAtEveryByte) {
  const std::string whole = "451-4.7.1 Greylisted\r\n451 4.7.1 come back later\r\n";
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    ReplyParser parser;
    std::string_view first = std::string_view(whole).substr(0, cut);
    std::string_view second = std::string_view(whole).substr(cut);
    ASSERT_EQ(parser.feed(first), Status::incomplete) << cut;
    ASSERT_EQ(parser.feed(second), Status::complete) << cut;
    const Reply reply = parser.take();
    EXPECT_EQ(reply.one_line(), "451 4.7.1 Greylisted come back later");
  }
}

TEST(ReplyParser, RefusesWhatIsNotAReply) {
  EXPECT_NE(problem_of("SSH-2.0-OpenSSH\r\n").find("not an SMTP reply"), std::string::npos);
  EXPECT_NE(problem_of("150 early\r\n").find("not an SMTP reply"), std::string::npos);
  EXPECT_NE(problem_of("2500 x\r\n").find("not an SMTP reply"), std::string::npos);
  EXPECT_NE(problem_of("250-a\r\n251 b\r\n").find("changes"), std::string::npos);
  EXPECT_NE(problem_of("\r\n").find("not an SMTP reply"), std::string::npos);
}

TEST(ReplyParser, StopsAtItsLimits) {
  EXPECT_NE(problem_of("250 " + std::string(5000, 'x')).find("longer"), std::string::npos);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "250-x\r\n";
  EXPECT_NE(problem_of(many).find("128"), std::string::npos);
}

TEST(ReplyParser, TakesAnEnhancedCodeOfAnotherClassAsText) {
  const Reply reply = parse("550 2.0.0 odd\r\n");
  EXPECT_EQ(reply.enhanced, "");
  EXPECT_EQ(reply.lines[0], "2.0.0 odd");
}

TEST(Reply, WritesEveryLineWithItsCodes) {
  Reply reply{530, "5.7.0", {"Must issue a STARTTLS command first", "(policy main)"}};
  EXPECT_EQ(reply.wire(),
            "530-5.7.0 Must issue a STARTTLS command first\r\n530 5.7.0 (policy main)\r\n");
  EXPECT_EQ((Reply{221, "", {}}).wire(), "221 \r\n");
}

TEST(Reply, CannotBeSplitByItsText) {
  EXPECT_EQ((Reply{250, "", {"a\r\n250 b"}}).wire(), "250 a??250 b\r\n");
  EXPECT_EQ((Reply{250, "", {"a\x7F"}}).wire(), "250 a?\r\n");
}

TEST(Reply, IsEscapedForPeople) {
  EXPECT_EQ((Reply{250, "", {"\x1b[2J"}}).one_line(), "250 \\x1b[2J");
}

TEST(ReplyParser, TakesOnlyAWholeEnhancedCodeForOne) {
  for (const char* text : {"5.7", "5.7 no", "5.7.", "5.7.x no", "5.7.1234 no", "5..1 no",
                           "5.7.1x no", "5x7.1 no", "57.1.1 no", "5.123"}) {
    const Reply reply = parse("550 " + std::string(text) + "\r\n");
    EXPECT_EQ(reply.enhanced, "") << text;
    EXPECT_EQ(reply.lines[0], text);
  }
  const Reply bare = parse("550 5.7.1\r\n");
  EXPECT_EQ(bare.enhanced, "5.7.1");
  EXPECT_EQ(bare.lines[0], "");
}

TEST(ReplyParser, KeepsAnotherEnhancedCodeOfALaterLineInTheText) {
  EXPECT_EQ(parse("550-5.7.1 no\r\n550 5.7.2 never\r\n").one_line(), "550 5.7.1 no 5.7.2 never");
}

TEST(ReplyParser, ReadsNothingMoreAfterWhatWasNoReply) {
  ReplyParser parser;
  std::string_view bytes = "garbage\r\n";
  EXPECT_EQ(parser.feed(bytes), Status::malformed);
  bytes = "250 ok\r\n";
  EXPECT_EQ(parser.feed(bytes), Status::malformed);
  EXPECT_NE(parser.problem().find("garbage"), std::string::npos) << "the first reason stays";
}

}  // namespace
}  // namespace postern::smtp
