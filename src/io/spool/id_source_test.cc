#include "io/spool/id_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace postern::spool {
namespace {

constexpr base::Instant kNow = base::Instant(std::chrono::hours(24 * 365 * 56));

TEST(IdSource, RisesWithTimeAndNamesItsNode) {
  IdSource ids(7, 0);
  const std::int64_t first = ids.take(1, kNow);
  const std::int64_t later = ids.take(1, kNow + std::chrono::microseconds(5));
  EXPECT_EQ(first >> IdSource::kNodeBits, base::micros(kNow));
  EXPECT_EQ(first % IdSource::kStep, 7);
  EXPECT_EQ(later - first, 5 * IdSource::kStep);
}

TEST(IdSource, GivesARunOfIdsToOneCaller) {
  IdSource ids(7, 0);
  const std::int64_t first = ids.take(3, kNow);
  EXPECT_EQ(ids.take(1, kNow), first + 3 * IdSource::kStep);
}

TEST(IdSource, NeverGoesBackWithTheClock) {
  IdSource ids(7, 0);
  const std::int64_t before = ids.take(1, kNow);
  EXPECT_GT(ids.take(1, kNow - std::chrono::hours(5)), before);
}

TEST(IdSource, StartsAboveWhatWasUsedBefore) {
  IdSource earlier(1023, 0);
  static_cast<void>(earlier.take(4, kNow));
  const std::int64_t used = earlier.highest();
  IdSource ids(0, used);
  EXPECT_GT(ids.take(1, kNow - std::chrono::hours(5)), used);
}

TEST(IdSource, StaysWithin63BitsForCenturies) {
  IdSource ids(1023, 0);
  const base::Instant year_2200 = base::Instant(std::chrono::hours(24 * 366 * 230));
  EXPECT_GT(ids.take(1, year_2200), 0);
}

TEST(IdSource, GivesNoIdTwiceToThreadsThatAskAtOnce) {
  IdSource ids(1, 0);
  std::vector<std::vector<std::int64_t>> taken(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : taken) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10'000; ++i) mine.push_back(ids.take(1, kNow));
      });
    }
  }
  std::vector<std::int64_t> all;
  for (const auto& mine : taken) all.insert(all.end(), mine.begin(), mine.end());
  std::ranges::sort(all);
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
  EXPECT_EQ(all.size(), 40'000u);
}

}  // namespace
}  // namespace postern::spool
