#include "io/observe/log.h"

#include <gtest/gtest.h>

#include <vector>

#include "io/observe/metrics.h"

namespace postern::observe {
namespace {

const base::Instant noon = base::instant(1'795'435'200'000'000);

std::string line(LogFormat format, std::vector<Field> fields) {
  return log_line(format, noon, Event::delivery_deferred, fields);
}

TEST(Log, WritesOneEventALineWithBareWordsBare) {
  EXPECT_EQ(line(LogFormat::logfmt, {{"domain", "example.com"}, {"code", "dns-timeout"}}),
            "time=" + base::rfc3339(noon) +
                " level=info event=delivery-deferred domain=example.com code=dns-timeout");
}

TEST(Log, APeersValueCannotForgeALineOrAField) {
  std::string text =
      line(LogFormat::logfmt, {{"reply", "bad\r\nevent=x level=error \"q\" \x1b[31m"}});
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("reply=\"bad"), std::string::npos);
  EXPECT_NE(text.find("\\\"q\\\""), std::string::npos);
}

TEST(Log, JsonIsOneObjectWithTheSameEscapes) {
  std::string text = line(LogFormat::json, {{"reply", "a\"b\x1b"}});
  EXPECT_TRUE(text.starts_with("{\"time\":"));
  EXPECT_NE(text.find("\"event\":\"delivery-deferred\""), std::string::npos);
  EXPECT_NE(text.find("a\\\"b\\\\x1b"), std::string::npos) << text;
}

TEST(Log, EveryEventHasASentence) {
  for (std::size_t i = 0; i < event_count(); ++i) {
    const EventInfo& info = event_info(static_cast<Event>(i));
    EXPECT_TRUE(info.sentence.ends_with('.')) << info.name;
    EXPECT_EQ(info.name.find('_'), std::string_view::npos);
  }
}

TEST(Log, AnUnwritableFileIsAFailureWithItsName) {
  auto log = open_log({.format = LogFormat::logfmt, .level = Level::info, .file = "/proc/none/x"});
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().text.find("/proc/none/x"), std::string::npos);
}

TEST(Metrics, CountsPlainAndLabelledValues) {
  Metrics metrics;
  metrics.add(Metric::messages_accepted_total, "external", 2);
  metrics.add(Metric::sessions_open, 3);
  metrics.add(Metric::sessions_open, -1);
  metrics.observe(Metric::commit_seconds, 0.004);
  std::string text = metrics.prometheus();
  EXPECT_NE(text.find("postern_messages_accepted_total{leg=\"external\"} 2\n"), std::string::npos);
  EXPECT_NE(text.find("postern_sessions_open 2\n"), std::string::npos);
  EXPECT_NE(text.find("postern_commit_seconds_bucket{le=\"0.005\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("postern_commit_seconds_bucket{le=\"0.0025\"} 0\n"), std::string::npos);
  EXPECT_NE(text.find("postern_commit_seconds_count 1\n"), std::string::npos);
}

}  // namespace
}  // namespace postern::observe
