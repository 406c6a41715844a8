// The server's dialogue between its steps: what it says it is doing, how it ends, and content that
// comes in many pieces or cannot be stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/smtp/testing/server_kit.h"

namespace postern::smtp {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::Rules;
using testing::Server;
using ::testing::StartsWith;

Ending ending_of(Server& server) { return std::get<Finished>(server.dialogue.step()).ending; }

// A body of so many bytes at least, in lines.
std::string lines(std::size_t bytes) {
  std::string text = "\r\n";
  while (text.size() < bytes) text += std::string(78, 'x') + "\r\n";
  return text;
}

TEST(ServerPhases, SayWhatTheSessionIsDoingForTheLog) {
  ServerSettings settings = Server::plain_settings();
  Rules rules;
  ServerDialogue dialogue(settings, *base::IpAddress::parse("192.0.2.1"), std::nullopt, rules);
  EXPECT_EQ(dialogue.phrase(), "reading a command");
  dialogue.on_input("EHLO c.example\r\nSTARTTLS\r\n");
  EXPECT_EQ(dialogue.phrase(), "starting TLS");
  dialogue.on_tls(TlsWords{"TLS_X", "g"});
  dialogue.on_input("EHLO c.example\r\nAUTH PLAIN\r\n");
  EXPECT_EQ(dialogue.phrase(), "reading credentials");
  dialogue.on_input(base::base64(std::string("\0user\0secret", 12)) + "\r\n");
  EXPECT_EQ(dialogue.phrase(), "checking credentials");
  dialogue.on_login(Login::accepted);
  dialogue.on_input("MAIL FROM:<>\r\nRCPT TO:<u@house.example>\r\n");
  EXPECT_EQ(dialogue.phrase(), "reading the envelope");
  dialogue.on_input("DATA\r\n");
  EXPECT_EQ(dialogue.phrase(), "receiving the message");
  dialogue.on_begun({{"ID1"}, base::instant(1'795'448'776'000'000)});
  EXPECT_EQ(dialogue.phrase(), "receiving the message");
  dialogue.on_input("\r\nx\r\n.\r\n");
  EXPECT_EQ(dialogue.phrase(), "storing the message");
  dialogue.on_stored(Storing::done);
  EXPECT_EQ(dialogue.phrase(), "storing the message");
  dialogue.on_committed(Storing::done);
  dialogue.on_input("QUIT\r\n");
  EXPECT_EQ(dialogue.phrase(), "ending the session");
}

TEST(ServerPhases, AreIdleOnlyWhereNothingIsHalfSaid) {
  Server server(Server::plain_settings(), TlsWords{"TLS_X", "g"});
  EXPECT_TRUE(server.dialogue.idle());
  (void)server.feed("EHLO c.exam");
  EXPECT_FALSE(server.dialogue.idle());
  (void)server.feed("ple\r\n");
  EXPECT_TRUE(server.dialogue.idle());
  (void)server.feed("AUTH LOGIN\r\n");
  EXPECT_FALSE(server.dialogue.idle());
}

// --- endings
// --------------------------------------------------------------------------------------

TEST(ServerEndings, AreAbruptWhenAStopFallsIntoAMessage) {
  Server server;
  server.open_transaction();
  server.dialogue.on_closed(base::Failure{"cancelled", "", ""});
  EXPECT_EQ(server.dialogue.output(), "") << "no reply that could be taken for the message's";
  EXPECT_EQ(ending_of(server), Ending::abrupt);
}

TEST(ServerEndings, AreOrderlyWhenTheClientLeaves) {
  Server server;
  server.dialogue.on_closed(base::Failure{"connection-closed", "", ""});
  EXPECT_EQ(ending_of(server), Ending::orderly);
  Server broken;
  broken.dialogue.on_closed(base::Failure{"connection-lost", "", ""});
  EXPECT_EQ(ending_of(broken), Ending::abrupt);
}

TEST(ServerEndings, SayNothingMoreToWhoeverGoesOn) {
  Server server;
  (void)server.feed("QUIT\r\n");
  server.dialogue.on_input("NOOP\r\n");
  EXPECT_EQ(server.dialogue.output(), "");
}

TEST(ServerEndings, FollowA421OfThePolicies) {
  Server server;
  server.rules.sender_refusal = Reply{421, "4.7.0", {"Come back later."}};
  EXPECT_EQ(server.codes("EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nNOOP\r\n"), "250 421");
  EXPECT_TRUE(server.over()) << "RFC 5321 3.8: the channel closes behind it";
}

TEST(ServerEndings, ACredentialLineThatIsTooLongEndsOnlyTheExchange) {
  Server server(Server::plain_settings(), TlsWords{"TLS_X", "g"});
  const std::string said =
      server.feed("EHLO c.example\r\nAUTH PLAIN\r\n" + std::string(13'000, 'A') + "\r\nNOOP\r\n");
  EXPECT_THAT(said, HasSubstr("\r\n500 5.5.6 ")) << "RFC 4954 4";
  EXPECT_THAT(said, EndsWith("250 2.0.0 OK\r\n"));
}

// --- content
// --------------------------------------------------------------------------------------

TEST(ServerContentInPieces, IsStoredAsItComesAndWhole) {
  const std::string body = lines(200'000);
  for (const bool chunked : {false, true}) {
    Server server;
    server.open_transaction();
    const int steps_before = server.steps_taken;
    const std::string bytes = chunked ? "BDAT " + std::to_string(body.size()) + " LAST\r\n" + body
                                      : "DATA\r\n" + body + ".\r\n";
    EXPECT_THAT(server.feed_in_pieces(bytes, 40'000), EndsWith("250 2.0.0 Queued as ID1\r\n"));
    ASSERT_EQ(server.messages.size(), 1U);
    EXPECT_THAT(server.messages[0].body, EndsWith("\r\n" + body));
    EXPECT_EQ(server.messages[0].copy.envelope.size,
              static_cast<std::int64_t>(server.messages[0].body.size()));
    EXPECT_GT(server.steps_taken - steps_before, 10) << "not all is held until the end";
  }
}

TEST(ServerContentInPieces, IsReadToItsEndAfterTheDiskFailed) {
  const std::string body = lines(200'000);
  Server data;
  data.storing = Storing::disk_full;
  data.open_transaction();
  EXPECT_EQ(testing::reply_codes(data.feed_in_pieces("DATA\r\n" + body + ".\r\nNOOP\r\n", 40'000)),
            "354 452 250");
  EXPECT_TRUE(data.messages.empty());
  Server last;
  last.storing = Storing::failed;
  last.open_transaction();
  const std::string chunk = "BDAT " + std::to_string(body.size());
  EXPECT_EQ(
      testing::reply_codes(last.feed_in_pieces(chunk + " LAST\r\n" + body + "NOOP\r\n", 40'000)),
      "451 250");
  EXPECT_TRUE(last.messages.empty());
}

TEST(ServerContentInPieces, AChunkThatWasNotStoredIsNotAnsweredAsTaken) {
  const std::string body = lines(100'000);
  Server server;
  server.storing = Storing::disk_full;
  server.open_transaction();
  const std::string said = server.feed_in_pieces(
      "BDAT " + std::to_string(body.size()) + "\r\n" + body + "BDAT 0 LAST\r\n", 40'000);
  EXPECT_EQ(testing::reply_codes(said), "452 503") << "the transaction is over with it";
}

TEST(ServerContentInPieces, EmptyChunksAreCountedAsCommandsThatAchieveNothing) {
  auto settings = Server::plain_settings();
  settings.limits.commands_without_message = 5;
  Server server(settings);
  server.open_transaction();
  std::string empty;
  for (int i = 0; i < 10; ++i) empty += "BDAT 0\r\n";
  EXPECT_THAT(server.codes(empty), EndsWith("421"));
  Server useful(settings);
  useful.open_transaction();
  std::string chunks = "BDAT 2\r\n\r\n";
  for (int i = 0; i < 10; ++i) chunks += "BDAT 3\r\nx\r\n";
  EXPECT_THAT(useful.codes(chunks + "BDAT 0 LAST\r\n"), EndsWith("250"));
  EXPECT_EQ(useful.messages.size(), 1U);
}

}  // namespace
}  // namespace postern::smtp
