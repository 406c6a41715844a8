#include "core/base/time.h"

#include <gtest/gtest.h>

namespace postern::base {
namespace {

using namespace std::chrono;

// 2026-11-23T15:46:16Z
constexpr std::int64_t kSeconds = 1'795'448'776;

TEST(Rfc3339, WritesUtcWithMicrosecondsOnlyWhereThereAreSome) {
  EXPECT_EQ(rfc3339(instant(kSeconds * 1'000'000)), "2026-11-23T15:46:16Z");
  EXPECT_EQ(rfc3339(instant(kSeconds * 1'000'000 + 123)), "2026-11-23T15:46:16.000123Z");
  EXPECT_EQ(rfc3339(instant(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(instant(-1)), "1969-12-31T23:59:59.999999Z");
}

TEST(Rfc3339, ReadsOffsetsFractionsAndBareDates) {
  const Instant t = instant(kSeconds * 1'000'000);
  EXPECT_EQ(parse_rfc3339("2026-11-23T15:46:16Z"), t);
  EXPECT_EQ(parse_rfc3339("2026-11-23t17:16:16+01:30"), t);
  EXPECT_EQ(parse_rfc3339("2026-11-23 10:46:16-05:00"), t);
  EXPECT_EQ(parse_rfc3339("2026-11-23T15:46:16.000123Z"), t + microseconds{123});
  EXPECT_EQ(parse_rfc3339("2026-11-23T15:46:16.5Z"), t + milliseconds{500});
  EXPECT_EQ(parse_rfc3339("2026-11-23T15:46:16.00012399Z"), t + microseconds{123});
  EXPECT_EQ(parse_rfc3339("1970-01-02"), instant(86'400'000'000));
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), parse_rfc3339("2017-01-01"));
  EXPECT_TRUE(parse_rfc3339("2024-02-29"));
}

TEST(Rfc3339, RefusesWhatIsNotATime) {
  for (const std::string_view text : {"",
                                      "2026",
                                      "2026-11",
                                      "2026-13-01",
                                      "2026-02-30",
                                      "2025-02-29",
                                      "2026-11-23T",
                                      "2026-11-23T15:46Z",
                                      "2026-11-23T15:46:16",
                                      "2026-11-23T24:00:00Z",
                                      "2026-11-23T15:60:00Z",
                                      "2026-11-23T15:46:61Z",
                                      "2026-11-23T15:46:16.Z",
                                      "2026-11-23T15:46:16Z ",
                                      "2026-11-23T15:46:16+1:00",
                                      "2026-11-23T15:46:16+24:00",
                                      "+026-11-23",
                                      "2026-1-23",
                                      "2026-11-",
                                      "2026-11-2",
                                      "2026-11-23x15:46:16Z",
                                      "2026-11-23T15:46:",
                                      "2026-11-23T15:6a:16Z",
                                      "2026-11-23T15:46:16+01",
                                      "2026-11-23T15:46:16+01:60",
                                      "2026-11-23T15:46:16*01:00",
                                      "2026-11-23T15:46:16./Z",
                                      "20 6-11-23"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc3339, ReadsBackWhatItWrites) {
  for (std::int64_t t = -2'000'000'000'000'000; t < 8'000'000'000'000'000;
       t += 77'777'777'777'777) {
    EXPECT_EQ(parse_rfc3339(rfc3339(instant(t))), instant(t));
  }
}

TEST(Rfc5322Date, NamesDayAndMonthInEnglish) {
  EXPECT_EQ(rfc5322_date(instant(kSeconds * 1'000'000 + 999'999)),
            "Mon, 23 Nov 2026 15:46:16 +0000");
  EXPECT_EQ(rfc5322_date(*parse_rfc3339("2024-02-29T01:02:03Z")),
            "Thu, 29 Feb 2024 01:02:03 +0000");
}

TEST(Duration, ReadsUnitsAndSums) {
  EXPECT_EQ(parse_duration("30s"), seconds{30});
  EXPECT_EQ(parse_duration("15m"), minutes{15});
  EXPECT_EQ(parse_duration("4h"), hours{4});
  EXPECT_EQ(parse_duration("5d"), hours{120});
  EXPECT_EQ(parse_duration("1h30m"), minutes{90});
  EXPECT_EQ(parse_duration("200ms"), milliseconds{200});
  EXPECT_EQ(parse_duration("0s"), Duration{0});
}

TEST(Duration, RefusesWhatIsNotADuration) {
  for (const std::string_view text : {"", "5", "s", "-5s", "5 s", "1.5h", "5S", "5w", "1h30", "5{",
                                      "99999999999999999999s", "9223372036854775807d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, IsWrittenInTheLargestUnitsAndReadBack) {
  EXPECT_EQ(duration_text(Duration{0}), "0s");
  EXPECT_EQ(duration_text(hours{24}), "1d");
  EXPECT_EQ(duration_text(minutes{90}), "1h30m");
  EXPECT_EQ(duration_text(-minutes{90}), "-1h30m");
  for (const Duration d :
       {Duration{1}, Duration{1'000}, Duration{90'061'001'001}, Duration::max()}) {
    EXPECT_EQ(parse_duration(duration_text(d)), d) << duration_text(d);
  }
}

}  // namespace
}  // namespace postern::base
