#include "core/smtp/mailbox.h"

#include <gtest/gtest.h>

namespace postern::smtp {
namespace {

std::string refused(std::string_view text) {
  auto mailbox = parse_mailbox(text);
  return mailbox ? "" : mailbox.error().code;
}

TEST(Mailbox, KeepsTheLocalPartAndFoldsTheDomain) {
  auto mailbox = parse_mailbox("John.Doe+tag@Mail.EXAMPLE.com");
  ASSERT_TRUE(mailbox);
  EXPECT_EQ(mailbox->local, "John.Doe+tag");
  EXPECT_EQ(mailbox->domain.text(), "mail.example.com");
  EXPECT_EQ(mailbox->text(), "John.Doe+tag@Mail.EXAMPLE.com");
}

TEST(Mailbox, TakesQuotedLocalParts) {
  auto mailbox = parse_mailbox("\"a b\\\"c\"@example.com");
  ASSERT_TRUE(mailbox);
  EXPECT_EQ(mailbox->local, "\"a b\\\"c\"");
}

TEST(Mailbox, TakesAddressLiterals) {
  auto four = parse_mailbox("u@[192.0.2.1]");
  ASSERT_TRUE(four);
  EXPECT_EQ(four->literal->to_string(), "192.0.2.1");
  EXPECT_TRUE(four->domain.empty());
  auto six = parse_mailbox("u@[IPv6:2001:db8::1]");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->literal->to_string(), "2001:db8::1");
}

TEST(Mailbox, TakesUtf8AndSaysWhatNeedsSmtputf8) {
  auto local = parse_mailbox("jürgen@example.com");
  ASSERT_TRUE(local);
  EXPECT_TRUE(local->needs_smtputf8());
  auto domain = parse_mailbox("u@bücher.example");
  ASSERT_TRUE(domain);
  EXPECT_FALSE(domain->needs_smtputf8());
  EXPECT_EQ(domain->domain.text(), "xn--bcher-kva.example");
}

TEST(Mailbox, RefusesWhatTheGrammarDoesNotKnow) {
  for (std::string_view text : {"",
                                "u",
                                "@example.com",
                                "u@",
                                "u@@example.com",
                                ".u@example.com",
                                "u.@example.com",
                                "u..v@example.com",
                                "u v@example.com",
                                "u@exam ple.com",
                                "u@example.com.",
                                "u@.example.com",
                                "u@example..com",
                                "u@-a.example",
                                "u@[192.0.2.1",
                                "u@[2001:db8::1]",
                                "u@[IPv6:192.0.2.1]",
                                "u@[300.1.1.1]",
                                "u@[x:y]",
                                "\"u@example.com",
                                "\"u\"v@example.com",
                                "u@example.com x",
                                "u@example.com>",
                                "<u@example.com>",
                                "u@a@example.com",
                                "u@192.0.2.1",
                                "u\t@example.com",
                                "\"u\x01\"@example.com",
                                "u@exa\\mple.com"}) {
    EXPECT_EQ(refused(text), "invalid-address") << text;
  }
}

TEST(Mailbox, RefusesNulLongAndBrokenUtf8) {
  using namespace std::string_literals;
  EXPECT_EQ(refused("u\0v@example.com"s), "invalid-address");
  EXPECT_EQ(refused("u\xC3@example.com"), "invalid-address");
  EXPECT_EQ(refused("u\xC0\xAF@example.com"), "invalid-address");
  EXPECT_EQ(refused(std::string(65, 'a') + "@example.com"), "invalid-address");
  EXPECT_TRUE(parse_mailbox(std::string(64, 'a') + "@example.com"));
}

TEST(Mailbox, FindsRoutesHiddenInLocalParts) {
  for (std::string_view text :
       {"u%other.example@example.com", "other!u@example.com", "\"u@other.example\"@example.com",
        "u\uFF20other.example@example.com", "u\uFF05other.example@example.com"}) {
    auto mailbox = parse_mailbox(text);
    ASSERT_TRUE(mailbox) << text;
    EXPECT_TRUE(mailbox->carries_routing()) << text;
  }
  EXPECT_FALSE(parse_mailbox("a+b=c/d_e@example.com")->carries_routing());
}

TEST(Path, ReadsUpToTheBracketAndLeavesTheParameters) {
  std::string_view text = "<u@example.com> SIZE=5";
  auto path = parse_path(text);
  ASSERT_TRUE(path);
  EXPECT_EQ(path->mailbox->text(), "u@example.com");
  EXPECT_EQ(text, " SIZE=5");
}

TEST(Path, KnowsTheNullPathAndPostmaster) {
  std::string_view text = "<>";
  auto null = parse_path(text);
  ASSERT_TRUE(null);
  EXPECT_FALSE(null->mailbox);
  EXPECT_TRUE(text.empty());
  text = "<PostMaster> X";
  auto postmaster = parse_path(text);
  ASSERT_TRUE(postmaster);
  EXPECT_TRUE(postmaster->postmaster);
  EXPECT_EQ(text, " X");
}

TEST(Path, DropsSourceRoutes) {
  std::string_view text = "<@relay.example,@b.example:u@example.com>";
  auto path = parse_path(text);
  ASSERT_TRUE(path);
  EXPECT_TRUE(path->source_route);
  EXPECT_EQ(path->mailbox->text(), "u@example.com");
}

TEST(Path, RefusesBrokenOnes) {
  for (std::string_view text :
       {"", "u@example.com", "<u@example.com", "<u@example.com >", "< u@example.com>",
        "<@relay.example u@example.com>", "<@:u@example.com>", "<@relay.example,u@example.com>",
        "<@relay.example:>", "<<u@example.com>>", "<\"u>@example.com>", "< >"}) {
    std::string_view rest = text;
    EXPECT_FALSE(parse_path(rest)) << text;
    EXPECT_EQ(rest, text) << "a refused path leaves the text alone";
  }
}

TEST(Mailbox, TakesEveryCharacterThatALocalPartMayHave) {
  for (const char* text :
       {"{a|b}~`^@example.com", "\"j\xC3\xBC rgen\"@example.com", "A-Z9@example.com"}) {
    EXPECT_EQ(refused(text), "") << text;
  }
}

TEST(Mailbox, RefusesQuotesThatEndInTheirMiddle) {
  for (const char* text : {"\"a\\", "\"a\\\x01\"@example.com", "\"a\\\xC3\xBC\"@example.com",
                           "\"a\x7F\"@example.com"}) {
    EXPECT_EQ(refused(text), "invalid-address") << text;
  }
}

TEST(Mailbox, RefusesADomainThatIsTooLong) {
  std::string domain = "example";
  while (domain.size() <= 255) domain += ".example";
  const auto mailbox = parse_mailbox("u@" + domain);
  ASSERT_FALSE(mailbox);
  EXPECT_EQ(mailbox.error().peer_text, "The domain is too long.");
}

// RFC 5321's grammar has none, real senders do.
TEST(Mailbox, TakesAnUnderscoreInADomain) { EXPECT_TRUE(parse_mailbox("u@mail_1.example.com")); }

TEST(Path, RefusesRoutesThatEndInTheirMiddle) {
  for (const char* text : {"<@a.example", "<@a.example,", "<@a.example,>", "<@a.example>",
                           "<@a.example;u@example.com>"}) {
    std::string_view rest = text;
    const auto path = parse_path(rest);
    ASSERT_FALSE(path) << text;
    EXPECT_EQ(path.error().peer_text, "The source route is malformed.") << text;
  }
}

TEST(Path, RefusesARouteThatMakesItTooLong) {
  std::string route;
  for (int i = 0; i < 60; ++i) route += (i == 0 ? "@" : ",@") + std::string("relay.example");
  const std::string text = "<" + route + ":u@example.com>";
  std::string_view rest = text;
  const auto path = parse_path(rest);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().peer_text, "The address is too long.");
}

}  // namespace
}  // namespace postern::smtp
