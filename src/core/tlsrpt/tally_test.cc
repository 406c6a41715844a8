#include "core/tlsrpt/tally.h"

#include <gtest/gtest.h>

#include <limits>

namespace postern::tlsrpt {
namespace {

using std::chrono::sys_days;

const sys_days kDay = std::chrono::year{2026} / 11 / 26;

dns::Domain domain(std::string_view text) { return dns::Domain::parse(text).value(); }

TallyRow good(std::string_view to = "example.com") {
  AppliedPolicy policy{.domain = std::string(to)};
  return {domain(to), policy, std::nullopt};
}
TallyRow bad(std::string_view mx, std::string_view type = "certificate-expired") {
  TallyRow row = good();
  row.failure = FailedWith{.result_type = std::string(type), .receiving_mx = std::string(mx)};
  return row;
}

TEST(Tally, CountsSessionsByPolicyAndFailure) {
  Tally tally(kDay);
  tally.add(good());
  tally.add(good());
  tally.add(bad("mx1.example.com"));
  tally.add(bad("mx1.example.com"));
  tally.add(bad("mx2.example.com"));
  TallyRow sts = good();
  sts.policy.type = PolicyType::sts;
  tally.add(sts);

  const auto results = tally.results(domain("example.com"));
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].policy.type, PolicyType::sts);
  EXPECT_EQ(results[0].successful_sessions, 1);
  EXPECT_EQ(results[1].successful_sessions, 2);
  EXPECT_EQ(results[1].failed_sessions, 3);
  ASSERT_EQ(results[1].failures.size(), 2U);
  EXPECT_EQ(results[1].failures[0].sessions, 2);
  EXPECT_TRUE(tally.results(domain("example.net")).empty());
}

TEST(Tally, MakesAReportOfAWholeUtcDay) {
  Tally tally(kDay);
  tally.add(good());
  const Report report = tally.report(domain("example.com"));
  EXPECT_EQ(base::rfc3339(report.begin), "2026-11-26T00:00:00Z");
  EXPECT_EQ(base::rfc3339(report.end), "2026-11-26T23:59:59Z");
  EXPECT_EQ(report.policies, tally.results(domain("example.com")));
}

TEST(Tally, AddsUpInAnyOrder) {
  Tally one(kDay);
  one.add(good());
  one.add(bad("a.example"));
  Tally two(kDay);
  two.add(bad("a.example"));
  two.add(good("example.net"));
  Tally left = one;
  left.add(two);
  Tally right = two;
  right.add(one);
  EXPECT_EQ(left.rows(), right.rows());
  EXPECT_EQ(left.results(domain("example.com")).at(0).failed_sessions, 2);
  EXPECT_EQ(left.domains().size(), 2U);
  EXPECT_THROW(left.add(Tally(kDay + std::chrono::days(1))), std::logic_error);
}

TEST(Tally, ReadsBackTheRowsThatItGives) {
  Tally tally(kDay);
  tally.add(good());
  TallyRow odd = bad("mx\\\x01\xFF.example");
  odd.failure->receiving_helo = std::string(1000, 'h');
  odd.failure->reason_code = "a reason, in words";
  odd.policy.strings = {std::string(10'000, 'a'), std::string(10'000, 'b')};
  tally.add(odd);
  Tally again(kDay);
  for (const TallyRow& row : tally.rows()) again.add(row);
  EXPECT_EQ(again.rows(), tally.rows());
  const FailedWith with = tally.results(domain("example.com")).at(1).failures.at(0).with;
  EXPECT_EQ(with.receiving_mx, "mx\\??.example");
  EXPECT_EQ(with.receiving_helo.size(), 255U);
  EXPECT_EQ(with.reason_code, "a reason, in words");
}

TEST(Tally, KeepsCountsWhenDetailsNoLongerFit) {
  Tally tally(kDay, {.failures_a_policy = 3});
  for (int i = 0; i < 100; ++i) tally.add(bad("mx" + std::to_string(i) + ".example"));
  const PolicyResult result = tally.results(domain("example.com")).at(0);
  EXPECT_EQ(result.failed_sessions, 100);
  ASSERT_EQ(result.failures.size(), 4U);
  EXPECT_EQ(result.failures[0].with, FailedWith{.result_type = "certificate-expired"});
  EXPECT_EQ(result.failures[0].sessions, 97);
}

TEST(Tally, KeepsCountsWhenPoliciesNoLongerFit) {
  Tally tally(kDay, {.policies_a_domain = 2});
  for (int i = 0; i < 100; ++i) {
    TallyRow row = good();
    row.policy.domain = "mx" + std::to_string(i) + ".example";
    tally.add(row);
  }
  const auto results = tally.results(domain("example.com"));
  ASSERT_EQ(results.size(), 3U);
  std::int64_t all = 0;
  for (const PolicyResult& result : results) all += result.successful_sessions;
  EXPECT_EQ(all, 100);
  EXPECT_EQ(results[0].policy.domain, "example.com");
}

TEST(Tally, SaysWhatItHadToLeaveOut) {
  Tally tally(kDay, {.domains = 1});
  tally.add(good("a.example"));
  tally.add(good("b.example"));
  tally.add(good("a.example"));
  EXPECT_EQ(tally.domains().size(), 1U);
  EXPECT_EQ(tally.left_out(), 1);
}

TEST(Tally, NeverWrapsAround) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Tally tally(kDay);
  TallyRow row = good();
  row.sessions = most - 1;
  tally.add(row);
  tally.add(row);
  row.sessions = -5;
  tally.add(row);
  EXPECT_EQ(tally.results(domain("example.com")).at(0).successful_sessions, most);
}

}  // namespace
}  // namespace postern::tlsrpt
