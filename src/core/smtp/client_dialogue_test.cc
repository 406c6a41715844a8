#include "core/smtp/client_dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/smtp/testing_scene.h"

namespace postern::smtp {
namespace {

using testing::Player;
using testing::Scene;
using testing::Turn;
using Fate = RecipientResult::Fate;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ClientDialogue, DeliversOverProvedTls) {
  Scene scene;
  Player player(scene.script);
  scene.play(player);
  ASSERT_EQ(player.results.size(), 1u);
  EXPECT_EQ(player.results[0].recipients[0].fate, Fate::delivered);
  EXPECT_EQ(player.results[0].recipients[0].status.diagnostic, "250 2.0.0 queued as 1");
  EXPECT_FALSE(player.dialogue.problem());
  EXPECT_EQ(player.dialogue.verdict().matched_name, "mx1.example.com");
}

TEST(ClientDialogue, DeliversTheSameHoweverTheServersBytesAreCut) {
  Scene scene;
  for (std::size_t step = 1; step < 40; ++step) {
    Player player(scene.script);
    std::string said;
    for (const Turn& turn : scene.script.turns) {
      said = player.said();
      ASSERT_EQ(said, turn.client);
      const std::string_view bytes = turn.server;
      for (std::size_t at = 0; at < bytes.size(); at += step) {
        player.hears(bytes.substr(at, step));
      }
    }
    ASSERT_EQ(player.results.size(), 1u) << step;
    EXPECT_EQ(player.results[0].recipients[0].fate, Fate::delivered);
  }
}

TEST(ClientDialogue, SpeaksLineByLineWithoutPipelining) {
  Scene scene;
  scene.recipients_are({"ann@example.com", "bob@example.com"});
  scene.offers_under_tls("8BITMIME");
  scene.ends_with(4, {{"MAIL FROM:<me@postern.example>\r\n", "250 ok\r\n"},
                      {"RCPT TO:<ann@example.com>\r\n", "250 ok\r\n"},
                      {"RCPT TO:<bob@example.com>\r\n", "550 5.1.1 nobody\r\n"},
                      {"DATA\r\n", "354 go\r\n"},
                      {"Subject: hello\r\n\r\n..dot\r\n.\r\n", "250 ok\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  const auto& recipients = player.results.at(0).recipients;
  EXPECT_EQ(recipients[0].fate, Fate::delivered);
  EXPECT_EQ(recipients[1].fate, Fate::failed);
  EXPECT_EQ(recipients[1].status.enhanced, "5.1.1");
  EXPECT_EQ(recipients[1].status.code, "recipient-refused");
}

TEST(ClientDialogue, SendsASmallMessageInOneFlightWithChunking) {
  Scene scene;
  scene.offers_under_tls("PIPELINING CHUNKING");
  scene.ends_with(4, {{"MAIL FROM:<me@postern.example>\r\nRCPT TO:<ann@example.com>\r\n"
                       "BDAT 24 LAST\r\nSubject: hello\r\n\r\n.dot\r\n",
                       "250 ok\r\n250 ok\r\n250 ok\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::delivered);
}

TEST(ClientDialogue, WaitsForTheEnvelopeBeforeALargeBody) {
  Scene scene;
  scene.script.messages[0].body.reset();
  scene.offers_under_tls("PIPELINING CHUNKING");
  scene.ends_with(4, {{"MAIL FROM:<me@postern.example>\r\nRCPT TO:<ann@example.com>\r\n",
                       "250 ok\r\n250 ok\r\n"},
                      {"(body chunk)", "250 ok\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::delivered);
}

TEST(ClientDialogue, EndsTheDataThatNobodyTakesWithASingleDot) {
  Scene scene;
  scene.ends_with(5, {{".\r\n", "554 no recipients\r\n"}, {"QUIT\r\n", "221 bye\r\n"}});
  scene.script.turns[4].server = "250 ok\r\n450 4.2.1 later\r\n354 go\r\n";
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::deferred);
  EXPECT_EQ(player.results[0].recipients[0].status.enhanced, "4.2.1");
}

TEST(ClientDialogue, GivesEveryRecipientTheReasonForWhichTheSenderWasRefused) {
  Scene scene;
  scene.recipients_are({"ann@example.com", "bob@example.com"});
  scene.ends_with(4, {{"MAIL FROM:<me@postern.example> SIZE=24\r\nRCPT TO:<ann@example.com>\r\n"
                       "RCPT TO:<bob@example.com>\r\nDATA\r\n",
                       "550 5.7.1 not you\r\n503 x\r\n503 x\r\n503 x\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  for (const auto& recipient : player.results.at(0).recipients) {
    EXPECT_EQ(recipient.fate, Fate::failed);
    EXPECT_EQ(recipient.status.code, "sender-refused");
    EXPECT_EQ(recipient.status.enhanced, "5.7.1");
  }
}

TEST(ClientDialogue, ReadsTooManyRecipientsAsForNow) {
  Scene scene;
  scene.script.turns[4].server = "250 ok\r\n552 5.5.3 too many\r\n503 x\r\n";
  scene.ends_with(5, {{"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::deferred);
  EXPECT_EQ(player.results[0].recipients[0].status.enhanced, "4.5.3");
}

TEST(ClientDialogue, ReusesTheConnectionAndResetsAfterAnOpenEnvelope) {
  Scene scene;
  scene.script.messages.push_back(scene.script.messages[0]);
  scene.script.turns[4].server = "250 ok\r\n550 no\r\n503 no\r\n";
  scene.ends_with(5, {{"RSET\r\nMAIL FROM:<me@postern.example> SIZE=24\r\n"
                       "RCPT TO:<ann@example.com>\r\nDATA\r\n",
                       "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"},
                      {"Subject: hello\r\n\r\n..dot\r\n.\r\n", "250 ok\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  ASSERT_EQ(player.results.size(), 2u);
  EXPECT_EQ(player.results[0].recipients[0].fate, Fate::failed);
  EXPECT_EQ(player.results[1].recipients[0].fate, Fate::delivered);
}

TEST(ClientDialogue, JudgesTheConnectionAgainForEachMessage) {
  Scene scene(testing::relaxed());
  Player player(scene.script);
  for (std::size_t i = 0; i < 3; ++i) player.hears(scene.script.turns[i].server);
  ClientDialogue dialogue(scene.script.setup, Transcript::Keep::nothing);
  for (std::size_t i = 0; i < 3; ++i) dialogue.on_input(scene.script.turns[i].server);
  dialogue.output().clear();
  tls::Observation other = testing::trusted_handshake("elsewhere.example.net");
  dialogue.on_tls(other);
  dialogue.output().clear();
  dialogue.on_input("250 mx1.example.com\r\n");
  ASSERT_TRUE(dialogue.ready());
  const auto strictly = dialogue.assign(scene.script.messages[0], testing::strict());
  ASSERT_FALSE(strictly);
  EXPECT_EQ(strictly.error().reason.code, "certificate-host-mismatch");
  EXPECT_TRUE(dialogue.ready());
  EXPECT_EQ(dialogue.output(), "");
  EXPECT_TRUE(dialogue.assign(scene.script.messages[0], testing::relaxed()));
  EXPECT_THAT(dialogue.output(), HasSubstr("MAIL FROM"));
}

TEST(ClientDialogue, DoesNotOfferWhatThePeerSaysIsTooLarge) {
  Scene scene;
  scene.script.messages[0].size = 5000;
  scene.ends_with(4, {{"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::failed);
  EXPECT_EQ(player.results[0].recipients[0].status.code, "message-too-large");
  EXPECT_EQ(player.results[0].recipients[0].status.enhanced, "5.3.4");
}

TEST(ClientDialogue, PassesDsnAndEightBitParametersOn) {
  Scene scene;
  scene.envelope.body = queue::BodyType::eight_bit;
  scene.envelope.dsn_return = "HDRS";
  scene.envelope.dsn_envelope_id = "QQ314159";
  scene.recipients[0].notify = queue::notify_success | queue::notify_delay;
  scene.recipients[0].original = "rfc822;ann@old.example";
  scene.offers_under_tls("PIPELINING 8BITMIME DSN");
  scene.ends_with(
      4,
      {{"MAIL FROM:<me@postern.example> BODY=8BITMIME RET=HDRS ENVID=QQ314159\r\n"
        "RCPT TO:<ann@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;ann@old.example\r\nDATA\r\n",
        "250 ok\r\n250 ok\r\n354 go\r\n"},
       {"Subject: hello\r\n\r\n..dot\r\n.\r\n", "250 ok\r\n"},
       {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_TRUE(player.results.at(0).dsn_passed);
}

TEST(ClientDialogue, ConvertsEightBitTextForAPeerThatCannotTakeIt) {
  Scene scene;
  scene.envelope.body = queue::BodyType::eight_bit;
  scene.script.traits.eight_bit = true;
  scene.offers_under_tls("PIPELINING CHUNKING SIZE");
  scene.ends_with(4, {{"(inspect)MAIL FROM:<me@postern.example>\r\n"
                       "RCPT TO:<ann@example.com>\r\nDATA\r\n",
                       "250 ok\r\n250 ok\r\n354 go\r\n"},
                      {"(body dotted)(7bit)", "250 ok\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::delivered);
}

TEST(ClientDialogue, BouncesEightBitTextThatConvertingWouldBreak) {
  Scene scene;
  scene.envelope.body = queue::BodyType::eight_bit;
  scene.script.traits.eight_bit = true;
  scene.script.traits.sealed = "it is signed (DKIM)";
  scene.ends_with(4, {{"(inspect)QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].status.enhanced, "5.6.3");
  EXPECT_THAT(player.results[0].recipients[0].status.text, HasSubstr("signed (DKIM)"));
}

TEST(ClientDialogue, WritesInternationalDomainsInAsciiButNotLocalParts) {
  Scene scene;
  scene.envelope.smtputf8 = true;
  scene.recipients_are(
      {"ann@b\xC3\xBC"
       "cher.example",
       "\xC3\xA4nn@example.com"});
  scene.offers_under_tls("PIPELINING 8BITMIME");
  scene.ends_with(4, {{"(inspect)MAIL FROM:<me@postern.example>\r\n"
                       "RCPT TO:<ann@xn--bcher-kva.example>\r\nDATA\r\n",
                       "250 ok\r\n250 ok\r\n354 go\r\n"},
                      {"Subject: hello\r\n\r\n..dot\r\n.\r\n", "250 ok\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::delivered);
  EXPECT_EQ(player.results[0].recipients[1].fate, Fate::failed);
  EXPECT_EQ(player.results[0].recipients[1].status.enhanced, "5.6.7");
}

TEST(ClientDialogue, NeverLetsAnAddressSpeakSmtp) {
  Scene scene;
  scene.recipients_are({"ann@example.com>\r\nRCPT TO:<evil@example.net"});
  scene.script.turns[4] = {"MAIL FROM:<me@postern.example> SIZE=24\r\n", "250 ok\r\n"};
  scene.ends_with(5, {{"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::failed);
}

TEST(ClientDialogue, RehearsesWithoutEverSendingAMessage) {
  Scene scene;
  scene.script.setup.purpose = Purpose::rehearse;
  scene.script.setup.rehearse_recipient = "ann@example.com";
  scene.offers_under_tls("PIPELINING CHUNKING");
  scene.ends_with(4, {{"MAIL FROM:<>\r\nRCPT TO:<ann@example.com>\r\n", "250 ok\r\n250 ok\r\n"},
                      {"RSET\r\n", "250 ok\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  ASSERT_NE(player.dialogue.result(), nullptr);
  EXPECT_EQ(player.dialogue.result()->recipients[0].fate, Fate::delivered);
  EXPECT_EQ(player.dialogue.result()->recipients[0].status.code, "accepted");
}

TEST(ClientDialogue, ProbesWithoutAnEnvelopeAndMindsNoStrangeGoodbye) {
  Scene scene{tls::Requirement{}};
  scene.script.setup.purpose = Purpose::probe;
  scene.ends_with(4, {{"QUIT\r\n", "bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.dialogue.observation().extensions,
            (std::vector<std::string>{"PIPELINING", "SIZE"}));
  EXPECT_TRUE(player.dialogue.result() == nullptr && !player.dialogue.problem());
}

TEST(ClientDialogue, BeginsWithTheHandshakeOnAnImplicitTlsPort) {
  Scene scene;
  scene.script.setup.start = policy::TlsStart::implicit;
  scene.script.turns.erase(scene.script.turns.begin(), scene.script.turns.begin() + 3);
  scene.script.turns[0].client = "EHLO gw.postern.example\r\n";
  scene.script.turns.insert(scene.script.turns.begin(), {"(TLS)", "220 mx1\r\n"});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::delivered);
  EXPECT_EQ(player.dialogue.observation().offer, tls::Offer::implicit);
}

TEST(ClientDialogue, SaysHeloOnlyWherePlaintextWillDo) {
  Scene open{tls::Requirement{}};
  open.ends_with(1, {{"EHLO gw.postern.example\r\n", "502 what?\r\n"},
                     {"HELO gw.postern.example\r\n", "250 mx1\r\n"},
                     {"MAIL FROM:<me@postern.example>\r\n", "250 ok\r\n"},
                     {"RCPT TO:<ann@example.com>\r\n", "250 ok\r\n"},
                     {"DATA\r\n", "354 go\r\n"},
                     {"Subject: hello\r\n\r\n..dot\r\n.\r\n", "250 ok\r\n"},
                     {"QUIT\r\n", "221 bye\r\n"}});
  Player first(open.script);
  open.play(first);
  EXPECT_EQ(first.results.at(0).recipients[0].fate, Fate::delivered);

  Scene closed{testing::relaxed()};
  closed.ends_with(1, {{"EHLO gw.postern.example\r\n", "502 what?\r\n"}, {"QUIT\r\n", "221\r\n"}});
  Player second(closed.script);
  closed.play(second);
  EXPECT_EQ(second.dialogue.problem()->kind, ClientProblem::Kind::unmet);
}

TEST(ClientDialogue, KnowsAConnectionThatHadDiedWhileItWaited) {
  Scene scene;
  scene.script.messages.push_back(scene.script.messages[0]);
  Player player(scene.script);
  for (std::size_t i = 0; i < 6; ++i) player.hears(scene.script.turns[i].server);
  player.loses_the_connection();
  EXPECT_TRUE(player.dialogue.went_stale());
  EXPECT_TRUE(player.finished());
}

TEST(ClientDialogue, DoesNotKnowWhatBecameOfAMessageWhoseAnswerWasLost) {
  Scene scene;
  Player player(scene.script);
  for (std::size_t i = 0; i < 5; ++i) player.hears(scene.script.turns[i].server);
  player.loses_the_connection();
  ASSERT_NE(player.dialogue.result(), nullptr);
  EXPECT_TRUE(player.dialogue.result()->unknown);
  EXPECT_FALSE(player.dialogue.result()->host_failed);
  EXPECT_EQ(player.dialogue.result()->recipients[0].fate, Fate::deferred);
  EXPECT_EQ(player.dialogue.result()->recipients[0].status.code, "connection-lost");
}

TEST(ClientDialogue, NamesTheMomentAtWhichThePeerWentSilent) {
  Scene scene;
  Player player(scene.script);
  player.hears(scene.script.turns[0].server);
  player.hears(scene.script.turns[1].server);
  player.dialogue.on_timeout();
  EXPECT_EQ(player.dialogue.problem()->status.code, "reply-timeout");
  EXPECT_THAT(player.dialogue.problem()->status.text, HasSubstr("asking for STARTTLS"));
  EXPECT_TRUE(player.finished());
}

}  // namespace
}  // namespace postern::smtp
