// The words in which a client's connection is told to people: the transcript, and statuses.
#include <gtest/gtest.h>

#include "core/smtp/client_status.h"
#include "core/smtp/client_transcript.h"

namespace postern::smtp {
namespace {

using Speaker = Transcript::Speaker;

TEST(Transcript, IsBoundedHoweverMuchAPeerSays) {
  Transcript transcript(Transcript::Keep::all);
  for (int i = 0; i < 1000; ++i) transcript.add(Speaker::server, std::string(5000, 'x'));
  EXPECT_EQ(transcript.lines().size(), 201U);
  EXPECT_LT(transcript.text().size(), 201U * 600);
  EXPECT_TRUE(transcript.text().ends_with("-- what follows is left out\n"));
}

TEST(Transcript, ShowsNoPeersBytesAsTheyCame) {
  Transcript transcript(Transcript::Keep::all);
  transcript.add(Speaker::client, "EHLO a");
  transcript.add(Speaker::server, "250 \x1b[2J\r\nC: QUIT");
  EXPECT_EQ(transcript.text(), "C: EHLO a\nS: 250 \\x1b[2J\\x0d\\x0aC: QUIT\n");
}

TEST(Transcript, HoldsNothingUnlessItIsWanted) {
  Transcript transcript(Transcript::Keep::nothing);
  transcript.add(Speaker::server, "220 mx1");
  EXPECT_EQ(transcript.text(), "");
}

// The streams have words of their own; people and rules know those of core/tls/reasons.
TEST(ClientStatus, CallsTheEndsOfStreamsByTheNamesThatRemediesHave) {
  const auto code = [](const char* failure) {
    return status_of_failure({failure, "It went.", ""}, "mx1", "saying EHLO").code;
  };
  EXPECT_EQ(code("connection-closed"), "connection-lost");
  EXPECT_EQ(code("timeout"), "reply-timeout");
  EXPECT_EQ(code("connection-refused"), "connection-refused");
}

TEST(ClientStatus, ChangesTheClassOfACodeThatIsThere) {
  EXPECT_EQ(with_class("5.7.1", '4'), "4.7.1");
  EXPECT_EQ(with_class("", '4'), "");
}

}  // namespace
}  // namespace postern::smtp
