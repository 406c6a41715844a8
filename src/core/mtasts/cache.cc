#include "core/mtasts/cache.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "core/mtasts/record.h"

namespace postern::mtasts {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kFirstBackOff = 5min;  // RFC 8461 3.3
constexpr base::Duration kLongestBackOff = 1h;
constexpr base::Duration kRefresh = std::chrono::days(1);  // RFC 8461 10.2

Found none(std::string why, std::string code = {}) {
  Found found;
  found.state = Found::State::none;
  found.code = std::move(code);
  found.why = std::move(why);
  return found;
}

Found holding(Policy policy, const Kept& kept, std::string code, std::string why) {
  Found found;
  found.state = Found::State::policy;
  found.policy = std::move(policy);
  found.id = kept.id;
  found.expires = kept.expires;
  found.code = std::move(code);
  found.why = std::move(why);
  return found;
}

// The kept policy, if it holds; `why`: what stands in the way of a newer one.
std::optional<Found> use_kept(const std::optional<Kept>& kept, base::Instant now, std::string code,
                              std::string why) {
  if (!kept || kept->id.empty() || now >= kept->expires) return std::nullopt;
  auto policy = parse_policy(kept->body);
  if (!policy) return std::nullopt;  // nobody writes one that does not parse
  return holding(*std::move(policy), *kept, std::move(code), std::move(why));
}

base::Duration back_off(int failures) {
  base::Duration wait = kFirstBackOff;
  for (int i = 1; i < failures && wait < kLongestBackOff; ++i) wait *= 2;
  return std::min(wait, kLongestBackOff);
}

// A failure that lies ahead was noted under a wrong clock, which may well have been its cause:
// waiting for its end could be waiting for years.
bool backs_off(const std::optional<Kept>& kept, const std::string& id, base::Instant now) {
  return kept && kept->failures > 0 && kept->failed_id == id && now >= kept->failed &&
         now < kept->failed + back_off(kept->failures);
}

Found without_fetch(const std::optional<Kept>& kept, base::Instant now) {
  auto found = use_kept(kept, now, kept->failure_code,
                        "the policy was announced anew and could not be fetched: " + kept->failure);
  if (found) return *std::move(found);
  return none("a policy is announced and could not be fetched, and none is kept: " + kept->failure,
              kept->failure_code);
}

RecordReading read(const dns::TxtAnswer& answer) {
  std::vector<std::string> texts;
  for (const dns::Txt& record : answer.records) texts.push_back(record.text);
  return read_record(texts);
}

}  // namespace

dns::Domain record_name(const dns::Domain& policy_domain) {
  return dns::Domain::from_ascii("_mta-sts." + policy_domain.text()).value_or(dns::Domain());
}

dns::Domain policy_host(const dns::Domain& policy_domain) {
  return dns::Domain::from_ascii("mta-sts." + policy_domain.text()).value_or(dns::Domain());
}

base::Instant refresh_due(const dns::Domain& policy_domain, const Kept& kept) {
  const base::Duration usual =
      std::min<base::Duration>(kRefresh, (kept.expires - kept.fetched) / 2);
  const auto share = static_cast<int>(std::hash<dns::Domain>{}(policy_domain) % 50);
  return kept.fetched + usual * (50 + share) / 100;
}

Decision decide(const dns::Domain& policy_domain, const dns::TxtAnswer& record,
                const std::optional<Kept>& kept, base::Instant now) {
  if (record.outcome == dns::Outcome::failed) {
    const std::string why = "its record could not be looked up: " + record.why;
    if (auto found = use_kept(kept, now, record.code, why)) return {{}, *std::move(found), {}};
    Found unresolved;
    unresolved.code = record.code;
    unresolved.why = fmt::format("The MTA-STS record of {} could not be looked up: {}",
                                 policy_domain.text(), record.why);
    return {{}, std::move(unresolved), {}};
  }
  const RecordReading reading = read(record);
  if (reading.state != RecordReading::State::valid) {
    const bool absent = reading.state == RecordReading::State::absent;
    std::string why =
        absent ? "no MTA-STS record is published" : "the MTA-STS record is invalid: " + reading.why;
    if (auto found = use_kept(kept, now, {}, why)) return {{}, *std::move(found), {}};
    return {{}, none(std::move(why)), {}};
  }
  const std::string& id = reading.record.id;
  if (kept && kept->id == id) {
    if (auto found = use_kept(kept, now, {}, {})) {
      const bool due = now >= refresh_due(policy_domain, *kept) && !backs_off(kept, id, now);
      return {due ? Decision::Next::refresh : Decision::Next::use, *std::move(found), id};
    }
  }
  if (backs_off(kept, id, now)) return {{}, without_fetch(kept, now), {}};
  return {Decision::Next::fetch, {}, id};
}

Fetched after_fetch(const std::string& id, const base::Result<std::string>& body,
                    const std::optional<Kept>& kept, base::Instant now) {
  auto policy = body ? parse_policy(*body) : base::Result<Policy>(std::unexpected(body.error()));
  if (policy) {
    Kept next{.id = id, .body = *body, .fetched = now, .expires = now + policy->max_age};
    // It holds for who asked for it just now, whatever its max_age says.
    Found found = holding(*std::move(policy), next, {}, {});
    return {std::move(next), std::move(found)};
  }
  Kept next = kept.value_or(Kept{});
  next.failures = next.failed_id == id ? next.failures + 1 : 1;
  next.failed_id = id;
  next.failed = now;
  next.failure_code = policy.error().code;
  next.failure = policy.error().text;
  const std::optional<Kept> known(next);
  // The same id, past its refresh: the kept policy is what is announced.
  if (next.id == id) {
    auto found =
        use_kept(known, now, next.failure_code, "it could not be fetched again: " + next.failure);
    if (found) return {std::move(next), *std::move(found)};
  }
  Found found = without_fetch(known, now);
  return {std::move(next), std::move(found)};
}

}  // namespace postern::mtasts
