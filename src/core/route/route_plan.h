// From a recipient domain to the hosts to try, in order, each with the requirement it must meet.
//
// RouteLookup asks questions and learns answers; it does no I/O, so a test answers from a map, and
// delivery, the probe, the dry run and the route test share it. The caller asks the open questions
// in parallel, and hands each answer back.
//
//   RouteLookup lookup(book, account, domain, sources, now);
//   while (!lookup.done()) { for (q : lookup.open_questions()) ...ask, then lookup.learn(q,
//   answer); } RoutePlan plan = lookup.plan();
//
// RFC 5321 5.1 (MX, implicit MX, no CNAME target as MX), RFC 7505 (null MX), RFC 7672 2.2 (security
// of each step; TLSA records are asked for once the addresses are known), RFC 8461 (the policy of
// the recipient domain, asked beside the MX). Address records of one host are both asked (A and
// AAAA); a host whose lookup failed is kept as "unknown", so that one broken MX never blocks a
// domain and never vanishes either.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/failure.h"
#include "core/base/ip_address.h"
#include "core/dane/tlsa_search.h"
#include "core/dns/answer.h"
#include "core/mtasts/found.h"
#include "core/policy/policy_book.h"
#include "core/tls/requirement.h"

namespace postern::route {

// The last is no record: the MTA-STS policy of a domain, by whatever it takes to have it.
enum class RecordType { mx, a, aaaa, tlsa, txt, cname, sts_policy };
struct Question {
  RecordType type = RecordType::mx;
  dns::Domain name;
  auto operator<=>(const Question&) const = default;
};
using AnyAnswer = std::variant<dns::MxAnswer, dns::AddressAnswer, dns::TlsaAnswer, dns::TxtAnswer,
                               dns::NameAnswer, mtasts::Found>;

enum class HopKind { internal_route, external_route, mx };

struct HostPlan {
  HopKind kind = HopKind::mx;
  base::RouteId route;  // of a configured route
  std::string label;    // for people: "mx1.example.com", "[192.0.2.1]:2525"
  dns::Domain host;     // empty for an address literal
  int preference = 0;   // MX preference or route priority: lower first, equal ones share load
  std::uint16_t port = 25;
  policy::TlsStart start = policy::TlsStart::starttls;
  std::vector<base::IpAddress> addresses;  // IPv6 and IPv4 interleaved
  bool secure = false;  // the name came by DNSSEC all the way (tls-semantics.md 4, rule 1)
  tls::Requirement requirement;
  dns::Domain server_name;  // for SNI: the TLSA base domain where there is one (RFC 7672 8.1)
  dane::Facts dane;         // what the host publishes; its usable records go into the handshake
  std::vector<dns::Domain> dane_names;
  std::vector<dns::Domain> reference_names;  // what strict would match: for the probe and display
  std::optional<policy::Login> login;
  std::optional<base::Failure>
      unusable;  // why this host cannot even be tried (its lookup failed, ...)
};

struct RoutePlan {
  HopKind kind = HopKind::mx;
  dns::Domain domain;
  bool implicit_mx = false;
  bool mx_secure = false;
  std::optional<mtasts::Found> sts;  // the domain's MTA-STS policy, if it was asked for
  std::vector<HostPlan> hosts;  // by preference; shuffling equals is the caller's (it needs chance)
  // Nowhere to go at all. `permanent`: bounce (null MX, no such domain), else defer. When no host
  // can be tried, this is the best one's reason, and the hosts stay in the list.
  std::optional<base::Failure> failure;
  bool permanent = false;
  // From the winning policy, for the queue.
  policy::OnFailure on_failure = policy::OnFailure::defer;
  std::optional<base::Duration> time_limit;
};

struct RouteSettings {
  std::uint16_t smtp_port = 25;  // where MX hosts listen; other than 25 only in a practice world
  bool ipv4 = true;
  bool ipv6 = true;
  bool allow_special_addresses = false;  // may an MX of the world resolve to a private address?
  std::size_t hosts_limit = 50;
  tls::Mode floor = tls::Mode::opportunistic;  // the configured floor for external delivery
  bool dane = true;     // what the world publishes, looked up and honoured; without: not even
  bool mta_sts = true;  // asked for
  // This gateway itself: an MX list is cut where one of these stands (RFC 5321 5.1).
  std::vector<dns::Domain> own_names;
  std::vector<base::Endpoint> own_endpoints;
};

class RouteLookup {
 public:
  RouteLookup(const policy::PolicyBook& book, base::AccountId account, dns::Domain domain,
              RouteSettings settings, base::Instant now);
  ~RouteLookup();
  [[nodiscard]] bool done() const;
  [[nodiscard]] std::vector<Question> open_questions();  // each is returned once
  void learn(const Question& question, AnyAnswer answer);
  [[nodiscard]] RoutePlan plan() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace postern::route
