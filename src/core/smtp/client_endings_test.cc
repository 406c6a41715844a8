// How a client's connection ends: by whom, at which moment, and what is known then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/smtp/client_dialogue.h"
#include "core/smtp/testing_scene.h"

namespace postern::smtp {
namespace {

using testing::Player;
using testing::Scene;
using Fate = RecipientResult::Fate;
using Kind = ClientProblem::Kind;
using ::testing::HasSubstr;

const base::Failure kStopping{"cancelled", "The gateway is stopping.", ""};

// After so many of the script's answers.
void hear(Player& player, const Scene& scene, std::size_t turns) {
  for (std::size_t i = 0; i < turns; ++i) player.hears(scene.script.turns[i].server);
}

TEST(ClientEndings, TellsThatNeitherEhloNorHeloIsTaken) {
  Scene scene{tls::Requirement{}};
  scene.ends_with(1, {{"EHLO gw.postern.example\r\n", "502 what?\r\n"},
                      {"HELO gw.postern.example\r\n", "550 5.7.1 not you\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  ASSERT_TRUE(player.dialogue.problem());
  EXPECT_EQ(player.dialogue.problem()->status.code, "ehlo-rejected");
  EXPECT_EQ(player.dialogue.problem()->status.enhanced, "4.7.1") << "another host may do";
}

TEST(ClientEndings, NamesHeloWhenThePeerFallsSilentThere) {
  Scene scene{tls::Requirement{}};
  Player player(scene.script);
  player.hears("220 mx1\r\n");
  player.hears("502 what?\r\n");
  player.dialogue.on_timeout();
  ASSERT_TRUE(player.dialogue.problem());
  EXPECT_THAT(player.dialogue.problem()->status.text, HasSubstr("saying HELO"));
}

TEST(ClientEndings, KeepsTheAnswerOfARehearsalWhenTakingItBackFails) {
  Scene scene;
  scene.script.setup.purpose = Purpose::rehearse;
  scene.script.setup.rehearse_recipient = "ann@example.com";
  Player player(scene.script);
  hear(player, scene, 4);
  player.hears("250 ok\r\n250 ok\r\n");
  player.dialogue.on_timeout();
  EXPECT_TRUE(player.finished());
  ASSERT_NE(player.dialogue.result(), nullptr);
  EXPECT_EQ(player.dialogue.result()->recipients[0].status.code, "accepted");
  EXPECT_THAT(player.dialogue.problem()->status.text, HasSubstr("taking the test back"));
}

TEST(ClientEndings, ReadsNothingBehindAClosing) {
  Scene scene;
  Player player(scene.script);
  player.hears("421 4.3.2 closing\r\n250 and more\r\n");
  ASSERT_TRUE(player.dialogue.problem());
  EXPECT_EQ(player.dialogue.problem()->status.code, "greeting-rejected");
  EXPECT_TRUE(player.finished());
  player.hears("250 still here\r\n");
  player.loses_the_connection();
  EXPECT_EQ(player.dialogue.problem()->status.code, "greeting-rejected")
      << "the first reason stays";
}

TEST(ClientEndings, MindsNoPeerThatLeavesWithoutAGoodbye) {
  Scene scene;
  Player player(scene.script);
  hear(player, scene, 6);
  player.loses_the_connection();
  EXPECT_TRUE(player.finished());
  EXPECT_FALSE(player.dialogue.problem());
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::delivered);
}

// --- bytes that nobody asked for
// ------------------------------------------------------------------

TEST(ClientEndings, TakesNoReplyWhileTheHandshakeIsDue) {
  Scene scene;
  ClientDialogue dialogue(scene.script.setup, Transcript::Keep::nothing);
  for (std::size_t i = 0; i < 3; ++i) dialogue.on_input(scene.script.turns[i].server);
  ASSERT_TRUE(std::holds_alternative<StartTls>(dialogue.step()));
  dialogue.output().clear();
  dialogue.on_input("250 injected\r\n");
  ASSERT_TRUE(dialogue.problem());
  EXPECT_EQ(dialogue.problem()->status.code, "response-injected");
  EXPECT_EQ(dialogue.output(), "") << "to such a peer nothing more is said";
}

TEST(ClientEndings, TakesNoReplyBetweenMessages) {
  Scene scene;
  ClientDialogue dialogue(scene.script.setup, Transcript::Keep::nothing);
  for (std::size_t i = 0; i < 3; ++i) dialogue.on_input(scene.script.turns[i].server);
  dialogue.on_tls(scene.script.handshake);
  dialogue.on_input(scene.script.turns[3].server);
  ASSERT_TRUE(dialogue.ready());
  dialogue.on_input("250 the answer to what comes next\r\n");
  ASSERT_TRUE(dialogue.problem());
  EXPECT_EQ(dialogue.problem()->status.code, "response-injected");
}

// --- the handshake
// --------------------------------------------------------------------------------

TEST(ClientEndings, SeeksNoPlaintextAfterAnImplicitHandshakeThatFailed) {
  Scene scene{tls::Requirement{}};
  scene.script.setup.start = policy::TlsStart::implicit;
  scene.script.handshake = testing::failed_handshake();
  Player player(scene.script);
  EXPECT_TRUE(player.finished());
  EXPECT_FALSE(player.dialogue.wants_plaintext()) << "such a port has none (RFC 8314)";
  EXPECT_EQ(player.dialogue.problem()->status.code, "handshake-failed");
}

TEST(ClientEndings, SeeksNoPlaintextForAProbe) {
  Scene scene{tls::Requirement{}};
  scene.script.setup.purpose = Purpose::probe;
  scene.script.handshake = testing::failed_handshake();
  Player player(scene.script);
  hear(player, scene, 3);
  EXPECT_TRUE(player.finished());
  EXPECT_FALSE(player.dialogue.wants_plaintext());
  EXPECT_EQ(player.dialogue.observation().handshake, tls::Handshake::failed);
}

TEST(ClientEndings, DoesNotBlameThePeerForAHandshakeThatWeBrokeOff) {
  Scene scene{tls::Requirement{}};
  ClientDialogue dialogue(scene.script.setup, Transcript::Keep::nothing);
  for (std::size_t i = 0; i < 3; ++i) dialogue.on_input(scene.script.turns[i].server);
  dialogue.on_closed(kStopping);
  ASSERT_TRUE(dialogue.problem());
  EXPECT_EQ(dialogue.problem()->status.code, "cancelled");
  EXPECT_FALSE(dialogue.wants_plaintext());
  EXPECT_EQ(dialogue.observation().handshake, tls::Handshake::not_tried);
}

TEST(ClientEndings, DoesNotBlameThePeerForSilenceUnderTlsThatWeDidNotWaitFor) {
  Scene scene{tls::Requirement{}};
  Player player(scene.script);
  hear(player, scene, 3);
  player.dialogue.on_closed(kStopping);
  EXPECT_EQ(player.dialogue.problem()->status.code, "cancelled");
  EXPECT_FALSE(player.dialogue.wants_plaintext());
  EXPECT_TRUE(player.dialogue.observation().encrypted());
}

TEST(ClientEndings, TakesAnEndUnderImplicitTlsForWhatItIs) {
  Scene scene{tls::Requirement{}};
  scene.script.setup.start = policy::TlsStart::implicit;
  Player player(scene.script);
  player.hears("220 mx1\r\n");
  player.loses_the_connection();
  EXPECT_EQ(player.dialogue.problem()->status.code, "connection-lost");
  EXPECT_FALSE(player.dialogue.wants_plaintext());
}

// --- a connection that is used again
// --------------------------------------------------------------

TEST(ClientEndings, CallsNoConnectionStaleThatWasNew) {
  Scene scene;
  Player player(scene.script);
  hear(player, scene, 4);
  player.loses_the_connection();
  EXPECT_FALSE(player.dialogue.went_stale());
}

TEST(ClientEndings, CallsNoConnectionStaleThatWorks) {
  Scene scene;
  scene.script.messages.push_back(scene.script.messages[0]);
  Player player(scene.script);
  hear(player, scene, 6);
  EXPECT_EQ(player.dialogue.messages(), 2);
  EXPECT_FALSE(player.dialogue.went_stale());
}

TEST(ClientEndings, CallsNoConnectionStaleWhosePeerAnsweredToTheMessage) {
  Scene scene;
  scene.script.messages.push_back(scene.script.messages[0]);
  Player player(scene.script);
  hear(player, scene, 6);
  player.hears("250 ok\r\n");
  player.loses_the_connection();
  EXPECT_FALSE(player.dialogue.went_stale()) << "trying at once would not help";
}

}  // namespace
}  // namespace postern::smtp
