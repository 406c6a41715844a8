#include "service/mtasts/policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/mtasts/testing.h"
#include "io/net/testing/deadlines.h"
#include "service/onboarding/testing/published.h"

namespace postern::mtasts {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;
using namespace mtasts::testing;

class MapShelf : public Shelf {
 public:
  net::Task<base::Result<std::optional<Kept>>> find(net::Shard&, dns::Domain domain) override {
    ++reads;
    if (broken) co_return base::fail("records-error", "The disk is gone.");
    const auto found = kept.find(domain);
    co_return found == kept.end() ? std::nullopt : std::optional<Kept>(found->second);
  }
  net::Task<base::Result<std::optional<Kept>>> change(net::Shard&, dns::Domain domain,
                                                      Change change) override {
    if (broken) co_return base::fail("records-error", "The disk is gone.");
    if (meanwhile) kept[domain] = *meanwhile;
    const auto found = kept.find(domain);
    const auto before = found == kept.end() ? std::nullopt : std::optional<Kept>(found->second);
    kept[domain] = change(before);
    co_return before;
  }
  net::Task<base::Result<std::vector<std::pair<dns::Domain, Kept>>>> all(net::Shard&) override {
    co_return std::vector<std::pair<dns::Domain, Kept>>(kept.begin(), kept.end());
  }
  std::map<dns::Domain, Kept> kept;
  int reads = 0;
  bool broken = false;
  std::optional<Kept> meanwhile;  // put there by another, just before a change
};

class StsPolicies : public ::testing::Test {
 protected:
  StsPolicies() : tls_(crypto::ClientContext::make({}).value()) {
    dns_.txt("_mta-sts.example.com", "v=STSv1; id=1;");
  }
  // A policy that holds now, as this machine's clock sees it.
  Kept fresh() {
    Kept kept = holding();
    kept.fetched = shard_.wall_now() - 1h;
    kept.expires = shard_.wall_now() + kWeek;
    return kept;
  }
  Policies make(const service::BookSource* book = nullptr) {
    return Policies({.fetch = {shard_, dns_, *tls_, nullptr, {}}, .shelf = &shelf_, .book = book});
  }
  Found find(Policies& policies) {
    Found found;
    shard_.run_until_done(find_into(policies, found));
    return found;
  }
  net::Task<void> find_into(Policies& policies, Found& found) {
    base::Deadline deadline = net::testing::after(shard_, 10s);
    found = co_await policies.find(kDomain, deadline);
  }
  net::Task<void> find_twice_at_once(Policies& policies, Found& one, Found& other) {
    net::TaskGroup group(shard_);
    group.start(find_into(policies, one));
    group.start(find_into(policies, other));
    co_await group.join();
  }
  void end(Policies& policies) { shard_.run_until_done(policies.stop()); }

  net::Shard shard_;
  onboarding::testing::Published dns_;
  std::unique_ptr<crypto::ClientContext> tls_;
  MapShelf shelf_;
};

TEST_F(StsPolicies, UsesWhatIsKeptWithoutAFetch) {
  shelf_.kept[kDomain] = fresh();
  Policies policies = make();
  const Found found = find(policies);
  EXPECT_TRUE(found.enforced());
  EXPECT_EQ(dns_.asked, 1);
  end(policies);
}

TEST_F(StsPolicies, RemembersAnAnswer) {
  shelf_.kept[kDomain] = fresh();
  Policies policies = make();
  EXPECT_EQ(find(policies), find(policies));
  EXPECT_EQ(shelf_.reads, 1);
  end(policies);
}

TEST_F(StsPolicies, AsksOnceForAllWhoWaitForTheSameDomain) {
  shelf_.kept[kDomain] = fresh();
  Policies policies = make();
  Found one, other;
  shard_.run_until_done(find_twice_at_once(policies, one, other));
  EXPECT_TRUE(one.enforced() && other.enforced());
  EXPECT_EQ(shelf_.reads, 1);
  end(policies);
}

TEST_F(StsPolicies, AShelfThatCannotBeReadIsNeverNoPolicy) {
  shelf_.broken = true;
  Policies policies = make();
  const Found found = find(policies);
  EXPECT_EQ(found.state, Found::State::unresolved);
  EXPECT_EQ(found.code, "sts-unavailable");
  EXPECT_THAT(found.why, HasSubstr("The disk is gone."));
  end(policies);
}

TEST_F(StsPolicies, AsksAgainAfterAnAnswerThatSaidNothing) {
  shelf_.broken = true;
  Policies policies = make();
  (void)find(policies);
  shelf_.broken = false;
  shelf_.kept[kDomain] = fresh();
  EXPECT_TRUE(find(policies).enforced());
  end(policies);
}

TEST_F(StsPolicies, AFetchThatFailsTakesNothingFromAnotherThatSucceededMeanwhile) {
  shelf_.meanwhile = fresh();
  const std::string body = shelf_.meanwhile->body;
  Policies policies = make();
  EXPECT_TRUE(find(policies).enforced());
  EXPECT_EQ(shelf_.kept[kDomain].body, body);
  end(policies);
}

TEST_F(StsPolicies, AFetchThatFailsLeavesTheKeptPolicyInForceAndIsNoted) {
  Kept kept = fresh();
  kept.id = "0";  // another one is announced, and its host has no address
  shelf_.kept[kDomain] = kept;
  Policies policies = make();
  const Found found = find(policies);
  EXPECT_TRUE(found.enforced());
  EXPECT_EQ(found.code, "sts-policy-fetch-error");
  EXPECT_EQ(shelf_.kept[kDomain].failures, 1);
  EXPECT_EQ(shelf_.kept[kDomain].body, kBody);
  end(policies);
}

TEST_F(StsPolicies, AFailedFetchIsNotRepeatedAtOnce) {
  Policies first = make();
  EXPECT_EQ(find(first).state, Found::State::none);
  end(first);
  const int asked = dns_.asked;
  Policies restarted = make();
  EXPECT_EQ(find(restarted).state, Found::State::none);
  EXPECT_EQ(dns_.asked, asked + 1);  // the record, and not the policy host
  EXPECT_EQ(shelf_.kept[kDomain].failures, 1);
  end(restarted);
}

TEST_F(StsPolicies, NeverConnectsToASpecialAddress) {
  dns_.address("mta-sts.example.com", "127.0.0.1");
  Policies policies = make();
  const Found found = find(policies);
  EXPECT_EQ(found.state, Found::State::none);
  EXPECT_THAT(found.why, HasSubstr("private or special addresses"));
  end(policies);
}

TEST_F(StsPolicies, ForgetsWhatItRememberedWhenAPersonChangedSomething) {
  class Book : public service::BookSource {
   public:
    [[nodiscard]] std::shared_ptr<const policy::PolicyBook> current() const override {
      policy::Configuration all;
      all.revision = revision;
      return std::make_shared<const policy::PolicyBook>(std::move(all));
    }
    std::int64_t revision = 1;
  } book;
  shelf_.kept[kDomain] = fresh();
  Policies policies = make(&book);
  EXPECT_TRUE(find(policies).enforced());
  shelf_.kept.clear();  // postern sts forget
  book.revision = 2;
  EXPECT_FALSE(find(policies).enforced());
  end(policies);
}

TEST_F(StsPolicies, AnswersWhoWaitsWhenItIsStopped) {
  Policies policies = make();
  end(policies);
  EXPECT_NE(find(policies).state, Found::State::policy);
  end(policies);
}

}  // namespace
}  // namespace postern::mtasts
