#include "core/base/json_writer.h"

#include <gtest/gtest.h>

namespace postern::base {
namespace {

TEST(JsonWriter, PutsCommasBetweenElementsAndNowhereElse) {
  JsonWriter json;
  json.begin_object().field("domain", "example.com").key("mx").begin_array();
  json.value("a").value("b").end_array();
  json.key("empty").begin_object().end_object();
  json.key("none").null().field("count", 3).field("on", true).end_object();
  EXPECT_EQ(
      std::move(json).take(),
      R"({"domain":"example.com","mx":["a","b"],"empty":{},"none":null,"count":3,"on":true})");
}

TEST(JsonWriter, SeparatesObjectsInAnArray) {
  JsonWriter json;
  json.begin_array();
  for (int i = 0; i < 2; ++i) json.begin_object().field("i", i).end_object();
  json.raw(R"({"ready":1})").end_array();
  EXPECT_EQ(json.text(), R"([{"i":0},{"i":1},{"ready":1}])");
}

TEST(JsonWriter, EscapesQuotesBackslashesAndEveryControl) {
  EXPECT_EQ(json_string("a\"b\\c\n\r\t\x01\x7f"), R"("a\"b\\c\n\r\t\u0001\u007f")");
  EXPECT_EQ(json_string(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(JsonWriter, LeavesNoC1ControlForATerminalToObey) {
  EXPECT_EQ(json_string("\xC2\x9B"
                        "31m\xC2\xA0"),
            "\"\\u009b31m\xC2\xA0\"");
}

TEST(JsonWriter, MakesValidTextOfInvalidUtf8) {
  EXPECT_EQ(json_string("caf\xE9"), R"("caf\\xe9")");
  EXPECT_EQ(json_string("caf\xC3\xA9"), "\"caf\xC3\xA9\"");
}

}  // namespace
}  // namespace postern::base
