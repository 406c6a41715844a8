// What a probe found, and what it means. Facts come from the same lookup, connection and dialogue
// as a delivery; here they become verdicts (docs/tls-policy.md 7 and 8). Pure: no I/O.
//
// Verdicts: an address is what it showed; a host and a domain are what a delivery would meet, so
// the best of their parts counts (one broken MX never blocks a domain) and the rest becomes
// warnings. An internal server route is the opposite: its worst address counts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/queue/envelope.h"
#include "core/route/route_plan.h"
#include "core/tls/judge.h"
#include "core/tls/observation.h"

namespace postern::probe {

enum class Readiness {
  unknown,    // it could not be found out: DNS failed, nobody answered
  not_ready,  // neither relaxed nor strict would deliver
  relaxed,    // Ready: relaxed
  strict,     // Ready: strict
};
[[nodiscard]] std::string_view readiness_text(Readiness readiness);   // "Ready: strict", ...
[[nodiscard]] std::string_view readiness_value(Readiness readiness);  // "ready-strict", ...

struct AddressFinding {
  base::IpAddress address;
  tls::Observation observation;
  queue::Status failure;  // of the connection or dialogue; code "" if it went well
  Readiness readiness = Readiness::unknown;
  std::optional<tls::Reason> why;  // why not strict
  std::string matched_name;
  std::vector<std::string> transcript;  // "C: EHLO ...", escaped
  base::Duration took{0};
};

struct HostFinding {
  std::string label;
  dns::Domain host;
  int preference = 0;
  std::uint16_t port = 25;
  bool secure = false;  // the name came by DNSSEC all the way
  std::vector<dns::Domain> names;
  std::vector<AddressFinding> addresses;
  std::optional<base::Failure> unusable;  // why it was not even connected to
  Readiness readiness = Readiness::unknown;
  std::optional<tls::Reason> why;
};

// What the effective requirement of an account would do with mail to the domain now.
struct Effective {
  tls::Mode mode = tls::Mode::opportunistic;
  bool met = true;
  std::optional<tls::Reason> why;
  std::string would_fail;  // reason code of a monitored demand
};

struct DomainFinding {
  dns::Domain domain;
  bool mx_secure = false;
  bool implicit_mx = false;
  std::vector<HostFinding> hosts;
  Readiness readiness = Readiness::unknown;
  std::optional<tls::Reason> why;  // why not strict
  std::string remedy;
  std::string remark;  // "No Mail (null MX)", "Domain Not Found", ... (tls-policy.md 8)
  std::vector<std::string> warnings;
  std::vector<tls::HostPattern> pins;  // what a strict policy would pin
  std::optional<Effective> effective;  // only with records
};

// One address: what it showed, judged by what enforced modes accept.
void conclude(AddressFinding& finding, std::span<const dns::Domain> names);
// Why a delivery that requires this would not get through at the address; nothing if it would.
[[nodiscard]] std::optional<tls::Reason> what_stops(const AddressFinding& finding,
                                                    const tls::Requirement& requirement);
// What the partner publishes (DANE, MTA-STS) holds a delivery, too: an address that does not meet
// it is not ready, whatever it showed; where it could not be looked up, that is unknown.
// `requirement` is the host's; what the account itself asks is left aside.
void hold_against_published(AddressFinding& finding, const tls::Requirement& requirement,
                            const dns::Domain& host);
// A host from its addresses; a domain from its hosts and the plan that led there.
void conclude(HostFinding& finding);
void conclude(DomainFinding& finding, const route::RoutePlan& plan);

// MX names to pin: as they are, or "*.rest" where the first label is made of the partner's own
// name, as large providers do ("example-com.mail.protection.outlook.com").
[[nodiscard]] std::vector<tls::HostPattern> pins_for(const dns::Domain& domain,
                                                     std::span<const HostFinding> hosts);

// The verdict of an internal route's test: its worst address; shown as "Strict - Trusted Enforced",
// "Relaxed Encryption Mode", "TLS Not Supported" or the true reason.
struct RouteVerdict {
  Readiness readiness = Readiness::unknown;
  bool passes = false;  // green; a red one blocks Next
  std::string shown_as;
  std::optional<tls::Reason> why;
};
[[nodiscard]] RouteVerdict route_verdict(const HostFinding& finding);

}  // namespace postern::probe
