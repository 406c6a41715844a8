// Logging in to a next hop: under TLS that guards the password, and nowhere else.
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
using ::testing::Not;

TEST(ClientLogin, LogsInUnderTlsAndHidesTheSecret) {
  Scene scene;
  scene.script.setup.login = policy::Login{"relay", "hunter2"};
  scene.offers_under_tls("PIPELINING AUTH=LOGIN");
  scene.script.turns[3].server = "250-mx1\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n";
  scene.ends_with(4, {{"AUTH PLAIN AHJlbGF5AGh1bnRlcjI=\r\n", "235 2.7.0 welcome\r\n"},
                      {"MAIL FROM:<me@postern.example>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n",
                       "250 ok\r\n250 ok\r\n354 go\r\n"},
                      {"Subject: hello\r\n\r\n..dot\r\n.\r\n", "250 ok\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script, Transcript::Keep::all);
  scene.play(player);
  EXPECT_EQ(player.results.at(0).recipients[0].fate, Fate::delivered);
  const std::string transcript = player.dialogue.transcript().text();
  EXPECT_THAT(transcript, HasSubstr("C: AUTH PLAIN (secret)"));
  EXPECT_THAT(transcript, Not(HasSubstr("AHJlbGF5")));
  EXPECT_THAT(transcript, HasSubstr("-- TLS 1.3, TLS_AES_256_GCM_SHA384"));
}

TEST(ClientLogin, AnswersAuthLoginTwiceAndNoMore) {
  Scene scene;
  scene.script.setup.login = policy::Login{"relay", "hunter2"};
  scene.script.turns[3].server = "250-mx1\r\n250 AUTH LOGIN\r\n";
  scene.ends_with(4, {{"AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n"},
                      {"cmVsYXk=\r\n", "334 UGFzc3dvcmQ6\r\n"},
                      {"aHVudGVyMg==\r\n", "334 again\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.dialogue.problem()->status.code, "reply-malformed");
}

TEST(ClientLogin, NeverLogsInWithoutTls) {
  Scene scene{tls::Requirement{}};
  scene.script.setup.login = policy::Login{"relay", "hunter2"};
  scene.ends_with(1, {{"EHLO gw.postern.example\r\n", "250-mx1\r\n250 AUTH PLAIN\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.dialogue.problem()->status.code, "authentication-unavailable");
}

TEST(ClientLogin, NeverLogsInUnderTlsThatSomebodyCouldReadIn) {
  for (int how = 0; how < 3; ++how) {
    Scene scene{tls::Requirement{}};
    scene.script.setup.login = policy::Login{"relay", "hunter2"};
    if (how == 0) scene.script.handshake.version = tls::Version::tls1_1;
    if (how == 1) scene.script.handshake.anonymous = true;
    if (how == 2) scene.script.handshake.weak_suite = true;
    scene.script.turns[3].server = "250-mx1\r\n250 AUTH PLAIN\r\n";
    scene.ends_with(4, {{"QUIT\r\n", "221 bye\r\n"}});
    Player player(scene.script);
    scene.play(player);
    ASSERT_TRUE(player.dialogue.problem()) << how;
    EXPECT_EQ(player.dialogue.problem()->status.code, "authentication-unavailable");
    EXPECT_THAT(player.dialogue.problem()->status.text, HasSubstr("could be read"));
  }
}

// The secret went along with the command; a server that asks for it again has not understood.
TEST(ClientLogin, SaysThePasswordOfAuthPlainOnlyOnce) {
  Scene scene;
  scene.script.setup.login = policy::Login{"relay", "hunter2"};
  scene.script.turns[3].server = "250-mx1\r\n250 AUTH PLAIN LOGIN\r\n";
  scene.ends_with(
      4, {{"AUTH PLAIN AHJlbGF5AGh1bnRlcjI=\r\n", "334 \r\n"}, {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_EQ(player.dialogue.problem()->kind, ClientProblem::Kind::login);
}

TEST(ClientLogin, TakesThatNoKnownMechanismIsOfferedForAProblemOfTheRoute) {
  Scene scene;
  scene.script.setup.login = policy::Login{"relay", "hunter2"};
  scene.script.turns[3].server = "250-mx1\r\n250 AUTH GSSAPI\r\n";
  scene.ends_with(4, {{"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  EXPECT_THAT(player.dialogue.problem()->status.text, HasSubstr("no login that we know"));
}

TEST(ClientLogin, RehearsesAsItDelivers) {
  Scene scene;
  scene.script.setup.login = policy::Login{"relay", "hunter2"};
  scene.script.setup.purpose = Purpose::rehearse;
  scene.script.setup.rehearse_recipient = "ann@example.com";
  scene.script.turns[3].server = "250-mx1\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n";
  scene.ends_with(4, {{"AUTH PLAIN AHJlbGF5AGh1bnRlcjI=\r\n", "235 2.7.0 welcome\r\n"},
                      {"MAIL FROM:<>\r\nRCPT TO:<ann@example.com>\r\n", "250 ok\r\n250 ok\r\n"},
                      {"RSET\r\n", "250 ok\r\n"},
                      {"QUIT\r\n", "221 bye\r\n"}});
  Player player(scene.script);
  scene.play(player);
  ASSERT_NE(player.dialogue.result(), nullptr);
  EXPECT_EQ(player.dialogue.result()->recipients[0].fate, Fate::delivered);
}

}  // namespace
}  // namespace postern::smtp
