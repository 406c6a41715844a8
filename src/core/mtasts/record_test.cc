#include "core/mtasts/record.h"

#include <gtest/gtest.h>

#include <vector>

namespace postern::mtasts {
namespace {

using State = RecordReading::State;

RecordReading read(std::vector<std::string> texts) { return read_record(texts); }

std::string id_of(std::string_view text) {
  const auto examined = examine_record(text);
  return examined.value ? examined.value->id : "invalid";
}

TEST(StsRecord, ReadsTheExampleOfTheStandard) {
  const RecordReading reading = read({"v=STSv1; id=20160831085700Z;"});
  EXPECT_EQ(reading.state, State::valid);
  EXPECT_EQ(reading.record.id, "20160831085700Z");
  EXPECT_EQ(reading.why, "");
}

TEST(StsRecord, TakesWhatTheGrammarAllows) {
  for (const char* text : {"v=STSv1;id=a1", "v=STSv1; id=a1", "v=STSv1;\tid=a1 ;",
                           "v=STSv1; id=a1; ", "v=STSv1; x=y; id=a1;",
                           "v=STSv1; id=a1; Some.Name_1-x=:!<>~;", "v=STSv1;  id=a1  ;  x=1"}) {
    EXPECT_EQ(id_of(text), "a1") << text;
  }
  EXPECT_EQ(id_of("v=STSv1; id=" + std::string(32, 'a')), std::string(32, 'a'));
}

TEST(StsRecord, RefusesWhatBreaksTheGrammar) {
  for (const std::string& text : {std::string("v=STSv1;"),
                                  std::string("v=STSv1; "),
                                  std::string("v=STSv1; id="),
                                  std::string("v=STSv1; id=a b"),
                                  std::string("v=STSv1; id=a-b"),
                                  std::string("v=STSv1; ID=a1"),
                                  std::string("v=STSv1; id =a1"),
                                  std::string("v=STSv1; id= a1"),
                                  std::string("v=STSv1; id=a1;;"),
                                  std::string("v=STSv1;; id=a1"),
                                  std::string("v=STSv1; id=a1 "),
                                  std::string("v=STSv1; id=a1; x"),
                                  std::string("v=STSv1; id=a1; x="),
                                  std::string("v=STSv1; id=a1; x=a=b"),
                                  std::string("v=STSv1; id=a1; x=a b"),
                                  std::string("v=STSv1; id=a1; -x=a"),
                                  std::string("v=STSv1; id=a1; =a"),
                                  std::string("v=STSv1; id=a1; id=a2"),
                                  std::string("v=STSv1; id=a1,x=2"),
                                  std::string("v=STSv1; id=\0", 13),
                                  std::string("v=STSv1; id=\xC3\xA9"),
                                  "v=STSv1; id=" + std::string(33, 'a'),
                                  "v=STSv1; id=a1; " + std::string(33, 'n') + "=1"}) {
    EXPECT_EQ(id_of(text), "invalid") << text;
    EXPECT_EQ(read({text}).state, State::invalid) << text;
    EXPECT_FALSE(read({text}).why.empty());
  }
}

TEST(StsRecord, PassesOverOtherTexts) {
  for (const char* text : {"", "v=STSv1", "v=STSv1 ; id=a1", " v=STSv1; id=a1", "V=STSv1; id=a1",
                           "v=stsv1; id=a1", "v=STSv10; id=a1", "v=STSv2; id=a1", "v=spf1 -all"}) {
    EXPECT_EQ(read({text}).state, State::absent) << text;
    EXPECT_EQ(id_of(text), "invalid") << text;
  }
  EXPECT_EQ(read({}).state, State::absent);
  EXPECT_EQ(read({"v=spf1 -all", "v=STSv1; id=a1", "v=STSv2; id=a2"}).record.id, "a1");
}

TEST(StsRecord, CountsNoneOfSeveral) {
  const RecordReading reading = read({"v=STSv1; id=a1", "v=STSv1; id=a1"});
  EXPECT_EQ(reading.state, State::invalid);
  EXPECT_EQ(reading.why, "There is more than one MTA-STS record; then none of them counts.");
  // Also if only one of them is well-formed: dropping comes before reading (3.1).
  EXPECT_EQ(read({"v=STSv1; id=a1", "v=STSv1;"}).state, State::invalid);
}

TEST(StsRecord, SaysEverythingThatIsWrongAndWhere) {
  const auto examined = examine_record("v=STSv1; id=not-an-id; x; rua=mailto:a@b.example");
  ASSERT_EQ(examined.findings.size(), 3U);
  EXPECT_EQ(examined.findings[0].place, "field 3");
  EXPECT_EQ(examined.findings[1].place, "field id");
  EXPECT_EQ(examined.findings[2].place, "field rua");
  EXPECT_EQ(examined.findings[2].severity, base::Severity::warning);
}

TEST(StsRecord, ShowsNoPeersBytesAsTheyCame) {
  EXPECT_EQ(read({"v=STSv1; id=\x1b[31m"}).why,
            "Field id: The id \"\\x1b[31m\" is not 1 to 32 letters and digits.");
}

TEST(StsRecord, NamesNearMisses) {
  EXPECT_NE(examine_record(" v=STSv1; id=a").findings.at(0).text.find("White space"),
            std::string::npos);
  EXPECT_NE(examine_record("v=stsv1; id=a").findings.at(0).text.find("written like this"),
            std::string::npos);
  EXPECT_NE(examine_record("v=STSv1").findings.at(0).text.find("without its semicolon"),
            std::string::npos);
  EXPECT_NE(examine_record("\"v=STSv1; id=a\"").findings.at(0).text.find("quotation mark"),
            std::string::npos);
}

}  // namespace
}  // namespace postern::mtasts
