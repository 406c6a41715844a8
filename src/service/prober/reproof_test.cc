#include "service/prober/reproof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/delivery/testing/world.h"

namespace postern::prober {
namespace {

using delivery::testing::kMain;
using delivery::testing::Posture;
using delivery::testing::World;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// corp.example with one enforced route, which is proved again every few milliseconds.
struct Scene : World {
  delivery::testing::Peer* server = nullptr;
  std::vector<queue::Attempt> recorded;
  std::size_t wanted = 1;
  net::Event enough{shard};

  void has(Posture posture, tls::Mode mode = tls::Mode::strict) {
    server = &peer("127.0.0.1", std::move(posture));
    zone.host("mail.corp.example", {"127.0.0.1"});
    policy::Configuration configuration = delivery::testing::configuration();
    configuration.domains = {policy::testing::internal("corp.example")};
    configuration.internal_routes = {
        policy::testing::internal_route("corp.example", "mail.corp.example")};
    configuration.internal_routes[0].port = settings.route.smtp_port;
    configuration.internal_routes[0].mode = mode;
    book.change(std::move(configuration));
  }
  net::Task<void> record(std::vector<queue::Attempt> attempts) {
    for (auto& attempt : attempts) recorded.push_back(std::move(attempt));
    if (recorded.size() >= wanted) enough.notify();
    co_return;
  }
  Reproof::Needs needs() {
    return {.prober = {.shard = shard,
                       .lookups = lookups(),
                       .tls = client_tls(),
                       .trust = [this](base::AccountId) { return trust(); },
                       .helo_name = "gw.postern.example",
                       .route = settings.route},
            .book = book,
            .events = events,
            .node = "test",
            .every = std::chrono::milliseconds(10),
            .record = [this](std::vector<queue::Attempt> made) { return record(std::move(made)); },
            .chance = [] { return 0.5; }};
  }
};

// Until as many proofs are recorded as are wanted, or patience ends.
net::Task<void> watch(Scene& scene, std::chrono::milliseconds patience) {
  const base::Deadline deadline{scene.shard.now() + patience, nullptr};
  (void)co_await scene.enough.wait(deadline);
}

net::Task<void> prove_again(World& world) {
  auto& scene = static_cast<Scene&>(world);
  Reproof reproof(scene.needs());
  reproof.start();
  co_await watch(scene, std::chrono::seconds(20));
  co_await reproof.stop();
}

TEST(Reproof, RecordsEveryProofAndSaysNothingWhileItHolds) {
  Scene scene;
  scene.wanted = 3;
  scene.has(scene.trusted("mail.corp.example"));
  scene.run(prove_again);
  ASSERT_GE(scene.recorded.size(), 3U);
  const queue::Attempt& proof = scene.recorded[0];
  EXPECT_TRUE(proof.met);
  EXPECT_EQ(proof.outcome, queue::AttemptOutcome::probed);
  EXPECT_EQ(proof.hop, queue::Hop::gateway_to_internal);
  EXPECT_EQ(proof.domain, "corp.example");
  EXPECT_EQ(proof.required, tls::Mode::strict);
  EXPECT_EQ(proof.matched_name, "mail.corp.example");
  EXPECT_EQ(proof.reason, "");
  EXPECT_EQ(scene.events.count("route-no-longer-proved"), 0U);
  EXPECT_THAT(scene.server->commands, Not(Contains(StartsWith("MAIL"))));
}

TEST(Reproof, TellsWhenARouteIsNoLongerProved) {
  Scene scene;
  scene.has(scene.self_signed("mail.corp.example"));
  scene.run(prove_again);
  ASSERT_FALSE(scene.recorded.empty());
  EXPECT_FALSE(scene.recorded[0].met);
  EXPECT_EQ(scene.recorded[0].reason, "certificate-self-signed");
  ASSERT_GE(scene.events.count("route-no-longer-proved"), 1U);
  EXPECT_THAT(scene.events.lines, Contains(HasSubstr("reason=certificate-self-signed")));
  EXPECT_THAT(scene.events.lines, Contains(HasSubstr("account=main domain=corp.example")));
}

TEST(Reproof, NamesTheTrueReasonWhenNobodyAnswers) {
  Scene scene;
  scene.has(scene.trusted("mail.corp.example"));
  scene.server->stop_listening();
  scene.run(prove_again);
  ASSERT_FALSE(scene.recorded.empty());
  EXPECT_FALSE(scene.recorded[0].met);
  EXPECT_EQ(scene.recorded[0].reason, "connection-refused");
}

TEST(Reproof, ProvesNothingWhereTheSessionBreaksRightAfterTheHandshake) {
  Scene scene;
  Posture posture = scene.trusted("mail.corp.example");
  posture.replies["EHLO under TLS"] = "";
  scene.has(std::move(posture));
  scene.run(prove_again);
  ASSERT_FALSE(scene.recorded.empty());
  EXPECT_FALSE(scene.recorded[0].met);
  EXPECT_EQ(scene.recorded[0].reason, "connection-lost");
  EXPECT_GE(scene.events.count("route-no-longer-proved"), 1U);
}

TEST(Reproof, NamesTheTrueReasonWhenTheHostHasNoAddress) {
  Scene scene;
  scene.has(scene.trusted("mail.corp.example"));
  policy::Configuration gone = scene.book.current()->configuration();
  gone.internal_routes[0].host = "gone.corp.example";
  scene.book.change(std::move(gone));
  scene.run(prove_again);
  ASSERT_FALSE(scene.recorded.empty());
  EXPECT_FALSE(scene.recorded[0].met);
  EXPECT_EQ(scene.recorded[0].reason, "route-without-address");
}

net::Task<void> enforce_later(World& world) {
  auto& scene = static_cast<Scene&>(world);
  Reproof reproof(scene.needs());
  reproof.start();
  policy::Configuration enforced = scene.book.current()->configuration();
  enforced.internal_routes[0].mode = tls::Mode::strict;
  scene.book.change(std::move(enforced));
  reproof.book_changed();
  co_await watch(scene, std::chrono::seconds(20));
  co_await reproof.stop();
}

TEST(Reproof, ProvesARouteFromThenOnWhenItIsPutInForce) {
  Scene scene;
  scene.has(scene.trusted("mail.corp.example"), tls::Mode::opportunistic);
  scene.run(enforce_later);
  ASSERT_FALSE(scene.recorded.empty());
  EXPECT_TRUE(scene.recorded[0].met);
}

net::Task<void> wait_a_while(World& world) {
  auto& scene = static_cast<Scene&>(world);
  Reproof reproof(scene.needs());
  reproof.start();
  co_await watch(scene, std::chrono::milliseconds(100));
  co_await reproof.stop();
}

TEST(Reproof, LeavesRoutesAloneOnWhichNothingIsEnforced) {
  Scene scene;
  scene.has(scene.trusted("mail.corp.example"), tls::Mode::opportunistic);
  scene.run(wait_a_while);
  EXPECT_TRUE(scene.recorded.empty());
}

}  // namespace
}  // namespace postern::prober
