// A policy that is kept, and what a look for its record or a fetch may come back with.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "core/mtasts/cache.h"
#include "core/tls/testing.h"

namespace postern::mtasts::testing {

using tls::testing::domain;
using tls::testing::noon;

inline const dns::Domain kDomain = domain("example.com");
inline const std::string kBody =
    "version: STSv1\nmode: enforce\nmx: mail.example.com\nmax_age: 604800\n";
inline constexpr base::Duration kWeek = std::chrono::weeks(1);

// Fetched at noon, for a week.
[[nodiscard]] inline Kept holding() {
  return {.id = "1", .body = kBody, .fetched = noon(), .expires = noon() + kWeek};
}
[[nodiscard]] inline Kept failing(Kept kept, std::string id, base::Instant when, int failures = 1) {
  kept.failed_id = std::move(id);
  kept.failure_code = "sts-policy-fetch-error";
  kept.failure = "the host is silent";
  kept.failed = when;
  kept.failures = failures;
  return kept;
}
[[nodiscard]] inline Kept never_fetched(std::string id, base::Instant when) {
  return failing({}, std::move(id), when);
}

[[nodiscard]] inline dns::TxtAnswer texts(std::initializer_list<const char*> all) {
  dns::TxtAnswer answer;
  answer.outcome = dns::Outcome::ok;
  for (const char* text : all) answer.records.push_back({text});
  return answer;
}
[[nodiscard]] inline dns::TxtAnswer record(const std::string& id) {
  const std::string text = "v=STSv1; id=" + id + ";";
  return texts({text.c_str()});
}
[[nodiscard]] inline dns::TxtAnswer nothing(dns::Outcome outcome = dns::Outcome::no_data) {
  dns::TxtAnswer answer;
  answer.outcome = outcome;
  return answer;
}
[[nodiscard]] inline dns::TxtAnswer failed(std::string code = "dns-timeout") {
  dns::TxtAnswer answer;
  answer.code = std::move(code);
  answer.why = "the server failed.";
  return answer;
}

[[nodiscard]] inline base::Result<std::string> silence(
    std::string code = "sts-policy-fetch-error") {
  return base::fail(std::move(code), "the host is silent");
}

[[nodiscard]] inline Decision at(const std::optional<Kept>& kept, const dns::TxtAnswer& answer,
                                 base::Instant now) {
  return decide(kDomain, answer, kept, now);
}

}  // namespace postern::mtasts::testing
