// The sources of demands for a host, joined: the account's policies, the configured floor, what the
// world publishes (DANE, MTA-STS), and last the exception that may lower them. What one message
// asks for itself (REQUIRETLS, TLS-Required: No) is added for that message (message_wish.h).
#pragma once

#include "core/dane/tlsa_search.h"
#include "core/mtasts/found.h"
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

// What the world publishes about one host; null: not asked for.
struct Published {
  const dane::Facts* dane = nullptr;
  dns::Domain dane_of{};  // whose TLSA records they are, for people
  const mtasts::Found* sts = nullptr;
  dns::Domain policy_domain{};  // whose MTA-STS policy it is
};

[[nodiscard]] tls::Requirement mx_requirement(const DomainSources& sources,
                                              const policy::HostFacts& facts,
                                              const Published& published);
// `dane_names`: what DANE-TA may match on the route's host.
[[nodiscard]] tls::Requirement route_requirement(const DomainSources& sources,
                                                 const policy::ExternalRoute& route,
                                                 const dns::Domain& host,
                                                 const std::vector<dns::Domain>& dane_names,
                                                 const Published& published);
// The sender's account may hold a policy for a domain that is internal here; it is told why it
// loses.
[[nodiscard]] tls::Requirement route_requirement(const DomainSources& sources,
                                                 const policy::InternalRoute& route);

}  // namespace postern::route
