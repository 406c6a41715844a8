// Short spellings for tests of policies: a configuration of two accounts, and policies by scope.
#pragma once

#include <string_view>
#include <utility>

#include "core/policy/model.h"
#include "core/tls/testing.h"

namespace postern::policy::testing {

using tls::testing::domain;
using tls::testing::domains;
using tls::testing::key;
using tls::testing::noon;
using tls::testing::pattern;

inline constexpr base::AccountId kMain{1};
inline constexpr base::AccountId kOther{2};

[[nodiscard]] inline Policy policy_for(std::string_view scope, tls::Mode mode = tls::Mode::strict,
                                       base::AccountId account = kMain) {
  Policy result;
  result.account = account;
  result.scope = Scope::parse(scope).value();
  result.mode = mode;
  result.created = noon();
  result.author = "test";
  return result;
}

[[nodiscard]] inline Policy monitored(Policy policy) {
  policy.stage = tls::Stage::monitor;
  return policy;
}

[[nodiscard]] inline Exception exception(std::string_view name, tls::Mode mode) {
  Exception result;
  result.account = kMain;
  result.domain = domain(name);
  result.mode = mode;
  result.reason = "their certificate expired";
  result.author = "anna";
  result.created = noon() - std::chrono::hours(1);
  result.end = noon() + std::chrono::days(3);
  return result;
}

[[nodiscard]] inline InternalDomain internal(std::string_view name,
                                             base::AccountId account = kMain) {
  InternalDomain result;
  result.account = account;
  result.domain = domain(name);
  result.validated = true;
  return result;
}

[[nodiscard]] inline InternalRoute internal_route(std::string_view name, std::string host,
                                                  int priority = 10) {
  InternalRoute result;
  result.account = kMain;
  result.domain = domain(name);
  result.host = std::move(host);
  result.priority = priority;
  return result;
}

[[nodiscard]] inline InternalSender by_range(std::string_view range,
                                             base::AccountId account = kMain) {
  InternalSender result;
  result.account = account;
  result.kind = InternalSender::Kind::address_range;
  result.range = base::IpRange::parse(range).value();
  return result;
}

// Two accounts; whatever has no id gets one, in order.
[[nodiscard]] inline Configuration configuration() {
  Configuration result;
  result.revision = 1;
  result.accounts = {{kMain, "main", "Example Ltd", ""}, {kOther, "other", "Other Inc", ""}};
  return result;
}

inline void number(Configuration& configuration) {
  std::int64_t next = 100;
  const auto give = [&](auto& items) {
    for (auto& item : items) {
      if (!item.id) item.id.value = ++next;
    }
  };
  give(configuration.domains);
  give(configuration.internal_routes);
  give(configuration.external_routes);
  give(configuration.senders);
  give(configuration.policies);
  give(configuration.exceptions);
}

[[nodiscard]] inline Configuration with_policies(std::vector<Policy> policies) {
  Configuration result = configuration();
  result.policies = std::move(policies);
  number(result);
  return result;
}

}  // namespace postern::policy::testing
