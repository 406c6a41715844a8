// One message on one connection: what the peer is offered, and what becomes of each recipient.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/smtp/client_dialogue.h"
#include "core/smtp/testing_scene.h"

namespace postern::smtp {
namespace {

using testing::Player;
using testing::Scene;
using Fate = RecipientResult::Fate;
using ::testing::HasSubstr;

constexpr const char* kGoodbye = "QUIT\r\n";
constexpr const char* kStuffed = "Subject: hello\r\n\r\n..dot\r\n.\r\n";
constexpr const char* kAnn = "\xC3\xA4nn@example.com";

std::vector<RecipientResult> played(Scene& scene) {
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.size(), 1U);
  return player.results.empty() ? std::vector<RecipientResult>() : player.results[0].recipients;
}

// Up to the first message, which the test assigns and carries on with by itself.
void bring_to_ready(ClientDialogue& dialogue, const Scene& scene) {
  for (std::size_t i = 0; i < 3; ++i) dialogue.on_input(scene.script.turns[i].server);
  dialogue.on_tls(scene.script.handshake);
  dialogue.on_input(scene.script.turns[3].server);
  dialogue.output().clear();
  ASSERT_TRUE(dialogue.ready());
}

// --- international mail
// ---------------------------------------------------------------------------

TEST(ClientTransaction, GivesInternationalAddressesToAPeerThatTakesThem) {
  Scene scene;
  scene.envelope.smtputf8 = true;
  scene.envelope.sender = "j\xC3\xBC@b\xC3\xBC.example";
  scene.recipients_are({kAnn});
  scene.offers_under_tls("PIPELINING 8BITMIME SMTPUTF8");
  scene.ends_with(4, {{"MAIL FROM:<j\xC3\xBC@b\xC3\xBC.example> SMTPUTF8\r\n"
                       "RCPT TO:<\xC3\xA4nn@example.com>\r\nDATA\r\n",
                       "250 ok\r\n250 ok\r\n354 go\r\n"},
                      {kStuffed, "250 ok\r\n"},
                      {kGoodbye, "221 bye\r\n"}});
  EXPECT_EQ(played(scene).at(0).fate, Fate::delivered);
}

// RFC 6531 3.4: without the parameter, the next server may not pass it on.
TEST(ClientTransaction, NamesNoInternationalAddressInAMessageThatDidNotAskForIt) {
  Scene scene;
  scene.recipients_are({"ann@example.com", kAnn});
  scene.offers_under_tls("PIPELINING SMTPUTF8");
  scene.ends_with(4, {{"MAIL FROM:<me@postern.example>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n",
                       "250 ok\r\n250 ok\r\n354 go\r\n"},
                      {kStuffed, "250 ok\r\n"},
                      {kGoodbye, "221 bye\r\n"}});
  const auto recipients = played(scene);
  EXPECT_EQ(recipients.at(0).fate, Fate::delivered);
  EXPECT_EQ(recipients.at(1).fate, Fate::failed);
  EXPECT_EQ(recipients.at(1).status.code, "smtputf8-not-supported");
}

TEST(ClientTransaction, BouncesInternationalHeadersThatThePeerCannotTake) {
  Scene scene;
  scene.envelope.smtputf8 = true;
  scene.script.traits.utf8_headers = scene.script.traits.eight_bit = true;
  scene.ends_with(4, {{"(inspect)QUIT\r\n", "221 bye\r\n"}});
  const auto recipients = played(scene);
  EXPECT_EQ(recipients.at(0).fate, Fate::failed);
  EXPECT_EQ(recipients.at(0).status.enhanced, "5.6.7");
  EXPECT_THAT(recipients.at(0).status.text, HasSubstr("international headers"));
}

TEST(ClientTransaction, BouncesASenderThatThePeerCannotTake) {
  Scene scene;
  scene.envelope.smtputf8 = true;
  scene.envelope.sender = "j\xC3\xBC@postern.example";
  scene.ends_with(4, {{"(inspect)QUIT\r\n", "221 bye\r\n"}});
  const auto recipients = played(scene);
  EXPECT_EQ(recipients.at(0).fate, Fate::failed);
  EXPECT_THAT(recipients.at(0).status.text, HasSubstr("the sender's address"));
}

TEST(ClientTransaction, KeepsInternationalHeadersWhereOnlyTheTextMustBeConverted) {
  Scene scene;
  scene.envelope.smtputf8 = true;
  scene.envelope.body = queue::BodyType::eight_bit;
  scene.script.traits.utf8_headers = scene.script.traits.eight_bit = true;
  scene.offers_under_tls("PIPELINING SMTPUTF8");
  scene.ends_with(4, {{"(inspect)MAIL FROM:<me@postern.example> SMTPUTF8\r\n"
                       "RCPT TO:<ann@example.com>\r\nDATA\r\n",
                       "250 ok\r\n250 ok\r\n354 go\r\n"},
                      {"(body dotted)(7bit)", "250 ok\r\n"},
                      {kGoodbye, "221 bye\r\n"}});
  EXPECT_EQ(played(scene).at(0).fate, Fate::delivered);
}

TEST(ClientTransaction, ConvertsNothingForAPeerThatTakesEightBits) {
  Scene scene;
  scene.envelope.smtputf8 = true;
  scene.envelope.body = queue::BodyType::eight_bit;
  scene.script.traits.eight_bit = true;
  scene.offers_under_tls("PIPELINING 8BITMIME");
  scene.ends_with(4, {{"(inspect)MAIL FROM:<me@postern.example> BODY=8BITMIME\r\n"
                       "RCPT TO:<ann@example.com>\r\nDATA\r\n",
                       "250 ok\r\n250 ok\r\n354 go\r\n"},
                      {kStuffed, "250 ok\r\n"},
                      {kGoodbye, "221 bye\r\n"}});
  EXPECT_EQ(played(scene).at(0).fate, Fate::delivered);
}

// --- recipients
// -----------------------------------------------------------------------------------

TEST(ClientTransaction, SendsTheMessageThoughTheLastRecipientsCannotBeNamed) {
  Scene scene;
  std::vector<std::string> addresses;
  std::string flight = "MAIL FROM:<me@postern.example>\r\n", answers = "250 ok\r\n";
  for (int i = 0; i < 100; ++i) {
    addresses.push_back("u" + std::to_string(i) + "@example.com");
    flight += "RCPT TO:<" + addresses.back() + ">\r\n";
    answers += "250 ok\r\n";
  }
  addresses.emplace_back(kAnn);  // alone in the next flight
  scene.recipients_are(addresses);
  scene.offers_under_tls("PIPELINING");
  scene.ends_with(4, {{flight, answers},
                      {"DATA\r\n", "354 go\r\n"},
                      {kStuffed, "250 ok\r\n"},
                      {kGoodbye, "221 bye\r\n"}});
  const auto recipients = played(scene);
  EXPECT_EQ(recipients.at(99).fate, Fate::delivered);
  EXPECT_EQ(recipients.at(100).fate, Fate::failed);
}

TEST(ClientTransaction, SendsNothingWhenNoRecipientCanBeNamed) {
  Scene scene;
  scene.recipients_are({kAnn, kAnn});
  scene.offers_under_tls("8BITMIME");
  scene.ends_with(
      4, {{"MAIL FROM:<me@postern.example>\r\n", "250 ok\r\n"}, {kGoodbye, "221 bye\r\n"}});
  for (const auto& recipient : played(scene)) EXPECT_EQ(recipient.fate, Fate::failed);
}

// RFC 3463 3.3: the mailbox is full, which no further try in a moment changes.
TEST(ClientTransaction, DoesNotTakeAFullMailboxForTooManyRecipients) {
  Scene scene;
  scene.script.turns[4].server = "250 ok\r\n552 5.2.2 full\r\n503 x\r\n";
  scene.ends_with(5, {{kGoodbye, "221 bye\r\n"}});
  const auto recipients = played(scene);
  EXPECT_EQ(recipients.at(0).fate, Fate::failed);
  EXPECT_EQ(recipients.at(0).status.enhanced, "5.2.2");
}

TEST(ClientTransaction, ARehearsalTellsThatTheRecipientWasRefused) {
  Scene scene;
  scene.script.setup.purpose = Purpose::rehearse;
  scene.script.setup.rehearse_recipient = "nobody@example.com";
  scene.ends_with(
      4, {{"MAIL FROM:<>\r\nRCPT TO:<nobody@example.com>\r\n", "250 ok\r\n550 5.1.1 nobody\r\n"},
          {"RSET\r\n", "250 ok\r\n"},
          {kGoodbye, "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  ASSERT_NE(player.dialogue.result(), nullptr);
  EXPECT_EQ(player.dialogue.result()->recipients[0].fate, Fate::failed);
  EXPECT_EQ(player.dialogue.result()->recipients[0].status.enhanced, "5.1.1");
}

TEST(ClientTransaction, ARehearsalTellsThatTheRecipientCannotBeNamed) {
  Scene scene;
  scene.script.setup.purpose = Purpose::rehearse;
  scene.script.setup.rehearse_recipient = kAnn;
  scene.ends_with(
      4,
      {{"MAIL FROM:<>\r\n", "250 ok\r\n"}, {"RSET\r\n", "250 ok\r\n"}, {kGoodbye, "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  ASSERT_NE(player.dialogue.result(), nullptr);
  EXPECT_EQ(player.dialogue.result()->recipients[0].status.code, "smtputf8-not-supported");
}

// --- the body
// -------------------------------------------------------------------------------------

TEST(ClientTransaction, SendsABodyThatIsNotInMemoryBehindTheGoAhead) {
  Scene scene;
  scene.script.messages[0].body.reset();
  scene.ends_with(5, {{"(body dotted)", "250 ok\r\n"}, {kGoodbye, "221 bye\r\n"}});
  EXPECT_EQ(played(scene).at(0).fate, Fate::delivered);
}

// The envelope may well be refused, and the body is then not worth its way.
TEST(ClientTransaction, WaitsWithALargeChunkUntilTheEnvelopeIsTaken) {
  Scene scene;
  const std::string body = "\r\n" + std::string(40'000, 'x') + "\r\n";
  scene.script.messages[0].body = body;
  scene.offers_under_tls("PIPELINING CHUNKING");
  scene.ends_with(4, {{"MAIL FROM:<me@postern.example>\r\nRCPT TO:<ann@example.com>\r\n",
                       "250 ok\r\n250 ok\r\n"},
                      {"BDAT 40004 LAST\r\n" + body, "250 ok\r\n"},
                      {kGoodbye, "221 bye\r\n"}});
  EXPECT_EQ(played(scene).at(0).fate, Fate::delivered);
}

// Only after the last byte may the peer have the message: before it, sending again doubles nothing.
TEST(ClientTransaction, KnowsThatAMessageWhoseBodyWasCutIsNotThere) {
  Scene scene;
  scene.script.messages[0].body.reset();
  ClientDialogue dialogue(scene.script.setup, Transcript::Keep::nothing);
  bring_to_ready(dialogue, scene);
  ASSERT_TRUE(dialogue.assign(scene.script.messages[0], testing::strict()));
  dialogue.on_input("250 ok\r\n250 ok\r\n354 go\r\n");
  ASSERT_TRUE(std::holds_alternative<SendBody>(dialogue.step()));
  EXPECT_EQ(dialogue.phrase(), "sending the message");
  dialogue.on_closed(base::Failure{"connection-lost", "The peer closed the connection.", ""});
  ASSERT_NE(dialogue.result(), nullptr);
  EXPECT_FALSE(dialogue.result()->unknown);
  EXPECT_TRUE(dialogue.result()->host_failed);
  EXPECT_EQ(dialogue.result()->recipients[0].fate, Fate::deferred);
  EXPECT_THAT(dialogue.result()->recipients[0].status.text, HasSubstr("sending the message"));
}

TEST(ClientTransaction, DefersAMessageThatCannotBeReadWhenItIsLookedAt) {
  Scene scene;
  scene.envelope.body = queue::BodyType::eight_bit;
  ClientDialogue dialogue(scene.script.setup, Transcript::Keep::nothing);
  bring_to_ready(dialogue, scene);
  ASSERT_TRUE(dialogue.assign(scene.script.messages[0], testing::strict()));
  ASSERT_TRUE(std::holds_alternative<InspectBody>(dialogue.step()));
  EXPECT_EQ(dialogue.phrase(), "looking at the message");
  dialogue.on_closed(base::Failure{"body-unreadable", "The disk failed.", ""});
  ASSERT_NE(dialogue.result(), nullptr);
  EXPECT_EQ(dialogue.result()->recipients[0].fate, Fate::deferred);
  EXPECT_EQ(dialogue.result()->recipients[0].status.code, "body-unreadable");
  EXPECT_EQ(dialogue.output(), "") << "nothing of it was said";
}

}  // namespace
}  // namespace postern::smtp
