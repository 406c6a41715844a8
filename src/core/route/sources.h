// The sources of demands for an MX host of the world, joined. A further source (DANE, MTA-STS,
// REQUIRETLS) is one more function called here, before the exception; the questions that it needs
// answered are asked by RouteLookup. Neither the join nor judge() changes for it.
#pragma once

#include "core/policy/demands.h"
#include "core/policy/policy_book.h"
#include "core/tls/requirement.h"

namespace postern::route {

// What is the same for every host of one domain.
struct DomainSources {
  policy::PolicyBook::Choice choice;
  const policy::Exception* exception = nullptr;
  tls::Mode floor = tls::Mode::opportunistic;
};

[[nodiscard]] tls::Requirement mx_requirement(const DomainSources& sources,
                                              const policy::HostFacts& facts);
[[nodiscard]] tls::Requirement route_requirement(const DomainSources& sources,
                                                 const policy::ExternalRoute& route);
// The sender's account may hold a policy for a domain that is internal here; it is told why it
// loses.
[[nodiscard]] tls::Requirement route_requirement(const DomainSources& sources,
                                                 const policy::InternalRoute& route);

}  // namespace postern::route
