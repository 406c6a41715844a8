#include "core/policy/same_way.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/policy/testing.h"

namespace postern::policy {
namespace {

using namespace testing;

ExternalRoute external_route(std::string_view name, std::string host) {
  ExternalRoute route;
  route.account = kMain;
  if (!name.empty()) route.domain = domain(name);
  route.host = std::move(host);
  return route;
}

// Was mail of `account` to `name` moved by the change from one to the other?
bool moved(Configuration before, Configuration after, std::string_view name,
           base::AccountId account = kMain) {
  number(before);
  number(after);
  return !same_way(PolicyBook(before), PolicyBook(after), account, domain(name));
}

TEST(SameWay, ASmarthostForEverythingMovesAllExternalMailOfItsAccount) {
  Configuration after = configuration();
  after.external_routes = {external_route("", "smart.example.net")};
  EXPECT_TRUE(moved(configuration(), after, "partner.example"));
  EXPECT_FALSE(moved(configuration(), after, "partner.example", kOther));
}

TEST(SameWay, ARouteForOneDomainLeavesTheOthersAlone) {
  Configuration after = configuration();
  after.external_routes = {external_route("partner.example", "smart.example.net")};
  EXPECT_TRUE(moved(configuration(), after, "partner.example"));
  EXPECT_FALSE(moved(configuration(), after, "elsewhere.example"));
}

TEST(SameWay, ANewSmarthostMovesNothingThatHasARouteOfItsOwn) {
  Configuration before = configuration();
  before.external_routes = {external_route("partner.example", "smart.example.net")};
  Configuration after = before;
  after.external_routes.push_back(external_route("", "other.example.net"));
  EXPECT_FALSE(moved(before, after, "partner.example"));
  EXPECT_TRUE(moved(before, after, "elsewhere.example"));
}

TEST(SameWay, AnythingThatAConnectionNeedsIsAnotherWay) {
  Configuration before = configuration();
  before.external_routes = {external_route("", "smart.example.net")};
  Configuration port = before, login = before, gone = before;
  port.external_routes[0].port = 587;
  login.external_routes[0].login = Login{"gateway", "corrected"};
  gone.external_routes.clear();
  EXPECT_TRUE(moved(before, port, "partner.example"));
  EXPECT_TRUE(moved(before, login, "partner.example"));
  EXPECT_TRUE(moved(before, gone, "partner.example"));
}

TEST(SameWay, NumbersAndTheOrderAmongEqualsSayNothing) {
  Configuration before = configuration();
  before.external_routes = {external_route("", "a.example.net"),
                            external_route("", "b.example.net")};
  Configuration after = before;
  std::ranges::reverse(after.external_routes);
  after.external_routes[0].id.value = 4711;
  after.policies = {policy_for("partner.example")};  // another matter
  EXPECT_FALSE(moved(before, after, "partner.example"));
}

TEST(SameWay, AnInternalRouteMovesItsDomainWhicheverAccountTheMailBelongsTo) {
  Configuration before = configuration();
  before.domains = {internal("example.org")};
  before.internal_routes = {internal_route("example.org", "old.example.org")};
  Configuration after = before;
  after.internal_routes = {internal_route("example.org", "new.example.org")};
  EXPECT_TRUE(moved(before, after, "example.org"));
  EXPECT_TRUE(moved(before, after, "mail.example.org", kOther));
  EXPECT_FALSE(moved(before, after, "partner.example"));
}

TEST(SameWay, ADomainThatBecomesInternalIsMoved) {
  Configuration after = configuration();
  after.domains = {internal("example.org")};
  EXPECT_TRUE(moved(configuration(), after, "example.org"));
}

}  // namespace
}  // namespace postern::policy
