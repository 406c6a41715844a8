// The queue as the delivery service and an administrator see it: what is due, listings, actions,
// counts, and the evidence outbox.
#include <gtest/gtest.h>

#include <set>

#include "io/spool/testing/spool_world.h"

namespace postern::spool {
namespace {

using std::chrono::minutes;
using testing::attempt_with;
using testing::SpoolWorld;
using testing::to;

class QueueTest : public ::testing::Test, protected SpoolWorld {
 protected:
  void SetUp() override { ASSERT_TRUE(open()); }

  queue::Delivery queued(std::string_view domain, base::Duration due_after,
                         base::AccountId account = {1}) {
    auto made = mail("body", {to(domain)});
    made.envelope.account = account;
    made.envelope.accepted += due_after;
    return put(std::move(made))->deliveries[0];
  }
  std::vector<std::string> domains(const base::Result<std::vector<queue::Delivery>>& deliveries) {
    std::vector<std::string> names;
    for (const auto& delivery : *deliveries) names.push_back(delivery.destination.domain.text());
    return names;
  }
  std::vector<std::string> listed(ListFilter filter) {
    std::vector<std::string> names;
    const auto messages = wait(spool->list(shard, filter));
    for (const auto& message : *messages) {
      for (const auto& name : domains(message.deliveries)) names.push_back(name);
    }
    return names;
  }
  std::int64_t act(Spool::Action action, ListFilter which,
                   std::optional<base::MessageId> one = std::nullopt) {
    return *wait(spool->act(shard, action, which, one, now));
  }
  using Names = std::vector<std::string>;
  base::Instant now = envelope.accepted + std::chrono::hours(10);
};

TEST_F(QueueTest, TellsWhatIsDueOldestFirst) {
  queued("third.example", minutes(3));
  queued("first.example", minutes(1));
  queued("second.example", minutes(2));
  queued("later.example", minutes(60));
  const auto due = wait(spool->due(shard, {}, envelope.accepted + minutes(5), 10));
  EXPECT_EQ(domains(due), (Names{"first.example", "second.example", "third.example"}));
}

TEST_F(QueueTest, PagesThroughManyThatAreDueAtOneMoment) {
  for (int i = 0; i < 25; ++i) queued("a.example", minutes(1));
  for (int i = 0; i < 5; ++i) queued("b.example", minutes(2));
  Spool::Cursor cursor;
  std::set<base::DeliveryId> seen;
  std::vector<std::size_t> sizes;
  for (;;) {
    const auto page = wait(spool->due(shard, cursor, now, 10));
    sizes.push_back(page->size());
    if (page->empty()) break;
    for (const auto& delivery : *page) EXPECT_TRUE(seen.insert(delivery.id).second);
    cursor = {page->back().due, page->back().id};
  }
  EXPECT_EQ(seen.size(), 30u);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{10, 10, 10, 0}));
}

TEST_F(QueueTest, RemembersWhereADeliveryGoes) {
  for (const queue::Leg leg : {queue::Leg::internal, queue::Leg::external, queue::Leg::gateway}) {
    auto made = mail("body", {to("corp.example")});
    made.destinations[0].leg = leg;
    const auto id = put(std::move(made))->message;
    EXPECT_EQ(wait(spool->message(shard, id))->deliveries.at(0).destination.leg, leg);
  }
}

TEST_F(QueueTest, KnowsWhenTheNextOneIsDue) {
  EXPECT_EQ(*wait(spool->next_due(shard, {})), std::nullopt);
  queued("a.example", minutes(7));
  queued("b.example", minutes(9));
  EXPECT_EQ(*wait(spool->next_due(shard, {})), envelope.accepted + minutes(7));
  EXPECT_EQ(*wait(spool->next_due(shard, envelope.accepted + minutes(7))),
            envelope.accepted + minutes(9));
  EXPECT_EQ(*wait(spool->next_due(shard, envelope.accepted + minutes(9))), std::nullopt);
}

TEST_F(QueueTest, ListsByAccountDomainAndState) {
  queued("a.example", minutes(1), {1});
  const auto other = queued("b.example", minutes(2), {2});
  queued("b.example", minutes(3), {1});
  act(Spool::Action::hold, {}, other.message);
  ListFilter filter;
  EXPECT_EQ(listed(filter), (Names{"a.example", "b.example", "b.example"}));
  filter.account = base::AccountId{1};
  EXPECT_EQ(listed(filter), (Names{"a.example", "b.example"}));
  filter.domain = "b.example";
  EXPECT_EQ(listed(filter), (Names{"b.example"}));
  filter.account.reset();
  filter.state = queue::State::held;
  EXPECT_EQ(listed(filter), (Names{"b.example"}));
  filter.domain = "c.example";
  EXPECT_EQ(listed(filter), Names{});
  ListFilter of_places;
  of_places.places = std::make_shared<const Places>(Places{{{2}, "b.example"}, {{1}, "a.example"}});
  EXPECT_EQ(listed(of_places), (Names{"a.example", "b.example"}));
  of_places.places = std::make_shared<const Places>(Places{{{2}, "a.example"}});
  EXPECT_EQ(listed(of_places), (Names{}));
}

TEST_F(QueueTest, ListsOfAMessageOnlyWhatMatches) {
  ASSERT_TRUE(put(mail("body", {to("a.example"), to("b.example")})));
  ListFilter filter;
  filter.domain = "b.example";
  EXPECT_EQ(listed(filter), (Names{"b.example"}));
}

TEST_F(QueueTest, PagesThroughAListing) {
  std::vector<base::MessageId> stored;
  for (int i = 0; i < 7; ++i) stored.push_back(queued("a.example", minutes(i)).message);
  std::vector<base::MessageId> seen;
  ListFilter filter;
  filter.limit = 3;
  for (;;) {
    const auto page = wait(spool->list(shard, filter));
    if (page->empty()) break;
    EXPECT_LE(page->size(), 3u);
    for (const auto& message : *page) seen.push_back(message.id);
    filter.after = page->back().id;
  }
  EXPECT_EQ(seen, stored);
}

TEST_F(QueueTest, HoldKeepsADeliveryFromBeingDueAndReleaseMakesItDueAtOnce) {
  const auto one = queued("a.example", minutes(1));
  queued("b.example", minutes(2));
  EXPECT_EQ(act(Spool::Action::hold, {}, one.message), 1);
  EXPECT_EQ(act(Spool::Action::hold, {}, one.message), 0);
  EXPECT_EQ(domains(wait(spool->due(shard, {}, now, 10))), (Names{"b.example"}));
  EXPECT_EQ(counts().held, 1);
  close();
  ASSERT_TRUE(open());
  EXPECT_EQ(counts().held, 1);
  EXPECT_EQ(act(Spool::Action::release, {}), 1);
  EXPECT_EQ(domains(wait(spool->due(shard, {}, now, 10))), (Names{"b.example", "a.example"}));
  EXPECT_EQ(counts().held, 0);
}

TEST_F(QueueTest, RetryMakesWaitingOnesDueNowAndLeavesHeldOnesAlone) {
  const auto waiting = queued("a.example", std::chrono::hours(100));
  const auto held = queued("b.example", std::chrono::hours(100));
  act(Spool::Action::hold, {}, held.message);
  EXPECT_EQ(act(Spool::Action::retry, {}), 1);
  const auto due = wait(spool->due(shard, {}, now, 10));
  ASSERT_EQ(due->size(), 1u);
  EXPECT_EQ((*due)[0].id, waiting.id);
  EXPECT_EQ((*due)[0].due, now);
}

TEST_F(QueueTest, RemoveTakesTheDeliveriesThatMatchAndMessagesWithoutAny) {
  const auto both = put(mail("body", {to("a.example"), to("b.example")}));
  queued("b.example", minutes(1));
  ListFilter filter;
  filter.domain = "b.example";
  EXPECT_EQ(act(Spool::Action::remove, filter), 2);
  EXPECT_EQ(counts().messages, 1);
  EXPECT_EQ(counts().deliveries, 1);
  EXPECT_EQ(*body(both->message), "body");
}

TEST_F(QueueTest, RemoveOfAHeldDeliveryIsCountedOnce) {
  const auto held = queued("a.example", minutes(1));
  act(Spool::Action::hold, {}, held.message);
  EXPECT_EQ(act(Spool::Action::remove, {}, held.message), 1);
  EXPECT_EQ(counts().held, 0);
  EXPECT_EQ(counts().deliveries, 0);
}

TEST_F(QueueTest, ActsOnOneMessageOnlyWithinItsFilter) {
  const auto other_account = queued("a.example", minutes(1), {2});
  ListFilter mine;
  mine.account = base::AccountId{1};
  EXPECT_EQ(act(Spool::Action::remove, mine, other_account.message), 0);
  EXPECT_EQ(counts().messages, 1);
}

TEST_F(QueueTest, SaysWhenTheMessageToActOnIsUnknown) {
  const auto acted = wait(spool->act(shard, Spool::Action::retry, {}, base::MessageId{12345}, now));
  ASSERT_FALSE(acted);
  EXPECT_EQ(acted.error().code, "not-found");
}

TEST_F(QueueTest, ActsOnMoreThanOneSliceHolds) {
  const auto results = put_all(std::vector<testing::Mail>(2500, mail("x", {to("a.example")})));
  for (const auto& result : results) ASSERT_TRUE(result);
  EXPECT_EQ(act(Spool::Action::hold, {}), 2500);
  EXPECT_EQ(counts().held, 2500);
  EXPECT_EQ(act(Spool::Action::remove, {}), 2500);
  EXPECT_EQ(counts().messages, 0);
}

TEST_F(QueueTest, CountsMessagesDeliveriesBytesAndAge) {
  ASSERT_TRUE(put(mail(std::string(1000, 'x'), {to("a.example"), to("b.example")})));
  queued("c.example", minutes(5));
  for (const bool after_restart : {false, true}) {
    if (after_restart) {
      close();
      ASSERT_TRUE(open());
    }
    const QueueCounts sums = counts();
    EXPECT_EQ(sums.messages, 2);
    EXPECT_EQ(sums.deliveries, 3);
    EXPECT_EQ(sums.bytes, 1004);
    EXPECT_EQ(sums.oldest, envelope.accepted);
    EXPECT_GT(sums.disk_bytes, 1004);
  }
}

TEST_F(QueueTest, EvidenceOfReceiptWaitsInTheOutboxWithItsMessageId) {
  auto made = mail("body", {to("a.example")});
  made.evidence = {attempt_with("from the partner")};
  const auto accepted = put(std::move(made));
  const auto entries = spool->outbox(10);
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ((*entries)[0].attempt.message, accepted->message);
  EXPECT_EQ((*entries)[0].attempt.detail, "from the partner");
}

TEST_F(QueueTest, OutboxKeepsTheOrderOfCommitsAndForgetsWhatIsDone) {
  for (const char* text : {"one", "two", "three"}) {
    auto made = mail("body", {to("a.example")});
    made.evidence = {attempt_with(text)};
    ASSERT_TRUE(put(std::move(made)));
  }
  const auto first_two = spool->outbox(2);
  ASSERT_EQ(first_two->size(), 2u);
  EXPECT_EQ((*first_two)[0].attempt.detail, "one");
  EXPECT_LT((*first_two)[0].sequence, (*first_two)[1].sequence);
  ASSERT_TRUE(spool->outbox_done((*first_two)[1].sequence));
  close();
  ASSERT_TRUE(open());
  const auto rest = spool->outbox(10);
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ((*rest)[0].attempt.detail, "three");
}

TEST_F(QueueTest, OutboxNeverUsesASequenceAgain) {
  std::set<std::int64_t> sequences;
  for (int round = 0; round < 3; ++round) {
    auto made = mail("body", {to("a.example")});
    made.evidence = {attempt_with("again")};
    ASSERT_TRUE(put(std::move(made)));
    const auto entries = spool->outbox(10);
    ASSERT_EQ(entries->size(), 1u);
    EXPECT_TRUE(sequences.insert((*entries)[0].sequence).second);
    ASSERT_TRUE(spool->outbox_done((*entries)[0].sequence));
    close();
    ASSERT_TRUE(open());
  }
}

}  // namespace
}  // namespace postern::spool
