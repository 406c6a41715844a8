#include "io/resolver/answer_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace postern::resolver {
namespace {

using namespace std::chrono_literals;

const base::Steady kNow{1'000s};

RawAnswer answer(std::chrono::seconds ttl, dns::Outcome outcome = dns::Outcome::ok) {
  RawAnswer made;
  made.outcome = outcome;
  made.ttl = ttl;
  made.records = {{1, 2, 3, 4}};
  return made;
}

TEST(AnswerCache, KeepsAnAnswerForItsLifeTimeAndCountsDown) {
  AnswerCache cache(10);
  cache.store("a", answer(60s), kNow);
  const auto found = cache.find("a", kNow + 20s);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->ttl, 40s);
  EXPECT_EQ(found->records, answer(60s).records);
  EXPECT_EQ(cache.find("a", kNow + 59'999ms)->ttl, 1s);
  EXPECT_FALSE(cache.find("a", kNow + 60s));
  EXPECT_FALSE(cache.find("a", kNow));  // gone for good
  EXPECT_FALSE(cache.find("b", kNow));
}

TEST(AnswerCache, KeepsProvedAbsenceButNeverAFailure) {
  AnswerCache cache(10);
  cache.store("absent", answer(60s, dns::Outcome::nxdomain), kNow);
  cache.store("empty", answer(60s, dns::Outcome::no_data), kNow);
  cache.store("failed", answer(60s, dns::Outcome::failed), kNow);
  cache.store("fleeting", answer(0s), kNow);
  EXPECT_TRUE(cache.find("absent", kNow));
  EXPECT_TRUE(cache.find("empty", kNow));
  EXPECT_FALSE(cache.find("failed", kNow));
  EXPECT_FALSE(cache.find("fleeting", kNow));
}

TEST(AnswerCache, TakesTheNewerOfTwoAnswers) {
  AnswerCache cache(10);
  cache.store("a", answer(60s), kNow);
  cache.store("a", answer(10s), kNow);
  EXPECT_EQ(cache.find("a", kNow)->ttl, 10s);
}

TEST(AnswerCache, ForgetsWhatNobodyAsksForAndKeepsWhatIsAskedFor) {
  AnswerCache cache(100);
  cache.store("wanted", answer(3'600s), kNow);
  cache.store("unwanted", answer(3'600s), kNow);
  int kept = 0;
  for (int i = 0; i < 1'000; ++i) {
    cache.store(std::to_string(i), answer(3'600s), kNow);
    EXPECT_TRUE(cache.find("wanted", kNow)) << i;
  }
  for (int i = 0; i < 1'000; ++i) kept += cache.find(std::to_string(i), kNow) ? 1 : 0;
  EXPECT_LE(kept, 100);
  EXPECT_GE(kept, 49);
  EXPECT_FALSE(cache.find("unwanted", kNow));
}

TEST(AnswerCache, PrefersANewAnswerToTheOneOfAnOlderGeneration) {
  AnswerCache cache(4);
  cache.store("a", answer(60s), kNow);
  for (int i = 0; i < 2; ++i) cache.store(std::to_string(i), answer(60s), kNow);
  cache.store("a", answer(30s), kNow);
  EXPECT_EQ(cache.find("a", kNow)->ttl, 30s);
}

}  // namespace
}  // namespace postern::resolver
