#include "core/onboarding/mx_check.h"

#include <gtest/gtest.h>

#include "core/policy/testing.h"

namespace postern::onboarding {
namespace {

using policy::testing::domain;

PublishedVerdict judge(std::initializer_list<std::pair<std::uint16_t, const char*>> hosts) {
  dns::MxAnswer answer;
  answer.outcome = hosts.size() == 0 ? dns::Outcome::no_data : dns::Outcome::ok;
  for (const auto& [preference, host] : hosts) {
    answer.records.push_back({preference, *host == '\0' ? dns::Domain() : domain(host)});
  }
  return judge_mx(domain("corp.example"), {domain("gw.example"), domain("gw2.example")}, answer);
}

TEST(MxCheck, IsGoodWhenTheGatewayAloneIsNamed) {
  const PublishedVerdict verdict = judge({{10, "gw.example"}});
  EXPECT_TRUE(verdict.good);
  EXPECT_EQ(verdict.why, "Mail for corp.example comes to this gateway, and by no other way.");
  EXPECT_EQ(verdict.needed, (std::vector<Record>{{"corp.example", "MX", "10 gw.example"}}));
}

TEST(MxCheck, KnowsTheGatewaysOtherNames) {
  EXPECT_TRUE(judge({{10, "gw.example"}, {20, "gw2.example"}}).good);
}

TEST(MxCheck, NamesTheWayThatBypassesTheGateway) {
  const PublishedVerdict verdict = judge({{20, "old.corp.example"}, {10, "gw.example"}});
  EXPECT_FALSE(verdict.good);
  EXPECT_EQ(verdict.found, (std::vector<std::string>{"10 gw.example", "20 old.corp.example"}));
  EXPECT_EQ(verdict.why,
            "old.corp.example is named as well: mail that takes that way bypasses this gateway and "
            "its policies. Remove it.");
}

TEST(MxCheck, SaysWhereMailGoesInstead) {
  EXPECT_EQ(judge({{10, "mx.provider.example"}}).why,
            "Mail for corp.example goes to mx.provider.example and not to this gateway. When your "
            "routes are tested, put the record above in the place of that one.");
}

TEST(MxCheck, SaysThatNothingIsPublished) {
  EXPECT_EQ(judge({}).why, "corp.example has no MX record: publish the one above.");
  EXPECT_FALSE(judge({}).good);
}

TEST(MxCheck, KnowsTheNullMx) {
  const PublishedVerdict verdict = judge({{0, ""}});
  EXPECT_FALSE(verdict.good);
  EXPECT_EQ(verdict.found, std::vector<std::string>{"0 ."});
  EXPECT_NE(verdict.why.find("takes no mail"), std::string::npos);
}

TEST(MxCheck, IsNotGoodWhenTheLookupFails) {
  dns::MxAnswer failed;
  failed.why = "No name server answered.";
  const auto verdict = judge_mx(domain("corp.example"), {domain("gw.example")}, failed);
  EXPECT_FALSE(verdict.good);
  EXPECT_NE(verdict.why.find("No name server answered."), std::string::npos);
}

}  // namespace
}  // namespace postern::onboarding
