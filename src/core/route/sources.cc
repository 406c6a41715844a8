#include "core/route/sources.h"

namespace postern::route {
namespace {

// Last of all: an exception lowers what every other source has added.
void finish(tls::Requirement& requirement, const DomainSources& sources) {
  if (sources.exception != nullptr) policy::apply_exception(requirement, *sources.exception);
}

}  // namespace

tls::Requirement mx_requirement(const DomainSources& sources, const policy::HostFacts& facts) {
  tls::Requirement requirement;
  policy::add_choice(requirement, sources.choice, facts);
  policy::add_floor(requirement, sources.floor, facts);
  finish(requirement, sources);
  return requirement;
}

tls::Requirement route_requirement(const DomainSources& sources,
                                   const policy::ExternalRoute& route) {
  tls::Requirement requirement;
  policy::add_route(requirement, route);
  policy::add_choice(requirement, sources.choice, route);
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
