#include "core/smtp/command.h"

#include <gtest/gtest.h>

namespace postern::smtp {
namespace {

template <class T>
int code(const Parsed<T>& parsed) {
  return parsed ? 250 : parsed.error().code;
}
int mail_code(std::string_view text) { return code(parse_mail(text, Grammar::strict)); }
int rcpt_code(std::string_view text) { return code(parse_rcpt(text, Grammar::strict)); }

TEST(Command, FindsTheVerbWithoutCase) {
  EXPECT_EQ(split_command("mAiL FROM:<>").verb, Verb::mail);
  EXPECT_EQ(split_command("mAiL FROM:<> ").argument, "FROM:<>");
  EXPECT_EQ(split_command("QUIT").verb, Verb::quit);
  EXPECT_EQ(split_command("QUITE").verb, Verb::unknown);
  EXPECT_EQ(split_command("").verb, Verb::unknown);
  EXPECT_EQ(split_command("MAILFROM:<>").verb, Verb::unknown);
}

TEST(Command, KnowsOtherProtocolsByTheirFirstLine) {
  for (std::string_view line :
       {"GET / HTTP/1.1", "POST /x HTTP/1.1", "Host: example.com", "\x16\x03\x01", "SSH-2.0-x",
        "PRI * HTTP/2.0", "get /", "PROPFIND / HTTP/1.1", "X http/1.0", "User-Agent: x", "X:"}) {
    EXPECT_EQ(split_command(line).verb, Verb::foreign) << line;
  }
  for (std::string_view line : {"", " ", "XYZZY", "XYZZY HTTP", "FETCH / HTTP 1", "GETS /"}) {
    EXPECT_EQ(split_command(line).verb, Verb::unknown) << line;
  }
}

TEST(Command, HelloRefusesOnlyWhatNoNameHas) {
  for (std::string_view name : {"mx.example.com", "[192.0.2.1]", "[IPv6:::1]", "host_1", "local"}) {
    EXPECT_TRUE(parse_hello(name)) << name;
  }
  for (std::string_view name : {"", "a b", "a(b)", "a\"b", "a\\b", "a;b", "a\x01", "<a>", "\xC3"}) {
    EXPECT_FALSE(parse_hello(name)) << name;
  }
}

TEST(Command, MailReadsItsParameters) {
  auto mail =
      parse_mail("FROM:<a@b.example> SIZE=1000 BODY=8bitmime SMTPUTF8 RET=hdrs ENVID=a+2Bb AUTH=<>",
                 Grammar::strict);
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->from.mailbox->text(), "a@b.example");
  EXPECT_EQ(mail->size, 1000U);
  EXPECT_EQ(mail->body, queue::BodyType::eight_bit);
  EXPECT_TRUE(mail->smtputf8);
  EXPECT_EQ(mail->dsn_return, "HDRS");
  EXPECT_EQ(mail->dsn_envelope_id, "a+2Bb");
}

TEST(Command, MailRefusesWhatIsNotItsGrammar) {
  for (std::string_view text :
       {"", "FROM", "FROM:", "FROM:a@b.example", "FROM: <a@b.example>", "TO:<a@b.example>",
        "FROM:<a@b.example>SIZE=1", "FROM:<a@b.example> SIZE", "FROM:<a@b.example> SIZE=-1",
        "FROM:<a@b.example> SIZE=1 SIZE=1", "FROM:<a@b.example> BODY=BINARYMIME",
        "FROM:<a@b.example> SMTPUTF8=1", "FROM:<a@b.example> RET=ALL",
        "FROM:<a@b.example> ENVID=a=b", "FROM:<a@b.example> ENVID=a+2", "FROM:<Postmaster>",
        "FROM:<a@b.example> AUTH=a+zz"}) {
    EXPECT_EQ(mail_code(text), 501) << text;
  }
  EXPECT_EQ(mail_code("FROM:<> REQUIRETLS"), 250);
  EXPECT_EQ(mail_code("FROM:<> REQUIRETLS=yes"), 501);
  EXPECT_EQ(mail_code("FROM:<> MT-PRIORITY=1"), 555);
  EXPECT_EQ(mail_code("FROM:<> =5"), 555);
  EXPECT_EQ(mail_code("FROM:<>"), 250);
}

TEST(Command, ASizeBeyondAllCountingStaysLarge) {
  auto mail = parse_mail("FROM:<> SIZE=99999999999999999999", Grammar::strict);
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->size, UINT64_MAX);
  EXPECT_EQ(mail_code("FROM:<> SIZE=999999999999999999999"), 501) << "RFC 1870: 20 digits";
}

TEST(Command, LenientGrammarForgivesASpaceAfterTheColon) {
  EXPECT_TRUE(parse_mail("FROM:  <a@b.example>", Grammar::lenient));
  EXPECT_TRUE(parse_rcpt("TO: <a@b.example>", Grammar::lenient));
  EXPECT_EQ(rcpt_code("TO: <a@b.example>"), 501);
  EXPECT_FALSE(parse_mail("FROM:   ", Grammar::lenient));
}

TEST(Command, RcptReadsNotifyAndOriginalRecipient) {
  auto rcpt = parse_rcpt("TO:<a@b.example> NOTIFY=SUCCESS,delay ORCPT=rfc822;x+2By@c.example",
                         Grammar::strict);
  ASSERT_TRUE(rcpt);
  EXPECT_EQ(rcpt->notify, queue::notify_success | queue::notify_delay);
  EXPECT_EQ(rcpt->original, "rfc822;x+2By@c.example");
  auto postmaster = parse_rcpt("TO:<Postmaster>", Grammar::strict);
  ASSERT_TRUE(postmaster);
  EXPECT_TRUE(postmaster->to.postmaster);
  EXPECT_EQ(rcpt_code("TO:<a@b.example> ORCPT=utf-8;jürgen@c.example"), 250);
}

TEST(Command, RcptRefusesWhatIsNotItsGrammar) {
  for (std::string_view text :
       {"TO:<>", "TO:a@b.example", "FROM:<a@b.example>",
        "TO:<a@b.example> NOTIFY=", "TO:<a@b.example> NOTIFY",
        "TO:<a@b.example> NOTIFY=NEVER,DELAY", "TO:<a@b.example> NOTIFY=DELAY,DELAY",
        "TO:<a@b.example> ORCPT=abc", "TO:<a@b.example> ORCPT=rfc822;", "TO:<a@b.example> ORCPT=;a",
        "TO:<a@b.example> ORCPT=rfc822;jürgen@c.example",
        "TO:<a@b.example> NOTIFY=NEVER NOTIFY=NEVER"}) {
    EXPECT_EQ(rcpt_code(text), 501) << text;
  }
  EXPECT_EQ(rcpt_code("TO:<a@b.example> SIZE=1"), 555);
}

TEST(Command, BdatNeedsANumber) {
  auto last = parse_bdat("86 last");
  ASSERT_TRUE(last);
  EXPECT_EQ(last->size, 86U);
  EXPECT_TRUE(last->last);
  EXPECT_FALSE(parse_bdat("0")->last);
  for (std::string_view text : {"", "x", "-1", "1x", "1 FIRST", "1 LAST x", "0x10", "+5"}) {
    EXPECT_EQ(code(parse_bdat(text)), 501) << text;
  }
}

TEST(Command, AuthKnowsPlainAndLogin) {
  auto plain = parse_auth("plain AGEAYg==");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->mechanism, Mechanism::plain);
  EXPECT_EQ(plain->initial, "AGEAYg==");
  EXPECT_EQ(parse_auth("PLAIN =")->initial, "");
  EXPECT_EQ(parse_auth("LOGIN")->mechanism, Mechanism::login);
  EXPECT_FALSE(parse_auth("LOGIN")->initial);
  EXPECT_EQ(code(parse_auth("")), 501);
  EXPECT_EQ(code(parse_auth("PLAIN a b")), 501);
  EXPECT_EQ(code(parse_auth("CRAM-MD5")), 504);
}

TEST(Command, PlainCredentialsAreThreePartsAndActAsThemselves) {
  using namespace std::string_literals;
  auto credentials = parse_plain("\0user\0secret"s);
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->user, "user");
  EXPECT_EQ(credentials->password, "secret");
  EXPECT_TRUE(parse_plain("user\0user\0secret"s));
  EXPECT_FALSE(parse_plain("admin\0user\0secret"s));
  EXPECT_FALSE(parse_plain("user\0secret"s));
  EXPECT_FALSE(parse_plain("\0\0secret"s));
  EXPECT_FALSE(parse_plain("\0user\0sec\0ret"s));
}

TEST(Command, NamesEveryVerbForTheLog) {
  EXPECT_EQ(verb_text(Verb::ehlo), "EHLO");
  EXPECT_EQ(verb_text(Verb::quit), "QUIT");
  EXPECT_EQ(verb_text(Verb::foreign), "another protocol");
  EXPECT_EQ(verb_text(Verb::unknown), "an unknown command");
}

TEST(Command, TakesAControlByteAtTheStartForAnotherProtocol) {
  EXPECT_EQ(split_command("\x7F").verb, Verb::foreign);
}

TEST(Command, HelloTakesNamesUpToTheLengthOfOne) {
  EXPECT_TRUE(parse_hello(std::string(255, 'a')));
  EXPECT_FALSE(parse_hello(std::string(256, 'a')));
  EXPECT_TRUE(
      parse_hello("b\xC3\xBC"
                  "cher.example"));
  EXPECT_FALSE(parse_hello("a{b}"));
}

TEST(Command, MailTakesEveryValueItsExtensionsName) {
  const auto mail =
      parse_mail("FROM:<a@b.example> BODY=7bit RET=Full AUTH=a@c.example", Grammar::strict);
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->body, queue::BodyType::seven_bit);
  EXPECT_EQ(mail->dsn_return, "FULL");
}

TEST(Command, MailRefusesParametersWithoutTheirValues) {
  for (const char* parameter : {"BODY", "RET", "ENVID", "ENVID=", "AUTH", "AUTH="}) {
    EXPECT_EQ(mail_code("FROM:<a@b.example> " + std::string(parameter)), 501) << parameter;
  }
}

TEST(Command, MailTakesXtextOfPrintableAsciiUpToItsLimit) {
  const std::string from = "FROM:<a@b.example> ";
  EXPECT_EQ(mail_code(from + "ENVID=" + std::string(100, 'x')), 250);
  EXPECT_EQ(mail_code(from + "ENVID=" + std::string(101, 'x')), 501) << "RFC 3461 4.4";
  EXPECT_EQ(mail_code(from + "AUTH=" + std::string(500, 'x')), 250);
  EXPECT_EQ(mail_code(from + "AUTH=" + std::string(501, 'x')), 501);
  for (const char* text : {"a\x7F", "a\xC3\xBC", "a\x01", "a+", "a+2b"}) {
    EXPECT_EQ(mail_code(from + "ENVID=" + text), 501) << text;
  }
}

TEST(Command, RcptReadsEveryWordOfNotify) {
  const auto rcpt = parse_rcpt("TO:<a@b.example> NOTIFY=failure", Grammar::strict);
  ASSERT_TRUE(rcpt);
  EXPECT_EQ(rcpt->notify, queue::notify_failure);
}

TEST(Command, RcptTakesTheTypesOfAddressesThatStandardsCouldName) {
  for (const char* type : {"rfc822", "RFC822", "X400", "x-a-1", "UTF-8"}) {
    EXPECT_EQ(rcpt_code("TO:<a@b.example> ORCPT=" + std::string(type) + ";c"), 250) << type;
  }
  for (const char* type : {"a.b", "a_b", "a:b", "a{", "a+2B", "\xC3\xBC"}) {
    EXPECT_EQ(rcpt_code("TO:<a@b.example> ORCPT=" + std::string(type) + ";c"), 501) << type;
  }
}

// It comes out again in notices, and in the RCPT of the next hop.
TEST(Command, RcptTakesNoUtf8OriginalRecipientThatIsNotPrintable) {
  for (const char* address : {"a=b", "a\x01", "a\x7F", "a\xC3", "\xC0\xAF"}) {
    EXPECT_EQ(rcpt_code("TO:<a@b.example> ORCPT=utf-8;" + std::string(address)), 501) << address;
  }
}

TEST(Command, RcptTakesOneOriginalRecipientOfReasonableLength) {
  const std::string to = "TO:<a@b.example> ORCPT=rfc822;";
  EXPECT_EQ(rcpt_code(to + std::string(493, 'x')), 250);
  EXPECT_EQ(rcpt_code(to + std::string(494, 'x')), 501);
  EXPECT_EQ(rcpt_code(to + "a ORCPT=rfc822;b"), 501);
}

}  // namespace
}  // namespace postern::smtp
