#include "core/base/deadline.h"

#include <gtest/gtest.h>

#include <vector>

namespace postern::base {
namespace {

struct Recorder final : Cancellation::Hook {
  Recorder(std::vector<int>& log, int id) : told(log), number(id) {}
  void cancelled() override {
    told.push_back(number);
    if (other != nullptr) from->detach(*other);
  }
  std::vector<int>& told;
  int number;
  Cancellation* from = nullptr;
  Recorder* other = nullptr;
};

TEST(Cancellation, TellsEveryHookOnceAndOnlyThoseAttached) {
  std::vector<int> told;
  Recorder a(told, 1), b(told, 2), c(told, 3);
  Cancellation cancellation;
  cancellation.attach(a);
  cancellation.attach(b);
  cancellation.attach(c);
  cancellation.detach(b);
  EXPECT_FALSE(cancellation.requested());
  cancellation.request();
  cancellation.request();
  EXPECT_TRUE(cancellation.requested());
  EXPECT_EQ(told, (std::vector<int>{3, 1}));
}

TEST(Cancellation, LetsAHookDetachAnotherWhileBeingTold) {
  std::vector<int> told;
  Recorder a(told, 1), b(told, 2);
  Cancellation cancellation;
  cancellation.attach(a);
  cancellation.attach(b);
  b.from = &cancellation;
  b.other = &a;
  cancellation.request();
  EXPECT_EQ(told, (std::vector<int>{2}));
}

TEST(Cancellation, LetsAHookBeAttachedAgainAfterItWasDetached) {
  std::vector<int> told;
  Recorder a(told, 1);
  Cancellation cancellation;
  for (int i = 0; i < 3; ++i) {
    cancellation.attach(a);
    cancellation.detach(a);
    cancellation.detach(a);
  }
  cancellation.attach(a);
  cancellation.request();
  EXPECT_EQ(told, (std::vector<int>{1}));
}

TEST(Deadline, KeepsTheEarlierMomentAndTheOwner) {
  Cancellation owner;
  const Steady early{std::chrono::seconds{1}}, late{std::chrono::seconds{2}};
  const Deadline deadline{late, &owner};
  EXPECT_EQ(deadline.no_later_than(early).at, early);
  EXPECT_EQ(deadline.no_later_than(early).cancellation, &owner);
  EXPECT_EQ(Deadline{early}.no_later_than(late).at, early);
  EXPECT_TRUE(deadline.passed(late));
  EXPECT_FALSE(deadline.passed(early));
}

}  // namespace
}  // namespace postern::base
