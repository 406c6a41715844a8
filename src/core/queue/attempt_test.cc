#include "core/queue/attempt.h"

#include <gtest/gtest.h>

namespace postern::queue {
namespace {

using Fate = RecipientResult::Fate;
using After = HostWalk::After;

dns::Domain domain(std::string_view text) { return dns::Domain::parse(text).value(); }

route::HostPlan host(std::string_view name, std::vector<std::string> addresses) {
  route::HostPlan plan;
  plan.label = name;
  plan.host = domain(name);
  for (const auto& text : addresses) plan.addresses.push_back(*base::IpAddress::parse(text));
  return plan;
}

route::RoutePlan two_hosts() {
  route::RoutePlan plan;
  plan.hosts = {host("mx1.example.com", {"192.0.2.1", "192.0.2.2"}),
                host("mx2.example.com", {"192.0.2.3"})};
  return plan;
}

tls::Unmet unmet(tls::Wish wish, std::string code) {
  return {{{tls::SourceKind::policy, 1, "policy"}, std::move(wish)}, {std::move(code), "Because."}};
}

Status status(std::string code) {
  Status value;
  value.code = std::move(code);
  value.enhanced = "4.4.1";
  return value;
}

const std::vector<std::size_t> kBoth = {0, 1};

TEST(HostWalk, TriesEveryAddressOfEveryHostInOrder) {
  const route::RoutePlan plan = two_hosts();
  HostWalk walk(plan, 1, {});
  std::vector<std::string> tried;
  while (const auto target = walk.next()) {
    tried.push_back(target->address.to_string());
    walk.on_unusable(status("connection-refused"), std::nullopt);
  }
  EXPECT_EQ(tried, (std::vector<std::string>{"192.0.2.1", "192.0.2.2", "192.0.2.3"}));
  EXPECT_EQ(walk.results()[0].fate, Fate::deferred);
  EXPECT_EQ(walk.results()[0].status.code, "connection-refused");
  EXPECT_FALSE(walk.only_unmet());
}

TEST(HostWalk, AHostThatCouldNotBeLookedUpMayDoNextTime) {
  route::RoutePlan plan = two_hosts();
  for (route::HostPlan& one : plan.hosts) {
    one.requirement.add({{tls::SourceKind::dane, 0, "DANE"},
                         tls::Unresolved{"dns-servfail", "The lookup failed."}});
  }
  HostWalk walk(plan, 1, {});
  EXPECT_FALSE(walk.next());
  EXPECT_EQ(walk.results()[0].status.code, "dns-servfail");
  EXPECT_FALSE(walk.only_unmet());
}

TEST(HostWalk, FollowsTheOrderOfChanceAmongEqualHosts) {
  const route::RoutePlan plan = two_hosts();
  HostWalk walk(plan, 1, {}, {1, 0});
  EXPECT_EQ(walk.next()->host->label, "mx2.example.com");
}

TEST(HostWalk, LeavesOutAHostThatWasTriedOverAnOpenConnection) {
  const route::RoutePlan plan = two_hosts();
  HostWalk walk(plan, 1, {});
  walk.leave_out(plan.hosts[0]);
  EXPECT_EQ(walk.next()->host->label, "mx2.example.com");
}

TEST(HostWalk, DeliversThroughTheSecondHostWhenTheFirstFailsItsRequirement) {
  const route::RoutePlan plan = two_hosts();
  HostWalk walk(plan, 2, {});
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(walk.next());
    const auto why = unmet(tls::Authenticate{}, "certificate-expired");
    walk.on_unusable(status("certificate-expired"), why);
  }
  const auto target = walk.next();
  ASSERT_TRUE(target);
  EXPECT_EQ(target->host->label, "mx2.example.com");
  walk.on_served(kBoth, std::vector<RecipientResult>{{Fate::delivered, {}}, {Fate::delivered, {}}},
                 After::next_host);
  EXPECT_FALSE(walk.next());
  EXPECT_EQ(walk.results()[1].fate, Fate::delivered);
}

TEST(HostWalk, TakesOnlyWhoIsStillOpenToTheNextHost) {
  const route::RoutePlan plan = two_hosts();
  HostWalk walk(plan, 2, {});
  ASSERT_TRUE(walk.next());
  walk.on_served(kBoth,
                 std::vector<RecipientResult>{{Fate::failed, status("recipient-refused")},
                                              {Fate::deferred, status("recipient-refused")}},
                 After::next_host);
  EXPECT_EQ(walk.open(), (std::vector<std::size_t>{1}));
  ASSERT_TRUE(walk.next());
}

TEST(HostWalk, GoesNowhereElseWithAMessageThatMayHaveArrived) {
  const route::RoutePlan plan = two_hosts();
  HostWalk walk(plan, 1, {});
  ASSERT_TRUE(walk.next());
  const std::vector<std::size_t> asked = {0};
  walk.on_served(asked, std::vector<RecipientResult>{{Fate::deferred, status("connection-lost")}},
                 After::no_other_host);
  EXPECT_FALSE(walk.next());
  EXPECT_EQ(walk.results()[0].fate, Fate::deferred);
}

TEST(HostWalk, ChoosesTheRequirementThatCameClosestAsTheReason) {
  const route::RoutePlan plan = two_hosts();
  HostWalk walk(plan, 1, {});
  ASSERT_TRUE(walk.next());
  walk.on_unusable(status("connection-timeout"), std::nullopt);
  ASSERT_TRUE(walk.next());
  walk.on_unusable(status("starttls-not-supported"),
                   unmet(tls::Encrypt{}, "starttls-not-supported"));
  ASSERT_TRUE(walk.next());
  walk.on_unusable(status("certificate-expired"),
                   unmet(tls::Authenticate{}, "certificate-expired"));
  EXPECT_FALSE(walk.next());
  EXPECT_EQ(walk.results()[0].status.code, "certificate-expired");
  ASSERT_TRUE(walk.unmet());
  EXPECT_FALSE(walk.only_unmet());
}

TEST(HostWalk, PrefersWhatAServerSaidToTheRecipient) {
  const route::RoutePlan plan = two_hosts();
  HostWalk walk(plan, 1, {});
  const std::vector<std::size_t> asked = {0};
  ASSERT_TRUE(walk.next());
  walk.on_served(asked, std::vector<RecipientResult>{{Fate::deferred, status("recipient-refused")}},
                 After::next_host);
  while (walk.next()) {
    walk.on_unusable(status("certificate-expired"),
                     unmet(tls::Authenticate{}, "certificate-expired"));
  }
  EXPECT_EQ(walk.results()[0].status.code, "recipient-refused");
}

TEST(HostWalk, DoesNotConnectToAHostThatThePolicyDoesNotName) {
  route::RoutePlan plan = two_hosts();
  tls::HostIn pins;
  pins.patterns = {tls::HostPattern::exact(domain("mx2.example.com"))};
  for (auto& each : plan.hosts) {
    each.requirement.add({{tls::SourceKind::policy, 1, "policy example.com"}, pins});
  }
  HostWalk walk(plan, 1, {});
  const auto target = walk.next();
  ASSERT_TRUE(target);
  EXPECT_EQ(target->host->label, "mx2.example.com");
  ASSERT_EQ(walk.skipped().size(), 1u);
  EXPECT_EQ(walk.skipped()[0].status.code, "mx-not-pinned");
}

TEST(HostWalk, IsNotBlockedByAHostWhoseLookupFailed) {
  route::RoutePlan plan = two_hosts();
  plan.hosts[0].unusable = base::Failure{"dns-servfail", "The DNS could not answer.", ""};
  plan.hosts[0].addresses.clear();
  HostWalk walk(plan, 1, {});
  const auto target = walk.next();
  ASSERT_TRUE(target);
  EXPECT_EQ(target->host->label, "mx2.example.com");
}

TEST(HostWalk, FailsForGoodOnlyWhenTheDomainTakesNoMail) {
  route::RoutePlan plan;
  plan.failure = base::Failure{"null-mx", "example.com takes no mail.", ""};
  plan.permanent = true;
  HostWalk forever(plan, 1, {});
  EXPECT_FALSE(forever.next());
  EXPECT_EQ(forever.results()[0].fate, Fate::failed);
  EXPECT_EQ(forever.results()[0].status.enhanced, "5.1.10");

  plan.failure = base::Failure{"dns-timeout", "The DNS did not answer.", ""};
  plan.permanent = false;
  HostWalk later(plan, 1, {});
  EXPECT_FALSE(later.next());
  EXPECT_EQ(later.results()[0].fate, Fate::deferred);
  EXPECT_EQ(later.results()[0].status.code, "dns-timeout");
}

TEST(HostWalk, KnowsWhenEveryHostFailsTheRequirement) {
  const route::RoutePlan plan = two_hosts();
  HostWalk walk(plan, 1, {});
  while (walk.next()) {
    walk.on_unusable(status("starttls-not-supported"),
                     unmet(tls::Encrypt{}, "starttls-not-supported"));
  }
  EXPECT_TRUE(walk.only_unmet());
}

TEST(HostWalk, StopsAtItsLimits) {
  route::RoutePlan plan;
  plan.hosts = {host("mx1.example.com", std::vector<std::string>(40, "192.0.2.1"))};
  HostWalk walk(plan, 1, {.addresses = 5, .sessions = 2});
  int tried = 0;
  while (walk.next()) {
    ++tried;
    walk.on_unusable(status("connection-refused"), std::nullopt);
  }
  EXPECT_EQ(tried, 5);
}

}  // namespace
}  // namespace postern::queue
