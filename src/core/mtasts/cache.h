// How a sender comes to a domain's MTA-STS policy, and keeps it (RFC 8461 3.1, 3.3, 5.1, 10.2).
//
//   1. The TXT record at _mta-sts.<domain> says that there is a policy, and its id.
//   2. A kept policy with that id, not past its end, is used as it is; with another id, or none
//      kept, the policy is fetched.
//   3. Whatever goes wrong: a kept policy that is not past its end holds. An attacker who blocks
//   one
//      lookup or one fetch therefore gains nothing but time, and never more than max_age.
//   4. Where nothing is kept: a record and a fetch that fails mean "no policy" (3.3 demands it);
//      a record that could not even be looked up means "unresolved".
// A fetch that failed is not repeated for a while (3.3: five minutes or longer). A policy in use is
// fetched again, beside the traffic, before half of its life or a day has passed (10.2).
//
// Pure: the caller looks up, fetches and writes.
#pragma once

#include <optional>
#include <string>

#include "core/base/failure.h"
#include "core/base/time.h"
#include "core/dns/answer.h"
#include "core/mtasts/found.h"

namespace postern::mtasts {

// "_mta-sts.example.com"; empty for a name that leaves no room.
[[nodiscard]] dns::Domain record_name(const dns::Domain& policy_domain);
// "mta-sts.example.com"
[[nodiscard]] dns::Domain policy_host(const dns::Domain& policy_domain);

// What is remembered of one policy domain, in memory and on disk.
struct Kept {
  std::string id;    // of the record that the body was fetched for; empty: never fetched
  std::string body;  // as it came
  base::Instant fetched{};
  base::Instant expires{};
  // The last fetch, if it failed.
  std::string failed_id{};
  std::string failure_code{};
  std::string failure{};  // one sentence
  base::Instant failed{};
  int failures = 0;  // in a row
  bool operator==(const Kept&) const = default;
};

struct Decision {
  enum class Next {
    use,      // `found` is the answer
    refresh,  // the same, and the policy is to be fetched beside the traffic
    fetch,    // the answer waits for a fetch
  };
  Next next = Next::use;
  Found found;
  std::string id;  // for refresh and fetch: of the record
};

[[nodiscard]] Decision decide(const dns::Domain& policy_domain, const dns::TxtAnswer& record,
                              const std::optional<Kept>& kept, base::Instant now);

// After a fetch: what to keep, and the answer.
struct Fetched {
  Kept kept;
  Found found;
};
[[nodiscard]] Fetched after_fetch(const std::string& id, const base::Result<std::string>& body,
                                  const std::optional<Kept>& kept, base::Instant now);

// Is it time to fetch it again? Spread by the domain's name, so that many are no burst.
[[nodiscard]] base::Instant refresh_due(const dns::Domain& policy_domain, const Kept& kept);

}  // namespace postern::mtasts
