// What each account has in the queue, and why it waits.
#include <gtest/gtest.h>

#include "io/spool/testing/spool_world.h"

namespace postern::spool {
namespace {

using testing::SpoolWorld;
using testing::to;

constexpr base::AccountId kMain{1};
constexpr base::AccountId kOther{2};

class AccountsTest : public ::testing::Test, protected SpoolWorld {
 protected:
  void SetUp() override { ASSERT_TRUE(open()); }

  Accepted queued(std::vector<queue::Destination> destinations, base::AccountId account = kMain) {
    auto made = mail("body", std::move(destinations));
    made.envelope.account = account;
    return *put(std::move(made));
  }
  void postpone(const queue::Delivery& delivery, std::string code) {
    Settlement settlement;
    settlement.delivery = delivery.id;
    settlement.remaining = delivery.destination.recipients;
    settlement.due = envelope.accepted + std::chrono::hours(1);
    settlement.last.code = std::move(code);
    ASSERT_TRUE(wait(spool->settle(shard, std::move(settlement))));
  }
  void act(Spool::Action action, base::MessageId message) {
    ASSERT_TRUE(wait(spool->act(shard, action, {}, message, envelope.accepted)));
  }
  std::vector<std::string> waiting(base::AccountId account) {
    std::vector<std::string> lines;
    const auto all = wait(spool->waiting(shard, account));
    for (const Waiting& one : *all) {
      lines.push_back(one.domain + " " + one.code + " " + std::to_string(one.deliveries));
    }
    return lines;
  }
  using Lines = std::vector<std::string>;
};

TEST_F(AccountsTest, AreCountedEachForItselfAlsoAfterARestart) {
  queued({to("a.example"), to("b.example")});
  const auto held = queued({to("c.example")});
  act(Spool::Action::hold, held.message);
  queued({to("a.example")}, kOther);
  for (const bool after_restart : {false, true}) {
    if (after_restart) {
      close();
      ASSERT_TRUE(open());
    }
    const AccountCounts mine = spool->counts_of(kMain);
    EXPECT_EQ(mine.messages, 2);
    EXPECT_EQ(mine.deliveries, 3);
    EXPECT_EQ(mine.held, 1);
    EXPECT_EQ(spool->counts_of(kOther).messages, 1);
    EXPECT_EQ(spool->counts_of({3}).messages, 0);
  }
  act(Spool::Action::remove, held.message);
  EXPECT_EQ(spool->counts_of(kMain).messages, 1);
  EXPECT_EQ(spool->counts_of(kMain).held, 0);
}

TEST_F(AccountsTest, SeeChangesOfTheirOwnMailAlone) {
  const auto stored = queued({to("a.example")});
  std::int64_t before = spool->counts_of(kMain).changes;
  const auto changed = [&] {
    const std::int64_t now = spool->counts_of(kMain).changes;
    return now > std::exchange(before, now);
  };
  queued({to("a.example")}, kOther);
  EXPECT_FALSE(changed());
  postpone(stored.deliveries[0], "connection-refused");
  EXPECT_TRUE(changed());
  act(Spool::Action::retry, stored.message);
  EXPECT_TRUE(changed());
  act(Spool::Action::hold, stored.message);
  EXPECT_TRUE(changed());
  act(Spool::Action::release, stored.message);
  EXPECT_TRUE(changed());
  ASSERT_TRUE(finish(stored.deliveries[0].id));
  EXPECT_TRUE(changed());
}

TEST_F(AccountsTest, AreToldWhyTheirDeliveriesWaitByDestination) {
  const auto first = queued({to("a.example")});
  const auto second = queued({to("a.example"), to("b.example")});
  queued({to("untried.example")});
  postpone(first.deliveries[0], "starttls-not-supported");
  postpone(second.deliveries[0], "starttls-not-supported");
  postpone(second.deliveries[1], "connection-refused");
  postpone(queued({to("c.example")}, kOther).deliveries[0], "starttls-not-supported");
  EXPECT_EQ(waiting(kMain),
            (Lines{"a.example starttls-not-supported 2", "b.example connection-refused 1"}));
  EXPECT_EQ(waiting(kOther), (Lines{"c.example starttls-not-supported 1"}));
}

}  // namespace
}  // namespace postern::spool
