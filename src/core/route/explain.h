// Why this requirement? One value that the command line, the API and the pages print alike: every
// source that was considered, with what became of it and by which rule; what each host must meet;
// and the same for mail that comes from the domain.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_writer.h"
#include "core/policy/policy_book.h"
#include "core/route/route_plan.h"

namespace postern::route {

struct HostExplanation {
  std::string label;
  int preference = 0;
  bool name_secure = false;  // proved by DNSSEC
  tls::Mode mode = tls::Mode::opportunistic;
  std::vector<tls::Demand> demands;
  std::vector<dns::Domain> names;    // what strict would match
  std::optional<base::Failure> out;  // why it cannot be tried, or may not (not pinned, ...)
};

struct HopExplanation {
  tls::Mode mode = tls::Mode::opportunistic;
  tls::Mode monitored_mode = tls::Mode::opportunistic;  // with monitored policies counted
  bool used_exception = false;
  std::vector<tls::Considered> considered;
};

struct Explanation {
  dns::Domain domain;
  std::string account;
  HopKind way = HopKind::mx;
  HopExplanation delivery;
  std::vector<HostExplanation> hosts;
  std::optional<base::Failure> failure;  // nowhere to go
  policy::OnFailure on_failure = policy::OnFailure::defer;
  std::optional<base::Duration> time_limit;
  HopExplanation receipt;
};

[[nodiscard]] Explanation explain(const policy::PolicyBook& book, base::AccountId account,
                                  const RoutePlan& plan, base::Instant now);

[[nodiscard]] std::string_view way_value(HopKind way);           // "mx", "internal-route", ...
[[nodiscard]] std::string text(const Explanation& explanation);  // lines for a terminal
void write_json(base::JsonWriter& json, const Explanation& explanation);

}  // namespace postern::route
