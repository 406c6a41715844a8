#include "service/api/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/api/testing/draft_world.h"

namespace postern::api {
namespace {

using delivery::testing::domain;
using records::kMain;
using ::testing::AllOf;
using ::testing::Contains;
using testing::DraftWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Posture;

constexpr base::AccountId kOther{99};

Posture plain() {
  Posture posture;
  posture.starttls = false;
  return posture;
}

net::Task<void> probe_two(DraftWorld& world) {
  std::vector<std::string> steps;
  const auto listening =
      world.jobs->progress().subscribe([&](const base::AccountId& account, const Job& job) {
        EXPECT_EQ(account, kMain);
        for (const JobItem& item : job.items) steps.push_back(item.step);
      });
  std::vector<dns::Domain> domains{domain("good.example"), domain("nowhere.example")};
  auto begun = world.jobs->probe(world.shared_book(), kMain, domains);
  EXPECT_EQ(begun->state, JobState::running);
  EXPECT_EQ(begun->total, 2);
  const Job job = co_await world.ended(begun->id);
  EXPECT_EQ(job.state, JobState::done);
  EXPECT_EQ(job.done, 2);
  EXPECT_EQ(job.items[0].domain->shown_as, "Ready: strict");
  EXPECT_EQ(job.items[1].domain->remark, "Domain Not Found");
  EXPECT_THAT(steps, Contains(AllOf(HasSubstr("mx.good.example [127.0.0.1]"),
                                    HasSubstr("asking for STARTTLS"))));
  EXPECT_EQ(job.items[0].step, "");
}

TEST(Jobs, LookAtDomainsAndSayWhatTheyDo) {
  DraftWorld world;
  world.has_partner("good.example", 1, world.trusted("mx.good.example"));
  world.play(probe_two);
}

net::Task<void> probe_anothers(DraftWorld& world) {
  policy::Account other;
  other.name = "other";
  auto id = records::put_one(world.records(), other);
  policy::InternalDomain theirs = records::internal_domain("theirs.example", *id);
  theirs.validated = true;
  world.put(theirs);
  policy::InternalRoute route = records::internal_route("theirs.example", "mail.theirs.example");
  route.account = *id;
  world.put(route);
  std::vector<dns::Domain> domains{domain("theirs.example")};
  auto begun = world.jobs->probe(world.shared_book(), kMain, domains);
  const Job job = co_await world.ended(begun->id);
  EXPECT_EQ(job.items[0].failure->code, "internal-elsewhere");
  EXPECT_FALSE(job.items[0].domain);
}

TEST(Jobs, ShowNothingOfAnotherAccountsServers) {
  DraftWorld world;
  world.play(probe_anothers);
}

net::Task<void> hide(DraftWorld& world) {
  auto job = world.jobs->probe(world.shared_book(), kMain, {domain("nowhere.example")});
  EXPECT_NE(world.jobs->find(kMain, job->id), nullptr);
  EXPECT_EQ(world.jobs->find(kOther, job->id), nullptr);
  EXPECT_FALSE(world.jobs->cancel(kOther, job->id));
  EXPECT_EQ(world.jobs->find(kMain, "x"), nullptr);
  co_return;
}

TEST(Jobs, AreInvisibleToOtherAccounts) {
  DraftWorld world;
  world.play(hide);
}

net::Task<void> cancel_at_once(DraftWorld& world) {
  auto begun = world.jobs->probe(world.shared_book(), kMain, {domain("good.example")});
  EXPECT_TRUE(world.jobs->cancel(kMain, begun->id));
  const Job job = co_await world.ended(begun->id);
  EXPECT_EQ(job.state, JobState::cancelled);
  EXPECT_FALSE(job.items[0].done);
  EXPECT_FALSE(job.items[0].domain);
}

TEST(Jobs, EndAtOnceWhenCancelledAndClaimNothing) {
  DraftWorld world;
  world.has_partner("good.example", 1, world.trusted("mx.good.example"));
  world.play(cancel_at_once);
}

net::Task<void> start_many(DraftWorld& world) {
  for (int i = 0; i < 4; ++i) {
    auto job = world.jobs->probe(world.shared_book(), kMain, {domain("good.example")});
    EXPECT_TRUE(job.has_value());
  }
  auto refused = world.jobs->probe(world.shared_book(), kMain, {domain("good.example")});
  EXPECT_EQ(testing::problem(refused), "429 too-many-jobs");
  EXPECT_TRUE(world.jobs->probe(world.shared_book(), kOther, {domain("good.example")}));
  co_return;
}

TEST(Jobs, AreOnlySoManyAtOnceForEachAccount) {
  DraftWorld world;
  world.has_partner("good.example", 1, world.trusted("mx.good.example"));
  world.play(start_many);
}

// --- routes --------------------------------------------------------------------------------------

struct RouteWorld : DraftWorld {
  Job job;
};

net::Task<void> test_with_message(DraftWorld& world) {
  auto address = smtp::parse_mailbox("ann@corp.example");
  auto begun =
      world.jobs->test_routes(world.shared_book(), kMain, *std::move(address), Jobs::Message::send);
  static_cast<RouteWorld&>(world).job = co_await world.ended(begun->id);
}

TEST(RouteTests, SendAMessageThatArrives) {
  RouteWorld world;
  auto& server = world.has_route(world.trusted("mail.corp.example"));
  world.play(test_with_message);
  ASSERT_EQ(world.job.items.size(), 2U);
  EXPECT_EQ(world.job.items[0].route->shown_as, "Strict - Trusted Enforced");
  EXPECT_THAT(world.job.items[1].name, HasSubstr("Test message "));
  EXPECT_FALSE(world.job.items[1].failure);
  ASSERT_EQ(server.arrived.size(), 1U);
  EXPECT_EQ(server.arrived[0].sender, "");
  EXPECT_THAT(server.arrived[0].body, HasSubstr("To: <ann@corp.example>\r\n"));
}

TEST(RouteTests, SendNoMessageWhileARouteIsRed) {
  RouteWorld world;
  auto& server = world.has_route(plain());
  world.play(test_with_message);
  EXPECT_EQ(world.job.items[0].route->shown_as, "TLS Not Supported");
  EXPECT_FALSE(world.job.items[0].route->passes);
  EXPECT_EQ(world.job.items[1].failure->code, "route-not-proved");
  EXPECT_THAT(server.arrived, IsEmpty());
}

TEST(RouteTests, ConnectToNoAddressInsideUnlessAllowed) {
  RouteWorld world;
  auto& server = world.has_route(world.trusted("mail.corp.example"));
  world.reach.limits = probe::Reach::Limits::world;
  world.play(test_with_message);
  EXPECT_FALSE(world.job.items[0].route->passes);
  EXPECT_EQ(world.job.items[0].route->why->code, "address-not-allowed");
  EXPECT_EQ(server.connections, 0);

  RouteWorld allowed;
  allowed.has_route(allowed.trusted("mail.corp.example"));
  allowed.reach = {probe::Reach::Limits::world, {*base::IpRange::parse("127.0.0.0/8")}};
  allowed.play(test_with_message);
  EXPECT_TRUE(allowed.job.items[0].route->passes);
}

net::Task<void> probe_inside(DraftWorld& world) {
  auto begun = world.jobs->probe(world.shared_book(), kMain, {domain("sly.example")});
  const Job job = co_await world.ended(begun->id);
  EXPECT_EQ(job.items[0].domain->why->code, "address-not-allowed");
}

TEST(Jobs, ConnectToNoAddressInsideThatAnMxNames) {
  DraftWorld world;
  auto& server = world.has_partner("sly.example", 1, world.trusted("mx.sly.example"));
  world.reach.limits = probe::Reach::Limits::world;
  world.play(probe_inside);
  EXPECT_EQ(server.connections, 0);
}

}  // namespace
}  // namespace postern::api
