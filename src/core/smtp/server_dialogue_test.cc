#include "core/smtp/server_dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/smtp/testing/server_kit.h"

namespace postern::smtp {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Server;
using ::testing::StartsWith;

TEST(ServerDialogue, GreetsWithItsNameAndNothingElse) {
  EXPECT_EQ(Server().greeting, "220 gw.house.example ESMTP\r\n");
}

TEST(ServerDialogue, OffersAuthOnlyUnderTls) {
  Server server;
  const std::string plain = server.feed("EHLO client.example\r\n");
  EXPECT_THAT(plain, HasSubstr("250-STARTTLS\r\n"));
  EXPECT_THAT(plain, HasSubstr("250-SIZE 67108864\r\n"));
  EXPECT_THAT(plain, Not(HasSubstr("AUTH")));
  (void)server.feed("STARTTLS\r\n");
  const std::string secured = server.feed("EHLO client.example\r\n");
  EXPECT_THAT(secured, Not(HasSubstr("STARTTLS")));
  EXPECT_THAT(secured, HasSubstr("250-AUTH PLAIN LOGIN\r\n"));
}

TEST(ServerDialogue, TakesAMessageAndStoresItWithItsTrace) {
  Server server;
  server.open_transaction();
  EXPECT_EQ(server.codes("DATA\r\n"), "354");
  EXPECT_THAT(server.feed("Subject: x\r\n\r\nhello\r\n..dot\r\n.\r\n"),
              StartsWith("250 2.0.0 Queued as ID1"));
  ASSERT_EQ(server.messages.size(), 1U);
  const auto& [copy, body] = server.messages.front();
  EXPECT_THAT(body, StartsWith("Received: from client.example ([192.0.2.1])\r\n\tby "
                               "gw.house.example with ESMTP id ID1\r\n\tfor <user@house.example>"));
  EXPECT_THAT(body, EndsWith("Subject: x\r\n\r\nhello\r\n.dot\r\n"));
  EXPECT_EQ(copy.envelope.sender, "a@b.example");
  EXPECT_EQ(copy.envelope.size, static_cast<std::int64_t>(body.size()));
  EXPECT_EQ(copy.envelope.account.value, 1);
  EXPECT_EQ(copy.envelope.from_host, "client.example [192.0.2.1]");
  ASSERT_EQ(copy.destinations.size(), 1U);
  EXPECT_EQ(copy.destinations[0].domain.text(), "house.example");
  EXPECT_EQ(copy.destinations[0].recipients[0].address, "user@house.example");
}

TEST(ServerDialogue, AnswersPipelinedCommandsInOneWrite) {
  Server server;
  EXPECT_EQ(server.codes("EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<u@house.example>\r\n"
                         "RCPT TO:<u@world.example>\r\nDATA\r\n"),
            "250 250 250 550 354");
  EXPECT_EQ(server.codes("\r\nx\r\n.\r\nMAIL FROM:<>\r\nRSET\r\nQUIT\r\n"), "250 250 250 221");
  EXPECT_EQ(server.messages.size(), 1U);
  EXPECT_TRUE(server.over());
}

TEST(ServerDialogue, KeepsTheOrderOfCommands) {
  Server server;
  EXPECT_EQ(server.codes("MAIL FROM:<>\r\n"), "503");
  EXPECT_EQ(server.codes("EHLO c.example\r\nRCPT TO:<u@house.example>\r\n"), "250 503");
  EXPECT_EQ(server.codes("DATA\r\n"), "503");
  EXPECT_EQ(server.codes("MAIL FROM:<>\r\nMAIL FROM:<>\r\nDATA\r\n"), "250 503 554");
  EXPECT_EQ(server.codes("EHLO c.example\r\nRCPT TO:<u@house.example>\r\n"), "250 503")
      << "EHLO ends the transaction";
}

TEST(ServerDialogue, AnswersTheSmallCommands) {
  Server server;
  EXPECT_EQ(server.codes("NOOP x\r\nVRFY u\r\nVRFY\r\nEXPN l\r\nHELP\r\nLHLO c\r\nXYZZY\r\n\r\n"),
            "250 252 501 502 214 500 500 500");
  EXPECT_EQ(server.codes("RSET x\r\nQUIT x\r\nHELO c.example\r\nQUIT\r\n"), "501 501 250 221");
}

TEST(ServerDialogue, EveryReplyButGreetingHelloAndGoAheadCarriesAnEnhancedCode) {
  Server server;
  const std::string said = server.feed(
      "NOOP\r\nMAIL FROM:<>\r\nAUTH PLAIN\r\nHELP\r\nVRFY u\r\nEXPN u\r\nXYZZY\r\nRSET\r\nDATA "
      "x\r\n"
      "RCPT TO:<>\r\nBDAT x\r\n");
  for (std::string_view line : base::split(std::string_view(said), '\n')) {
    if (line.empty()) continue;
    EXPECT_EQ(line[4], line[0]) << line;
    EXPECT_EQ(line[5], '.') << line;
  }
}

TEST(ServerDialogue, ForgetsEverythingSaidBeforeTls) {
  Server server;
  EXPECT_EQ(
      server.codes("EHLO c.example\r\nMAIL FROM:<>\r\nSTARTTLS\r\nMAIL FROM:<evil@b.example>\r\n"
                   "RCPT TO:<u@house.example>\r\n"),
      "250 250 220")
      << "injected commands are not answered";
  EXPECT_EQ(server.tls_starts, 1);
  EXPECT_EQ(server.codes("MAIL FROM:<>\r\n"), "503") << "EHLO again (RFC 3207 4.2)";
  EXPECT_EQ(server.codes("EHLO c.example\r\nRCPT TO:<u@house.example>\r\n"), "250 503");
  EXPECT_EQ(server.codes("STARTTLS\r\n"), "503");
}

TEST(ServerDialogue, NeverTakesAPartOfACommandAcrossTls) {
  Server server;
  EXPECT_EQ(server.codes("EHLO c.example\r\nSTARTTLS\r\nRSET\r\nMAIL FR"), "250 220");
  EXPECT_EQ(server.codes("EHLO c.example\r\n"), "250");
}

TEST(ServerDialogue, StarttlsTakesNoParametersAndMayNotBeOffered) {
  Server server;
  EXPECT_EQ(server.codes("STARTTLS now\r\n"), "501");
  auto settings = Server::plain_settings();
  settings.tls = TlsOffer::none;
  EXPECT_EQ(Server(settings).codes("EHLO c.example\r\nSTARTTLS\r\n"), "250 502");
}

TEST(ServerDialogue, AuthenticatesByPlainAndLogin) {
  const std::string plain = base::base64(std::string("\0user\0secret", 12));
  auto settings = Server::plain_settings();
  Server one(settings, TlsWords{"TLS_X", "g"});
  EXPECT_EQ(one.codes("EHLO c.example\r\nAUTH PLAIN " + plain + "\r\n"), "250 235");
  EXPECT_EQ(one.codes("AUTH PLAIN " + plain + "\r\n"), "503");
  Server two(settings, TlsWords{"TLS_X", "g"});
  EXPECT_EQ(two.codes("EHLO c.example\r\nAUTH PLAIN\r\n" + plain + "\r\n"), "250 334 235");
  Server three(settings, TlsWords{"TLS_X", "g"});
  EXPECT_EQ(three.codes("EHLO c.example\r\nAUTH LOGIN\r\n" + base::base64("user") + "\r\n" +
                        base::base64("secret") + "\r\n"),
            "250 334 334 235");
  Server four(settings, TlsWords{"TLS_X", "g"});
  EXPECT_EQ(four.codes("EHLO c.example\r\nAUTH LOGIN " + base::base64("user") + "\r\n" +
                       base::base64("secret") + "\r\n"),
            "250 334 235");
  four.rules.inside = true;
  EXPECT_EQ(four.codes("MAIL FROM:<u@house.example>\r\nRCPT TO:<x@world.example>\r\nDATA\r\n"),
            "250 250 354");
  (void)four.feed("\r\nhi\r\n.\r\n");
  ASSERT_EQ(four.messages.size(), 1U);
  EXPECT_THAT(four.messages[0].body, HasSubstr("with ESMTPSA id"));
  EXPECT_THAT(four.messages[0].body, HasSubstr("tls TLS_X group g;"));
}

TEST(ServerDialogue, RefusesAuthInPlaintextAndOutOfOrder) {
  Server plain;
  EXPECT_EQ(plain.codes("EHLO c.example\r\nAUTH PLAIN AAA=\r\n"), "250 538");
  auto settings = Server::plain_settings();
  Server server(settings, TlsWords{"TLS_X", "g"});
  EXPECT_EQ(server.codes("AUTH PLAIN\r\n"), "503");
  EXPECT_EQ(server.codes("EHLO c.example\r\nMAIL FROM:<>\r\nAUTH PLAIN\r\n"), "250 250 503");
  settings.auth = AuthOffer::none;
  EXPECT_EQ(Server(settings, TlsWords{}).codes("EHLO c.example\r\nAUTH PLAIN\r\n"), "250 502");
}

TEST(ServerDialogue, NeitherOffersNorTakesAuthUnderTlsThatExposesThePassword) {
  const std::string plain = base::base64(std::string("\0user\0secret", 12));
  const TlsWords old{"TLS_X", "g", Passwords::exposed};
  Server server(Server::plain_settings(), old);
  EXPECT_THAT(server.feed("EHLO c.example\r\n"), Not(HasSubstr("AUTH")));
  EXPECT_EQ(server.codes("AUTH PLAIN " + plain + "\r\nAUTH LOGIN\r\n"), "538 538");
  EXPECT_EQ(server.codes("MAIL FROM:<>\r\n"), "250") << "the rest goes on";
}

TEST(ServerDialogue, ACancelledOrBrokenExchangeEndsIt) {
  Server server(Server::plain_settings(), TlsWords{"TLS_X", "g"});
  EXPECT_EQ(server.codes("EHLO c.example\r\nAUTH LOGIN\r\n*\r\nNOOP\r\n"), "250 334 501 250");
  EXPECT_EQ(server.codes("AUTH PLAIN\r\nnot base64\r\nNOOP\r\n"), "334 501 250");
  EXPECT_EQ(server.codes("AUTH PLAIN " + base::base64("no nul") + "\r\n"), "501");
  EXPECT_EQ(server.codes("AUTH CRAM-MD5\r\n"), "504");
  server.login_service = Login::unavailable;
  EXPECT_EQ(server.codes("AUTH PLAIN " + base::base64(std::string("\0a\0b", 4)) + "\r\n"), "454");
}

TEST(ServerDialogue, EndsTheSessionAfterThreeWrongPasswords) {
  Server server(Server::plain_settings(), TlsWords{"TLS_X", "g"});
  const std::string wrong = "AUTH PLAIN " + base::base64(std::string("\0user\0no", 8)) + "\r\n";
  EXPECT_EQ(server.codes("EHLO c.example\r\n" + wrong + wrong + wrong + wrong), "250 535 535 421");
  EXPECT_TRUE(server.over());
}

TEST(ServerDialogue, TakesChunks) {
  Server server;
  server.open_transaction();
  EXPECT_EQ(server.codes("BDAT 9\r\nA: b\r\n\r\n.BDAT 4\r\n\r\nx\nBDAT 0 LAST\r\n"), "250 554 503");
  server.open_transaction();
  EXPECT_EQ(server.codes("BDAT 9\r\nA: b\r\n\r\n.BDAT 3 LAST\r\n\r\nxNOOP\r\n"), "250 250 250");
  ASSERT_EQ(server.messages.size(), 1U);
  EXPECT_THAT(server.messages[0].body, EndsWith("A: b\r\n\r\n.\r\nx\r\n"));
}

TEST(ServerDialogue, ConsumesTheOctetsOfARefusedChunk) {
  Server server;
  EXPECT_EQ(server.codes("EHLO c.example\r\nBDAT 6\r\nQUIT\r\nNOOP\r\n"), "250 503 250");
  EXPECT_EQ(server.codes("MAIL FROM:<>\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"), "250 554 250");
  EXPECT_EQ(server.codes("BDAT 0 LAST\r\nNOOP\r\n"), "503 250");
  EXPECT_FALSE(server.over());
}

TEST(ServerDialogue, AChunkOfUnknownSizeEndsTheSession) {
  for (std::string_view bdat : {"BDAT\r\n", "BDAT x LAST\r\n", "BDAT -1\r\n", "BDAT 5 FIRST\r\n",
                                "BDAT 99999999999\r\n", "BDAT 99999999999999999999\r\n"}) {
    Server server;
    server.open_transaction();
    (void)server.feed(std::string(bdat) + "QUIT\r\n");
    EXPECT_TRUE(server.over()) << bdat;
    EXPECT_TRUE(server.messages.empty());
  }
}

TEST(ServerDialogue, DoesNotMixChunksAndData) {
  Server server;
  server.open_transaction();
  EXPECT_EQ(server.codes("BDAT 2\r\n\r\nDATA\r\nRCPT TO:<v@house.example>\r\nMAIL FROM:<>\r\n"),
            "250 503 503 503");
  EXPECT_EQ(server.codes("RSET\r\nBDAT 2 LAST\r\n\r\n"), "250 503");
}

TEST(ServerDialogue, LimitsRecipientsAndOrganisations) {
  auto settings = Server::plain_settings();
  settings.limits.recipients = 2;
  Server server(settings);
  server.open_transaction();
  EXPECT_EQ(server.codes("RCPT TO:<v@house.example>\r\nRCPT TO:<w@house.example>\r\n"), "250 452");
  settings.limits.recipients = 9;
  settings.limits.accounts = 1;
  Server other(settings);
  other.open_transaction();
  EXPECT_EQ(other.codes("RCPT TO:<v@ally.example>\r\nRCPT TO:<v@house.example>\r\n"), "452 250");
}

TEST(ServerDialogue, LimitsSizeByWordAndByDeed) {
  auto settings = Server::plain_settings();
  settings.limits.message = 100;
  Server server(settings);
  EXPECT_EQ(server.codes("EHLO c.example\r\nMAIL FROM:<> SIZE=101\r\n"), "250 552");
  server.open_transaction();
  EXPECT_EQ(server.codes("DATA\r\n\r\n" + std::string(99, 'x') + "\r\n.\r\nNOOP\r\n"),
            "354 552 250");
  server.open_transaction();
  EXPECT_EQ(server.codes("BDAT 102\r\n\r\n" + std::string(100, 'x') + "NOOP\r\n"), "552 250");
  server.open_transaction();
  EXPECT_EQ(server.codes("DATA\r\n\r\n" + std::string(300, 'x')), "354 552");
  EXPECT_TRUE(server.over()) << "more than twice the limit is not read on";
  EXPECT_TRUE(server.messages.empty());
}

TEST(ServerDialogue, LimitsTheHeaderAndTheHops) {
  auto settings = Server::plain_settings();
  settings.limits.header = 100;
  settings.limits.hops = 2;
  Server server(settings);
  server.open_transaction();
  EXPECT_EQ(server.codes("DATA\r\nA: " + std::string(100, 'x') + "\r\n\r\n.\r\n"), "354 552");
  server.open_transaction();
  EXPECT_EQ(server.codes("DATA\r\nReceived: a\r\nReceived: b\r\n\r\nx\r\n.\r\n"), "354 250");
  server.open_transaction();
  EXPECT_THAT(server.feed("DATA\r\nReceived: a\r\nReceived: b\r\nreceived: c\r\n\r\nx\r\n.\r\n"),
              HasSubstr("554 5.4.6"));
}

TEST(ServerDialogue, LimitsErrorsCommandsAndRefusedRecipients) {
  auto settings = Server::plain_settings();
  settings.limits.protocol_errors = 2;
  EXPECT_EQ(Server(settings).codes("X\r\nX\r\nX\r\nX\r\n"), "500 500 421");
  settings = Server::plain_settings();
  settings.limits.commands_without_message = 2;
  EXPECT_EQ(Server(settings).codes("NOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n"), "250 250 421");
  settings = Server::plain_settings();
  settings.limits.refused_recipients = 1;
  Server server(settings);
  server.open_transaction();
  EXPECT_EQ(server.codes("RCPT TO:<a@w.example>\r\nRCPT TO:<b@w.example>\r\nNOOP\r\n"), "550 421");
  settings = Server::plain_settings();
  settings.limits.messages = 1;
  Server busy(settings);
  busy.open_transaction();
  EXPECT_EQ(busy.codes("DATA\r\n\r\nx\r\n.\r\nMAIL FROM:<>\r\n"), "354 250 421");
}

TEST(ServerDialogue, RefusesLongLinesAndReadsOn) {
  Server server;
  EXPECT_EQ(server.codes("NOOP " + std::string(3000, 'x') + "\r\nNOOP\r\n"), "500 250");
  EXPECT_EQ(
      testing::reply_codes(server.feed_in_pieces(
          std::string(2500, 'x') + "AUTH PLAIN\r\nQUIT " + std::string(4000, 'x') + "\r\nNOOP\r\n",
          1250)),
      "500 500 250");
  EXPECT_FALSE(server.over());
  (void)server.feed_in_pieces(std::string(2 << 20, 'x'), 1 << 16);
  EXPECT_TRUE(server.over());
}

TEST(ServerDialogue, ACommandWithLoneLfCrOrNulEndsTheSession) {
  for (const std::string& line :
       {std::string("NOOP\nNOOP\r\n"), std::string("NO\rOP\r\n"), std::string("NO\0OP\r\n", 7),
        std::string("NOOP\r\r\n"), std::string("GET / HTTP/1.1\r\n"),
        std::string("\x16\x03\x01\r\n")}) {
    Server server;
    EXPECT_EQ(server.codes(line + "NOOP\r\n"), "500") << line;
    EXPECT_TRUE(server.over()) << line;
  }
}

TEST(ServerDialogue, ANormalisingListenerForgivesLoneLfAndSpaces) {
  auto settings = Server::plain_settings();
  settings.line_ends = DataReader::LineEnds::normalise;
  Server server(settings);
  EXPECT_EQ(server.codes("HELO c.example\nMAIL FROM: <a@b.example>\nRCPT TO: <u@house.example>\n"
                         "DATA\n"),
            "250 250 250 354");
  EXPECT_EQ(server.codes("Subject: x\n\nhello\r\n.\r\n"), "250");
  EXPECT_THAT(server.messages[0].body, EndsWith("Subject: x\r\n\r\nhello\r\n"));
}

TEST(ServerDialogue, AnswersStorageTroubleWithoutLosingStep) {
  Server full;
  full.storing = Storing::disk_full;
  full.open_transaction();
  EXPECT_THAT(full.feed("DATA\r\n\r\n" + std::string(50000, 'x') + "\r\n\r\n.\r\nNOOP\r\n"),
              HasSubstr("452 4.3.1"));
  EXPECT_TRUE(full.messages.empty());
  full.storing = Storing::done;
  full.committing = Storing::failed;
  full.open_transaction();
  EXPECT_THAT(full.feed("DATA\r\n\r\nx\r\n.\r\n"), HasSubstr("451 4.3.0"));
  full.committing = Storing::done;
  full.open_transaction();
  EXPECT_EQ(full.codes("DATA\r\n\r\nx\r\n.\r\n"), "354 250");
  EXPECT_EQ(full.messages.size(), 1U);
}

TEST(ServerDialogue, MakesACopyForEachOrganisation) {
  Server server;
  server.open_transaction();
  EXPECT_EQ(server.codes("RCPT TO:<x@ally.example>\r\nRCPT TO:<user@house.example>\r\n"
                         "RCPT TO:<v@HOUSE.example>\r\nDATA\r\n\r\nhi\r\n.\r\n"),
            "250 250 250 354 250");
  ASSERT_EQ(server.messages.size(), 2U);
  const auto& house = server.messages[0];
  const auto& ally = server.messages[1];
  ASSERT_EQ(house.copy.destinations.size(), 1U);
  EXPECT_EQ(house.copy.destinations[0].recipients.size(), 2U) << "the repeated one is mailed once";
  EXPECT_THAT(house.body, Not(HasSubstr("for <")));
  EXPECT_THAT(house.body, HasSubstr("id ID1"));
  EXPECT_EQ(ally.copy.envelope.account.value, 2);
  EXPECT_THAT(ally.body, HasSubstr("for <x@ally.example>"));
  EXPECT_THAT(ally.body, HasSubstr("id ID2"));
  EXPECT_THAT(ally.body, Not(HasSubstr("house.example>")));
}

TEST(ServerDialogue, CompletesOnlyMessagesFromInside) {
  Server world;
  world.open_transaction();
  (void)world.feed("DATA\r\nSubject: x\r\n\r\nhi\r\n.\r\n");
  EXPECT_THAT(world.messages[0].body, EndsWith("\r\nSubject: x\r\n\r\nhi\r\n"));
  EXPECT_THAT(world.messages[0].body, Not(HasSubstr("Message-ID")));
  Server inside;
  inside.rules.inside = true;
  inside.open_transaction();
  (void)inside.feed("DATA\r\nSubject: x\r\n\r\nhi\r\n.\r\n");
  EXPECT_THAT(inside.messages[0].body, HasSubstr("Subject: x\r\nDate: "));
  EXPECT_THAT(inside.messages[0].body,
              EndsWith("Message-ID: <ID1@gw.house.example>\r\nFrom: <a@b.example>\r\n\r\nhi\r\n"));
  inside.open_transaction();
  (void)inside.feed("DATA\r\nno header at all\r\n.\r\n");
  EXPECT_THAT(inside.messages[1].body, EndsWith("From: <a@b.example>\r\n\r\nno header at all\r\n"));
}

TEST(ServerDialogue, BelievesTheBytesRatherThanTheBodyParameter) {
  Server server;
  server.open_transaction();
  (void)server.feed("DATA\r\nA: b\r\nTLS-Required: No\r\n\r\ngr\xC3\xBC\xC3\x9F\r\n.\r\n");
  EXPECT_EQ(server.messages[0].copy.envelope.body, queue::BodyType::eight_bit);
  EXPECT_TRUE(server.messages[0].copy.envelope.tls_required_no);
}

TEST(ServerDialogue, CarriesDsnAndSmtputf8Parameters) {
  Server server;
  EXPECT_EQ(server.codes("EHLO c.example\r\nMAIL FROM:<j\xC3\xBC@b.example>\r\n"), "250 553");
  EXPECT_EQ(server.codes("MAIL FROM:<a@b.example>\r\nRCPT TO:<\xC3\xBC@house.example>\r\nRSET\r\n"),
            "250 553 250");
  EXPECT_EQ(
      server.codes("MAIL FROM:<j\xC3\xBC@b.example> SMTPUTF8 RET=FULL ENVID=e1\r\n"
                   "RCPT TO:<\xC3\xBC@house.example> NOTIFY=NEVER ORCPT=rfc822;x@y.example\r\n"
                   "DATA\r\n\r\nx\r\n.\r\n"),
      "250 250 354 250");
  const auto& copy = server.messages[0].copy;
  EXPECT_TRUE(copy.envelope.smtputf8);
  EXPECT_EQ(copy.envelope.dsn_return, "FULL");
  EXPECT_EQ(copy.envelope.dsn_envelope_id, "e1");
  EXPECT_EQ(copy.destinations[0].recipients[0].notify, queue::notify_never);
  EXPECT_EQ(copy.destinations[0].recipients[0].original, "rfc822;x@y.example");
  EXPECT_THAT(server.messages[0].body, HasSubstr("with UTF8SMTP id"));
}

TEST(ServerDialogue, TakesPostmasterWithoutADomain) {
  Server server;
  EXPECT_EQ(server.codes("EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<PostMaster>\r\nDATA\r\n\r\n"
                         "x\r\n.\r\n"),
            "250 250 250 354 250");
  EXPECT_EQ(server.messages[0].copy.destinations[0].recipients[0].address,
            "postmaster@house.example");
}

TEST(ServerDialogue, NeverRelaysByALocalPartThatHoldsARoute) {
  Server server;
  ASSERT_EQ(server.codes("EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n"), "250 250");
  for (std::string_view to : {"u%world.example@house.example", "world.example!u@house.example",
                              "\"u@world.example\"@house.example", "u@world.example",
                              "@house.example:u@world.example", "u@[192.0.2.9]"}) {
    EXPECT_EQ(server.codes("RCPT TO:<" + std::string(to) + ">\r\n"), "550") << to;
  }
  EXPECT_EQ(server.codes("DATA\r\n"), "554");
}

TEST(ServerDialogue, StopsPolitelyBetweenMessagesOnly) {
  Server server;
  (void)server.feed("EHLO c.example\r\n");
  EXPECT_TRUE(server.dialogue.idle());
  server.dialogue.on_closed(base::Failure{"cancelled", "", ""});
  EXPECT_THAT(server.dialogue.output(), StartsWith("421 4.3.2"));
  Server busy;
  busy.open_transaction();
  EXPECT_FALSE(busy.dialogue.idle());
}

TEST(ServerDialogue, SaysWhyItEndsAnIdleSession) {
  Server server;
  server.dialogue.on_timeout();
  EXPECT_THAT(server.dialogue.output(), StartsWith("421 4.4.2"));
  EXPECT_TRUE(server.over());
}

}  // namespace
}  // namespace postern::smtp
