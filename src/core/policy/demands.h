// What a policy, a route, the configured floor and an exception mean for one host, in demands.
//
// The heart is the question which name the certificate must carry (tls-policy.md 4). The name of an
// MX comes from DNS, which an attacker may forge; so strict trusts it only when
//   1. it is DNSSEC-secure, or listed by the partner's MTA-STS policy; else
//   2. it is among the policy's pinned MX patterns: then hosts outside them are not used at all;
//   and
//   3. the recipient domain itself, and
//   4. names and SPKI pins that the administrator wrote in the policy,
// are trusted in any case. On a configured route the name comes from the configuration alone.
//
// Each function adds its demands, and its line to the explanation.
#pragma once

#include <optional>
#include <vector>

#include "core/policy/model.h"
#include "core/policy/policy_book.h"
#include "core/tls/requirement.h"

namespace postern::policy {

// An MX host, and how its name was learnt.
struct HostFacts {
  dns::Domain recipient_domain;
  dns::Domain host;
  bool name_secure = false;    // by DNSSEC all the way from the recipient domain
  bool listed_by_sts = false;  // by the partner's MTA-STS policy in mode enforce
  // TLSA base domain and what RFC 7672 3.2.2 adds; empty: the host and the recipient domain.
  std::vector<dns::Domain> dane_names;
};

[[nodiscard]] tls::Source source_of(const Policy& policy);
[[nodiscard]] tls::Source source_of(const InternalRoute& route);
[[nodiscard]] tls::Source source_of(const ExternalRoute& route);
// "mx1.corp.example:25", "[192.0.2.1]:2525"
[[nodiscard]] std::string host_and_port(const std::string& host, std::uint16_t port);

// The lowest TLS version that the policy takes. A legacy floor counts on a relaxed policy alone.
[[nodiscard]] tls::Version floor_version(const Policy& policy);
// Is it to be honoured now? Never past its end, nor 30 days after it was made.
[[nodiscard]] bool in_force(const Exception& exception, base::Instant now);

// The names that strict would match for this host; `policy` may be null.
[[nodiscard]] std::vector<dns::Domain> reference_names(const Policy* policy,
                                                       const HostFacts& facts);

void add_policy(tls::Requirement& requirement, const Policy& policy, const HostFacts& facts);
// The policy of the recipient domain where its mail goes by a configured route: pins are about MX
// hosts, so the name to verify is the route's.
void add_policy(tls::Requirement& requirement, const Policy& policy, const ExternalRoute& route);
// The winner and the monitored policy, with the lines of all that were considered.
void add_choice(tls::Requirement& requirement, const PolicyBook::Choice& choice,
                const HostFacts& facts);
void add_choice(tls::Requirement& requirement, const PolicyBook::Choice& choice,
                const ExternalRoute& route);

void add_route(tls::Requirement& requirement, const InternalRoute& route);
void add_route(tls::Requirement& requirement, const ExternalRoute& route);
// The operator's own floor for mail to the world; opportunistic demands nothing.
void add_floor(tls::Requirement& requirement, tls::Mode floor, const HostFacts& facts);

void apply_exception(tls::Requirement& requirement, const Exception& exception);

}  // namespace postern::policy
