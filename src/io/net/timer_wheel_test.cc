#include "io/net/timer_wheel.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

namespace postern::net {
namespace {

using Tick = TimerWheel::Tick;

std::vector<Tick> expire(TimerWheel& wheel, Tick now) {
  List<TimerWheel::Entry> expired;
  wheel.advance(now, expired);
  std::vector<Tick> due;
  while (const TimerWheel::Entry* entry = expired.pop_front()) due.push_back(entry->due);
  return due;
}

TEST(TimerWheel, ExpiresAtTheTickAndNotBefore) {
  for (const Tick due : {Tick{1}, Tick{63}, Tick{64}, Tick{65}, Tick{4095}, Tick{4096},
                         Tick{300'000}, Tick{86'400'000}, (Tick{1} << 41) + 7}) {
    TimerWheel wheel;
    TimerWheel::Entry entry;
    (void)wheel.add(entry, due);
    EXPECT_EQ(expire(wheel, due - 1), std::vector<Tick>{}) << due;
    EXPECT_EQ(expire(wheel, due), std::vector<Tick>{due});
    EXPECT_EQ(wheel.next(), TimerWheel::kNever);
  }
}

TEST(TimerWheel, AsksToBeAdvancedNoLaterThanTheEarliestEntry) {
  TimerWheel wheel;
  TimerWheel::Entry far, near;
  EXPECT_LE(wheel.add(far, 1'000'000), Tick{1'000'000});
  EXPECT_LE(wheel.add(near, 500), Tick{500});
  EXPECT_LE(wheel.next(), Tick{500});
  EXPECT_GT(wheel.next(), Tick{0});
}

TEST(TimerWheel, ForgetsWhatWasDropped) {
  TimerWheel wheel;
  TimerWheel::Entry kept;
  {
    TimerWheel::Entry dropped;
    (void)wheel.add(dropped, 100);
    (void)wheel.add(kept, 200);
  }
  EXPECT_EQ(expire(wheel, 1'000), std::vector<Tick>{200});
}

TEST(TimerWheel, TakesAPastTickAsTheNextOne) {
  TimerWheel wheel;
  EXPECT_TRUE(expire(wheel, 1'000).empty());
  TimerWheel::Entry late;
  EXPECT_EQ(wheel.add(late, 10), Tick{1'001});
  EXPECT_EQ(expire(wheel, 1'001), std::vector<Tick>{1'001});
}

TEST(TimerWheel, CarriesIntoEveryLevel) {
  TimerWheel wheel;
  (void)expire(wheel, (Tick{1} << 42) - 5);
  TimerWheel::Entry entry;
  const Tick due = (Tick{1} << 42) + 100;
  (void)wheel.add(entry, due);
  EXPECT_EQ(expire(wheel, due - 1), std::vector<Tick>{});
  EXPECT_EQ(expire(wheel, due), std::vector<Tick>{due});
}

// The wheel against a sorted map, driven as the event loop drives it: woken at next() or late.
TEST(TimerWheel, AgreesWithASortedMapOverManyRandomSteps) {
  std::mt19937_64 random(7);
  TimerWheel wheel;
  std::multimap<Tick, std::unique_ptr<TimerWheel::Entry>> model;
  Tick now = 0;
  for (int step = 0; step < 20'000; ++step) {
    const unsigned spread = static_cast<unsigned>(random() % 30);
    auto entry = std::make_unique<TimerWheel::Entry>();
    const Tick due = now + 1 + random() % (Tick{1} << spread);
    (void)wheel.add(*entry, due);
    model.emplace(due, std::move(entry));
    if (random() % 3 == 0) model.erase(model.begin());
    if (!model.empty()) {
      ASSERT_LE(wheel.next(), model.begin()->first);
      ASSERT_GT(wheel.next(), now);
    }
    if (random() % 2 == 0) now = std::min(wheel.next(), now + 1'000'000'000);
    now += random() % 50;
    std::vector<Tick> expected;
    while (!model.empty() && model.begin()->first <= now) {
      expected.push_back(model.begin()->first);
      // It stays in the wheel's hands until expire() hands it out: keep it alive in a graveyard.
      static_cast<void>(model.begin()->second.release());
      model.erase(model.begin());
    }
    List<TimerWheel::Entry> expired;
    wheel.advance(now, expired);
    std::vector<Tick> seen;
    while (TimerWheel::Entry* out = expired.pop_front()) {
      seen.push_back(out->due);
      delete out;
    }
    ASSERT_EQ(seen, expected) << "at step " << step;
  }
}

}  // namespace
}  // namespace postern::net
