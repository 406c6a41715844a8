#include "core/route/sources.h"

#include "core/dane/demands.h"

namespace postern::route {
namespace {

// Last of all: an exception lowers what every other source has added.
void finish(tls::Requirement& requirement, const DomainSources& sources) {
  if (sources.exception != nullptr) policy::apply_exception(requirement, *sources.exception);
}

// DANE before MTA-STS: where usable records decide, no chain of public CAs makes up for them, and
// none is asked for besides (RFC 8461 2).
void add_published(tls::Requirement& requirement, const dns::Domain& host,
                   const std::vector<dns::Domain>& dane_names, const Published& published) {
  const bool decides =
      published.dane != nullptr && published.dane->state == dane::Facts::State::usable;
  if (published.dane != nullptr) {
    dane::add_demands(requirement, published.dane_of, *published.dane, dane_names);
  }
  if (published.sts != nullptr) {
    mtasts::add_demands(
        requirement, published.policy_domain, host, *published.sts,
        decides ? mtasts::Authentication::by_dane : mtasts::Authentication::by_pkix);
  }
}

}  // namespace

tls::Requirement mx_requirement(const DomainSources& sources, const policy::HostFacts& facts,
                                const Published& published) {
  tls::Requirement requirement;
  policy::add_choice(requirement, sources.choice, facts);
  policy::add_floor(requirement, sources.floor, facts);
  add_published(requirement, facts.host, facts.dane_names, published);
  finish(requirement, sources);
  return requirement;
}

tls::Requirement route_requirement(const DomainSources& sources, const policy::ExternalRoute& route,
                                   const dns::Domain& host,
                                   const std::vector<dns::Domain>& dane_names,
                                   const Published& published) {
  tls::Requirement requirement;
  policy::add_route(requirement, route);
  policy::add_choice(requirement, sources.choice, route);
  add_published(requirement, host, dane_names, published);
  finish(requirement, sources);
  return requirement;
}

tls::Requirement route_requirement(const DomainSources& sources,
                                   const policy::InternalRoute& route) {
  tls::Requirement requirement;
  policy::add_route(requirement, route);
  for (tls::Considered line : sources.choice.considered) {
    line.fate = tls::Considered::Fate::lost;
    line.rule = "the domain is internal to this gateway, so the message does not leave it";
    requirement.consider(std::move(line));
  }
  finish(requirement, sources);
  return requirement;
}

}  // namespace postern::route
