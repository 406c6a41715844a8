#include "core/mtasts/found.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/time.h"
#include "core/tls/wishes.h"

namespace postern::mtasts {
namespace {

using tls::Considered;
using tls::Mode;

void add_policy(tls::Requirement& requirement, const tls::Source& source, const dns::Domain& host,
                const Found& found, Authentication authentication) {
  const bool enforced = found.policy.mode == PolicyMode::enforce;
  tls::Authenticate ways;
  ways.names = {host};
  ways.dane = false;
  std::vector<tls::Wish> wishes = authentication == Authentication::by_dane
                                      ? tls::encryption()
                                      : tls::authentication(std::move(ways));
  wishes.emplace_back(tls::HostIn{found.policy.mx});
  tls::add_wishes(requirement, source, std::move(wishes),
                  enforced ? tls::Standing::in_force : tls::Standing::monitored);
  std::string rule = fmt::format("policy {}, mode {}, holds until {}", found.id,
                                 mode_text(found.policy.mode), base::rfc3339(found.expires));
  if (!found.why.empty()) rule += "; " + found.why;
  if (authentication == Authentication::by_dane) {
    rule += "; the host has usable TLSA records, so DANE decides authentication";
  }
  requirement.consider({source, Mode::strict,
                        enforced ? Considered::Fate::joined : Considered::Fate::monitored,
                        std::move(rule)});
}

}  // namespace

bool lists(const Policy& policy, const dns::Domain& host) {
  return std::ranges::any_of(policy.mx, [&](const auto& pattern) { return pattern.matches(host); });
}

void add_demands(tls::Requirement& requirement, const dns::Domain& policy_domain,
                 const dns::Domain& host, const Found& found, Authentication authentication) {
  const tls::Source source{tls::SourceKind::mta_sts, 0, "MTA-STS of " + policy_domain.text()};
  switch (found.state) {
    case Found::State::none:
      requirement.consider({source, Mode::opportunistic, Considered::Fate::absent, found.why});
      return;
    case Found::State::unresolved:
      requirement.add({source, tls::Unresolved{found.code, found.why}, tls::Standing::in_force});
      requirement.consider({source, Mode::strict, Considered::Fate::joined, found.why});
      return;
    case Found::State::policy:
      if (found.policy.mode == PolicyMode::none) {
        requirement.consider({source, Mode::opportunistic, Considered::Fate::absent,
                              "the domain's policy is \"none\""});
        return;
      }
      add_policy(requirement, source, host, found, authentication);
      return;
  }
}

}  // namespace postern::mtasts
