#include "service/api/throttle.h"

#include <gtest/gtest.h>

namespace postern::api {
namespace {

using namespace std::chrono_literals;

const base::Steady start{std::chrono::hours(100)};

Throttle::Source from(const std::string& address, const std::string& user = "anna") {
  return {user, *base::IpAddress::parse(address)};
}

// Attempts until one must wait.
int attempts(Throttle& throttle, const Throttle::Source& source, base::Steady now) {
  int made = 0;
  while (made < 1000 && throttle.admit(source, now) == 0s) ++made;
  return made;
}

TEST(Throttle, SlowsDownWhoGuessesOnePassword) {
  Throttle throttle;
  EXPECT_EQ(attempts(throttle, from("192.0.2.1"), start), 5);
  EXPECT_EQ(throttle.admit(from("192.0.2.1"), start), 120s);
  EXPECT_EQ(throttle.admit(from("192.0.2.1"), start + 2min), 0s);
  EXPECT_NE(throttle.admit(from("192.0.2.1"), start + 2min), 0s);
}

TEST(Throttle, LetsTheSameUserInFromAnotherAddressMeanwhile) {
  Throttle throttle;
  attempts(throttle, from("192.0.2.1"), start);
  EXPECT_EQ(throttle.admit(from("192.0.2.2"), start), 0s);
}

TEST(Throttle, SlowsDownAnAddressThatTriesManyUsers) {
  Throttle throttle;
  int made = 0;
  while (throttle.admit(from("192.0.2.1", "user" + std::to_string(made)), start) == 0s) ++made;
  EXPECT_EQ(made, 20);
}

TEST(Throttle, CountsAnIpv6ClientByItsNetwork) {
  Throttle throttle;
  int made = 0;
  for (int i = 0; i < 100; ++i) {
    made += throttle.admit(from("2001:db8::" + std::to_string(i)), start) == 0s;
  }
  EXPECT_EQ(made, 5);
}

TEST(Throttle, KeepsADeviceOfTheUsersOwnApartFromStrangers) {
  Throttle throttle;
  for (int i = 0; i < 250; ++i) {  // many addresses, over a time: the user's bucket is full
    (void)throttle.admit(from("10.0.0." + std::to_string(i)), start + i * 200ms);
  }
  const base::Steady later = start + 50s;
  EXPECT_NE(throttle.admit(from("192.0.2.1"), later), 0s);
  Throttle::Source own = from("192.0.2.1");
  own.own_device = "0123";
  EXPECT_EQ(throttle.admit(own, later), 0s);
}

TEST(Throttle, LimitsGuessesFromAStolenDeviceToo) {
  Throttle throttle;
  Throttle::Source own = from("192.0.2.1");
  own.own_device = "0123";
  EXPECT_EQ(attempts(throttle, own, start), 10);
}

TEST(Throttle, AsksAFewChecksASecondOfTheProcessorAndNoMore) {
  Throttle throttle;
  int made = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(i % 250);
    made += throttle.admit(from("10." + std::to_string(i / 250) + ".0." + number, "u" + number),
                           start) == 0s;
  }
  EXPECT_EQ(made, 30);
}

TEST(Throttle, StartsAnewAfterSuccess) {
  Throttle throttle;
  attempts(throttle, from("192.0.2.1"), start - 2min);
  ASSERT_EQ(throttle.admit(from("192.0.2.1"), start), 0s);
  throttle.succeeded(from("192.0.2.1"));
  EXPECT_EQ(attempts(throttle, from("192.0.2.1"), start), 5);
}

TEST(LeakyBuckets, ForgetWhatHasLeakedEmpty) {
  LeakyBuckets buckets;
  for (int i = 0; i < 100; ++i) (void)buckets.take(std::to_string(i), {1, 1s}, start);
  (void)buckets.take("last", {1, 1s}, start + 2min);
  EXPECT_EQ(buckets.kept(), 1U);
}

}  // namespace
}  // namespace postern::api
