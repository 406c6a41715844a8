#include "core/queue/dispatch.h"

#include <gtest/gtest.h>

namespace postern::queue {
namespace {

using std::chrono::seconds;

const base::Steady kStart{seconds(1000)};

TEST(BackOff, HoldsLongerWithEachFailureInARowUpToItsLimit) {
  BackOff back_off(seconds(20), seconds(60));
  EXPECT_FALSE(back_off.holds(kStart));
  back_off.failed(kStart);
  EXPECT_TRUE(back_off.holds(kStart + seconds(19)));
  EXPECT_FALSE(back_off.holds(kStart + seconds(20)));
  back_off.failed(kStart + seconds(20));
  EXPECT_TRUE(back_off.holds(kStart + seconds(59)));
  EXPECT_FALSE(back_off.holds(kStart + seconds(60)));
  for (int i = 1; i <= 100; ++i) back_off.failed(kStart + seconds(60) * i);
  EXPECT_TRUE(back_off.holds(kStart + seconds(6059)));
  EXPECT_FALSE(back_off.holds(kStart + seconds(6060)));
}

TEST(BackOff, CountsOnceWhatSeveralConnectionsMeetAtTheSameTime) {
  BackOff back_off(seconds(20), seconds(600));
  for (int i = 0; i < 4; ++i) back_off.failed(kStart + seconds(i));
  EXPECT_FALSE(back_off.holds(kStart + seconds(20)));
}

TEST(BackOff, EndsWithOneSuccess) {
  BackOff back_off(seconds(20), seconds(60));
  back_off.failed(kStart);
  back_off.failed(kStart + seconds(20));
  back_off.succeeded();
  EXPECT_FALSE(back_off.holds(kStart));
  back_off.failed(kStart);
  EXPECT_FALSE(back_off.holds(kStart + seconds(20)));
}

TEST(Window, OpensWithSuccessAndStartsAnewAfterAFailure) {
  Window window(6);
  EXPECT_EQ(window.size(), 4u);
  for (int i = 0; i < 10; ++i) window.succeeded();
  EXPECT_EQ(window.size(), 6u);
  window.failed();
  EXPECT_EQ(window.size(), 4u);
  EXPECT_EQ(Window(2).size(), 2u);
}

}  // namespace
}  // namespace postern::queue
