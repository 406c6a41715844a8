#include "core/policy/demands.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "core/tls/wishes.h"

namespace postern::policy {
namespace {

using tls::Authenticate;
using tls::Considered;
using tls::Mode;
using tls::Source;
using tls::SourceKind;
using tls::Standing;

constexpr auto kLongestException = std::chrono::days(30);

Standing standing_of(const Policy& policy) {
  return policy.stage == tls::Stage::monitor ? Standing::monitored : Standing::in_force;
}

void add_unique(std::vector<dns::Domain>& names, const dns::Domain& name) {
  if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
}

bool name_is_trusted(const HostFacts& facts) { return facts.name_secure || facts.listed_by_sts; }

bool pins_apply(const Policy& policy, const HostFacts& facts) {
  return !name_is_trusted(facts) && !policy.mx_pins.empty();
}

std::vector<dns::Domain> dane_names(const HostFacts& facts) {
  if (!facts.dane_names.empty()) return facts.dane_names;
  std::vector<dns::Domain> names;
  add_unique(names, facts.host);
  add_unique(names, facts.recipient_domain);
  return names;
}

// A route's host, as a name or as an address.
void trust_host(Authenticate& ways, const std::string& host) {
  if (const auto address = base::IpAddress::parse(host)) {
    ways.addresses.push_back(*address);
  } else if (const auto name = dns::Domain::parse(host)) {
    ways.names.push_back(*name);
  }
}

std::vector<tls::Wish> wishes_for(Mode mode, Authenticate ways, tls::Version floor) {
  switch (mode) {
    case Mode::opportunistic:
      return {};
    case Mode::relaxed:
      return tls::encryption(floor);
    case Mode::strict:
      return tls::authentication(std::move(ways), floor);
  }
  return {};
}

Authenticate ways_of(const ExternalRoute& route) {
  Authenticate ways;
  ways.dane = route.consult_published;
  if (route.verify_name.empty()) {
    trust_host(ways, route.host);
  } else {
    ways.names = {route.verify_name};
  }
  ways.dane_names = ways.names;
  return ways;
}

void narrow(Authenticate& ways, Accept accept) {
  if (accept == Accept::pkix) ways.dane = false;
  if (accept == Accept::dane) ways.pkix = false;
  // A pin authenticates by itself, without PKIX or DANE.
  if (accept != Accept::any) ways.pins.clear();
}

}  // namespace

Source source_of(const Policy& policy) {
  return {SourceKind::policy, policy.id.value, "policy " + policy.scope.text()};
}

Source source_of(const InternalRoute& route) {
  return {SourceKind::internal_route, route.id.value,
          "internal route " + host_and_port(route.host, route.port)};
}

Source source_of(const ExternalRoute& route) {
  return {SourceKind::external_route, route.id.value,
          "external route " + host_and_port(route.host, route.port)};
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
  const bool literal = base::IpAddress::parse(host).has_value();
  return literal ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

tls::Version floor_version(const Policy& policy) {
  switch (policy.floor) {
    case Floor::tls1_3:
      return tls::Version::tls1_3;
    case Floor::legacy:
      return policy.mode == Mode::strict ? tls::Version::tls1_2 : tls::Version::tls1_0;
    case Floor::standard:
      break;
  }
  return tls::Version::tls1_2;
}

bool in_force(const Exception& exception, base::Instant now) {
  return now < exception.end && now < exception.created + kLongestException;
}

std::vector<dns::Domain> reference_names(const Policy* policy, const HostFacts& facts) {
  std::vector<dns::Domain> names;
  // Rules 1 and 2: the host's own name, when something else than plain DNS vouches for it.
  const bool pinned = policy != nullptr && pins_apply(*policy, facts) &&
                      std::ranges::any_of(policy->mx_pins, [&](const tls::HostPattern& pin) {
                        return pin.matches(facts.host);
                      });
  if (name_is_trusted(facts) || pinned) add_unique(names, facts.host);
  add_unique(names, facts.recipient_domain);  // rule 3
  if (policy != nullptr) {
    for (const dns::Domain& name : policy->names) add_unique(names, name);  // rule 4
  }
  return names;
}

void add_policy(tls::Requirement& requirement, const Policy& policy, const HostFacts& facts) {
  Authenticate ways;
  ways.names = reference_names(&policy, facts);
  ways.dane_names = dane_names(facts);
  ways.pins = policy.spki_pins;
  narrow(ways, policy.accept);

  std::vector<tls::Wish> wishes = wishes_for(policy.mode, std::move(ways), floor_version(policy));
  if (policy.mode == Mode::strict && pins_apply(policy, facts)) {
    wishes.emplace_back(tls::HostIn{policy.mx_pins});
  }
  tls::add_wishes(requirement, source_of(policy), std::move(wishes), standing_of(policy));
}

void add_policy(tls::Requirement& requirement, const Policy& policy, const ExternalRoute& route) {
  Authenticate ways = ways_of(route);
  narrow(ways, policy.accept);
  tls::add_wishes(requirement, source_of(policy),
                  wishes_for(policy.mode, std::move(ways), floor_version(policy)),
                  standing_of(policy));
}

namespace {

template <class Where>
void add_chosen(tls::Requirement& requirement, const PolicyBook::Choice& choice,
                const Where& where) {
  if (choice.policy != nullptr) add_policy(requirement, *choice.policy, where);
  if (choice.monitored != nullptr) add_policy(requirement, *choice.monitored, where);
  for (const Considered& line : choice.considered) requirement.consider(line);
}

}  // namespace

void add_choice(tls::Requirement& requirement, const PolicyBook::Choice& choice,
                const HostFacts& facts) {
  add_chosen(requirement, choice, facts);
}

void add_choice(tls::Requirement& requirement, const PolicyBook::Choice& choice,
                const ExternalRoute& route) {
  add_chosen(requirement, choice, route);
}

void add_route(tls::Requirement& requirement, const InternalRoute& route) {
  Authenticate ways;
  ways.dane = false;  // nobody publishes TLSA for what only we know
  trust_host(ways, route.host);
  for (const dns::Domain& name : route.names) add_unique(ways.names, name);
  tls::add_wishes(requirement, source_of(route),
                  wishes_for(route.mode, std::move(ways), tls::Version::tls1_2));
  requirement.consider({source_of(route), route.mode, Considered::Fate::joined,
                        "the mode that the route's validation found"});
}

void add_route(tls::Requirement& requirement, const ExternalRoute& route) {
  tls::add_wishes(requirement, source_of(route),
                  wishes_for(route.mode, ways_of(route), tls::Version::tls1_2));
  requirement.consider({source_of(route), route.mode, Considered::Fate::joined,
                        "the mode that the route is configured with"});
}

void add_floor(tls::Requirement& requirement, Mode floor, const HostFacts& facts) {
  if (floor == Mode::opportunistic) return;
  const Source source{SourceKind::floor, 0, "configured floor"};
  Authenticate ways;
  ways.names = reference_names(nullptr, facts);
  ways.dane_names = dane_names(facts);
  tls::add_wishes(requirement, source, wishes_for(floor, std::move(ways), tls::Version::tls1_2));
  requirement.consider({source, floor, Considered::Fate::joined,
                        "the gateway's configuration asks for it in all mail to the world"});
}

void apply_exception(tls::Requirement& requirement, const Exception& exception) {
  const Source source{SourceKind::policy, exception.id.value,
                      "exception for " + exception.domain.text()};
  requirement.waive_above(
      exception.mode,
      {source, exception.mode, Considered::Fate::waived,
       fmt::format("{} is allowed until {}: {} ({})", tls::shown_as(exception.mode),
                   base::rfc3339(std::chrono::floor<std::chrono::seconds>(exception.end)),
                   exception.reason, exception.author)});
}

}  // namespace postern::policy
