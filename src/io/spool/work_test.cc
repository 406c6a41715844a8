#include "io/spool/work.h"

#include <gtest/gtest.h>

#include <thread>

#include "io/spool/works.h"

namespace postern::spool {
namespace {

class Weight : public Work {
 public:
  explicit Weight(std::int64_t bytes, bool patient = false) : bytes_(bytes), patient_(patient) {}
  [[nodiscard]] bool is_patient() const override { return patient_; }
  [[nodiscard]] std::int64_t bytes() const override { return bytes_; }
  void answer(base::Result<>) override {}

 private:
  std::int64_t bytes_;
  bool patient_;
};

bool put(WorkQueue& queue, std::int64_t bytes) {
  std::unique_ptr<Work> work = std::make_unique<Weight>(bytes);
  return queue.put(work);
}

bool put_patient(WorkQueue& queue, std::int64_t bytes) {
  std::unique_ptr<Work> work = std::make_unique<Weight>(bytes, true);
  return queue.put(work);
}

std::vector<std::int64_t> weights(const std::vector<std::unique_ptr<Work>>& works) {
  std::vector<std::int64_t> all;
  for (const auto& work : works) all.push_back(work->bytes());
  return all;
}
using Weights = std::vector<std::int64_t>;

constexpr QueueWaits kNoEnd{.linger = std::chrono::hours(1), .patience = std::chrono::hours(1)};

TEST(WorkQueue, GivesWhatWaitsInItsOrderAndBoundedInCount) {
  WorkQueue queue;
  for (const int bytes : {1, 2, 3}) ASSERT_TRUE(put(queue, bytes));
  EXPECT_EQ(weights(queue.take(2, 100)), (Weights{1, 2}));
  EXPECT_EQ(weights(queue.take(2, 100)), (Weights{3}));
}

TEST(WorkQueue, BoundsABatchInBytes) {
  WorkQueue queue;
  for (const int bytes : {40, 50, 20, 0}) ASSERT_TRUE(put(queue, bytes));
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{40, 50}));
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{20, 0}));
}

TEST(WorkQueue, GivesAWorkThatIsLargerThanABatchAlone) {
  WorkQueue queue;
  for (const int bytes : {500, 1}) ASSERT_TRUE(put(queue, bytes));
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{500}));
}

TEST(WorkQueue, WhenClosedTakesNothingNewButGivesWhatIsLeft) {
  WorkQueue queue;
  ASSERT_TRUE(put(queue, 7));
  queue.close();
  std::unique_ptr<Work> late = std::make_unique<Weight>(8);
  EXPECT_FALSE(queue.put(late));
  EXPECT_NE(late, nullptr);
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{7}));
  EXPECT_TRUE(queue.take(10, 100).empty());
}

TEST(Cache, ForgetsTheOldestFirst) {
  Cache cache(2);
  for (const std::int64_t id : {1, 2, 3}) {
    StoredMessage message;
    message.envelope.size = id;
    cache.put({id}, std::make_shared<const StoredMessage>(message));
  }
  EXPECT_EQ(cache.find({1}), nullptr);
  ASSERT_NE(cache.find({2}), nullptr);
  EXPECT_EQ(cache.find({3})->envelope.size, 3);
  cache.erase({3});
  EXPECT_EQ(cache.find({3}), nullptr);
}

TEST(WorkQueue, AfterABatchWithCompanyWaitsForTwiceAsMany) {
  WorkQueue queue(kNoEnd);
  for (const int bytes : {1, 2, 3, 4}) ASSERT_TRUE(put(queue, bytes));
  ASSERT_EQ(queue.take(10, 100).size(), 4U);
  std::jthread others([&queue] {
    for (const int bytes : {1, 2, 3, 4, 5, 6, 7, 8}) put(queue, bytes);
  });
  EXPECT_EQ(queue.take(10, 100).size(), 8U);
}

TEST(WorkQueue, WaitsForNobodyWhenTheLastBatchHadNoCompany) {
  WorkQueue queue(kNoEnd);
  for (const int bytes : {1, 2, 3}) ASSERT_TRUE(put(queue, bytes));
  ASSERT_EQ(queue.take(10, 100).size(), 3U);
  ASSERT_TRUE(put(queue, 4));
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{4}));
}

TEST(WorkQueue, ClosingEndsTheWaitForCompany) {
  WorkQueue queue(kNoEnd);
  for (const int bytes : {1, 2, 3, 4}) ASSERT_TRUE(put(queue, bytes));
  ASSERT_EQ(queue.take(10, 100).size(), 4U);
  ASSERT_TRUE(put(queue, 5));
  std::jthread closer([&queue] { queue.close(); });
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{5}));
}

TEST(WorkQueue, PatientWorksWaitForOneThatIsNot) {
  WorkQueue queue(kNoEnd);
  for (const int bytes : {1, 2}) ASSERT_TRUE(put_patient(queue, bytes));
  std::jthread other([&queue] { put(queue, 3); });
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{1, 2, 3}));
}

TEST(WorkQueue, PatientWorksWaitAgainAfterOneThatWasNot) {
  WorkQueue queue(kNoEnd);
  ASSERT_TRUE(put(queue, 1));
  ASSERT_EQ(queue.take(10, 100).size(), 1U);
  ASSERT_TRUE(put_patient(queue, 2));
  std::jthread other([&queue] { put(queue, 3); });
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{2, 3}));
}

TEST(WorkQueue, PatienceHasAnEnd) {
  WorkQueue queue({.patience = std::chrono::microseconds(1)});
  ASSERT_TRUE(put_patient(queue, 1));
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{1}));
}

TEST(WorkQueue, ManyPatientWorksWaitForNobody) {
  WorkQueue queue(kNoEnd);
  std::jthread others([&queue] {
    for (int i = 0; i < 64; ++i) put_patient(queue, 0);
  });
  EXPECT_EQ(queue.take(100, 100).size(), 64U);
}

TEST(WorkQueue, WhatABatchLeavesBehindIsStillWaitedFor) {
  WorkQueue queue(kNoEnd);
  for (const int bytes : {1, 2}) ASSERT_TRUE(put(queue, bytes));
  ASSERT_EQ(queue.take(1, 100).size(), 1U);
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{2}));
}

TEST(WorkQueue, ClosingEndsPatience) {
  WorkQueue queue(kNoEnd);
  ASSERT_TRUE(put_patient(queue, 1));
  std::jthread closer([&queue] { queue.close(); });
  EXPECT_EQ(weights(queue.take(10, 100)), (Weights{1}));
}

TEST(WorkQueue, AClientWaitsForACommitAndNobodyForASettlement) {
  net::Shard shard;
  auto [accepted, commit] = net::handoff<base::Result<Accepted>>(shard);
  auto [settled, settle] = net::handoff<SettleWork::Answer>(shard);
  StoreWork store({}, nullptr, std::make_shared<const std::string>());
  CommitWork committing(std::move(store), Evidence({}), std::move(commit));
  SettleWork settling({}, "", Evidence({}), {}, std::move(settle));
  EXPECT_FALSE(committing.is_patient());
  EXPECT_TRUE(settling.is_patient());
  committing.answer(base::fail("cancelled", ""));  // both must be answered
  settling.answer(base::fail("cancelled", ""));
}

}  // namespace
}  // namespace postern::spool
