#include "io/spool/sync_time.h"

#include <gtest/gtest.h>

namespace postern::spool {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(SyncTimes, FollowADiskThatIsSlow) {
  SyncTime time;
  EXPECT_EQ(time.usual().count(), 0);
  for (int i = 0; i < 200; ++i) time.took(milliseconds(8));
  EXPECT_GT(time.usual(), milliseconds(7));
  EXPECT_LE(time.usual(), milliseconds(8));
}

TEST(SyncTimes, AreNotThoseOfABusyMoment) {
  SyncTime time;
  for (int i = 0; i < 200; ++i) time.took(microseconds(i % 4 == 3 ? 6000 : 400));
  EXPECT_GT(time.usual(), microseconds(300));
  EXPECT_LT(time.usual(), microseconds(1000));
}

TEST(SyncTimes, OfADiskThatIsFastAgainAreShortAtOnce) {
  SyncTime time;
  for (int i = 0; i < 200; ++i) time.took(milliseconds(8));
  for (int i = 0; i < 8; ++i) time.took(microseconds(400));
  EXPECT_LT(time.usual(), microseconds(500));
}

}  // namespace
}  // namespace postern::spool
