#include "core/smtp/extensions.h"

#include <gtest/gtest.h>

namespace postern::smtp {
namespace {

Capabilities of(std::vector<std::string> lines) {
  lines.insert(lines.begin(), "mx.example.com");
  return parse_capabilities(Reply{250, "", std::move(lines)});
}

TEST(Capabilities, AreReadWithoutCase) {
  const Capabilities found = of({"starttls", "Pipelining", "8BITMIME", "SMTPUTF8", "DSN",
                                 "CHUNKING", "REQUIRETLS", "SIZE 1000", "AUTH plain LOGIN"});
  EXPECT_TRUE(found.starttls && found.pipelining && found.eight_bit_mime && found.smtputf8);
  EXPECT_TRUE(found.dsn && found.chunking && found.require_tls && found.size);
  EXPECT_EQ(found.size_limit, 1000);
  EXPECT_TRUE(found.offers_auth("PLAIN"));
  EXPECT_TRUE(found.offers_auth("LOGIN"));
  EXPECT_EQ(found.keywords.size(), 9u);
}

TEST(Capabilities, DoNotTakeTheServersNameForAKeyword) {
  EXPECT_FALSE(parse_capabilities(Reply{250, "", {"STARTTLS"}}).starttls);
}

TEST(Capabilities, OffersNothingThatIsOnlyTheBeginningOfAWord) {
  EXPECT_FALSE(of({"STARTTLSX"}).starttls);
  EXPECT_FALSE(of({"X-STARTTLS"}).starttls);
}

TEST(Capabilities, ReadsSizeWithoutALimitAndRefusesNonsense) {
  EXPECT_TRUE(of({"SIZE"}).size);
  EXPECT_EQ(of({"SIZE"}).size_limit, 0);
  EXPECT_EQ(of({"SIZE -5"}).size_limit, 0);
  EXPECT_EQ(of({"SIZE 99999999999999999999"}).size_limit, 0);
}

TEST(Capabilities, ReadsTheOldSpellingOfAuth) {
  EXPECT_TRUE(of({"AUTH=PLAIN LOGIN"}).offers_auth("PLAIN"));
}

TEST(Capabilities, LeavesOutWhatIsNotAKeyword) {
  EXPECT_TRUE(of({"\x1b[2J", "", "<script>"}).keywords.empty());
}

TEST(Capabilities, TakesKeywordsOfEveryAllowedCharacterAndNoOther) {
  EXPECT_EQ(
      of({"X-Foo_1 bar", "x{", "X.Y", "X[Y]", std::string(64, 'x'), std::string(65, 'x')}).keywords,
      (std::vector<std::string>{"X-FOO_1", std::string(64, 'X')}));
}

TEST(Capabilities, NamesEachMechanismOnceAndNoNonsense) {
  EXPECT_EQ(of({"AUTH PLAIN  plain \x1b[2J", "AUTH=PLAIN LOGIN"}).auth,
            (std::vector<std::string>{"PLAIN", "LOGIN"}));
}

TEST(Capabilities, TakesNoLimitThatIsOnlyHalfANumber) {
  EXPECT_EQ(of({"SIZE 1000x"}).size_limit, 0);
  EXPECT_EQ(of({"SIZE 10 00"}).size_limit, 0);
}

}  // namespace
}  // namespace postern::smtp
