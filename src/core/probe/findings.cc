#include "core/probe/findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/tls/names.h"

namespace postern::probe {

std::string_view readiness_text(Readiness readiness) {
  switch (readiness) {
    case Readiness::unknown:
      return "Unknown";
    case Readiness::not_ready:
      return "Not ready";
    case Readiness::relaxed:
      return "Ready: relaxed";
    case Readiness::strict:
      return "Ready: strict";
  }
  return "Unknown";
}

std::string_view readiness_value(Readiness readiness) {
  switch (readiness) {
    case Readiness::unknown:
      return "unknown";
    case Readiness::not_ready:
      return "not-ready";
    case Readiness::relaxed:
      return "ready-relaxed";
    case Readiness::strict:
      return "ready-strict";
  }
  return "unknown";
}

namespace {

// What a delivery would meet: a ready part wins; among the others one that might be ready wins over
// one that is known not to be.
int rank(Readiness readiness) {
  switch (readiness) {
    case Readiness::not_ready:
      return 0;
    case Readiness::unknown:
      return 1;
    case Readiness::relaxed:
      return 2;
    case Readiness::strict:
      return 3;
  }
  return 0;
}

template <class Part>
const Part* best_of(const std::vector<Part>& parts) {
  const Part* best = nullptr;
  for (const Part& part : parts) {
    if (!best || rank(part.readiness) > rank(best->readiness)) best = &part;
  }
  return best;
}

// The session broke before a delivery could have said MAIL FROM, with TLS that an enforced mode
// takes or before there was any: every delivery meets that, whatever it asks of TLS. Where the TLS
// would not do either, that is what an enforced mode meets first.
bool broke_for_all(const AddressFinding& finding) {
  const tls::Observation& seen = finding.observation;
  if (finding.failure.code.empty()) return false;
  if (seen.offer == tls::Offer::offered && seen.handshake == tls::Handshake::not_tried) return true;
  std::optional<tls::Reason> ignored;
  return tls::achieved(seen, {}, ignored) != tls::Mode::opportunistic;
}

// The connection ended where the first reply under TLS would be: a delivery that nothing forbids
// comes again in plaintext (client_dialogue.h).
bool is_survived_in_plaintext(const AddressFinding& finding, const tls::Requirement& requirement) {
  const tls::Observation& seen = finding.observation;
  if (finding.failure.code != "connection-lost" || !seen.encrypted()) return false;
  tls::Observation failed = seen;
  failed.handshake = tls::Handshake::failed;
  return seen.offer == tls::Offer::offered && !tls::judge(requirement, failed).unmet;
}

// A server that puts it off, or takes longer than a probe waits, may be ready at another time.
bool may_pass(const queue::Status& failure) {
  return failure.diagnostic.starts_with('4') || failure.code == "reply-timeout" ||
         failure.code == "cancelled";
}

tls::Reason reason_of(const queue::Status& status) { return {status.code, status.text}; }

std::string remark_of(std::string_view code) {
  if (code == "null-mx") return "No Mail (null MX)";
  if (code == "no-such-domain") return "Domain Not Found";
  return {};
}

std::string remedy_for(const DomainFinding& finding) {
  if (!finding.why) return {};
  return std::string(tls::reason_info(finding.why->code).remedy);
}

std::string quality_warning(const HostFinding& host) {
  return fmt::format("{}: {}{}", host.label, readiness_text(host.readiness),
                     host.why ? ". " + host.why->sentence : std::string("."));
}

}  // namespace

void conclude(AddressFinding& finding, std::span<const dns::Domain> names) {
  const tls::Observation& seen = finding.observation;
  if (seen.offer == tls::Offer::unknown ||
      (seen.offer == tls::Offer::implicit && !seen.encrypted())) {
    bool handshake_broke = seen.handshake == tls::Handshake::failed;
    finding.readiness = handshake_broke ? Readiness::not_ready : Readiness::unknown;
    if (!finding.failure.code.empty()) finding.why = reason_of(finding.failure);
    return;
  }
  std::optional<tls::Reason> why_not;
  tls::Mode mode = tls::achieved(seen, names, why_not);
  finding.why = std::move(why_not);
  switch (mode) {
    case tls::Mode::strict:
      finding.readiness = Readiness::strict;
      if (seen.certificate) {
        finding.matched_name = tls::match_name(*seen.certificate, names).value_or("");
      }
      break;
    case tls::Mode::relaxed:
      finding.readiness = Readiness::relaxed;
      break;
    case tls::Mode::opportunistic:
      finding.readiness = Readiness::not_ready;
      break;
  }
  // TLS is not all: a delivery needs a session that goes on under it.
  if (!broke_for_all(finding)) return;
  finding.readiness = may_pass(finding.failure) ? Readiness::unknown : Readiness::not_ready;
  finding.why = reason_of(finding.failure);
}

std::optional<tls::Reason> what_stops(const AddressFinding& finding,
                                      const tls::Requirement& requirement) {
  if (is_survived_in_plaintext(finding, requirement)) return std::nullopt;
  if (broke_for_all(finding)) return reason_of(finding.failure);
  if (auto unmet = tls::judge(requirement, finding.observation).unmet) return unmet->reason;
  if (!finding.failure.code.empty()) return reason_of(finding.failure);
  return std::nullopt;
}

void hold_against_published(AddressFinding& finding, const tls::Requirement& requirement,
                            const dns::Domain& host) {
  if (finding.readiness < Readiness::relaxed) return;
  tls::Requirement published;
  for (const tls::Demand& demand : requirement.demands()) {
    const bool theirs = demand.source.kind == tls::SourceKind::dane ||
                        demand.source.kind == tls::SourceKind::mta_sts;
    if (theirs) published.add(demand);
  }
  auto unmet = tls::judge_host(published, host);
  if (!unmet) unmet = tls::judge(published, finding.observation).unmet;
  if (!unmet) return;
  const bool for_now = std::holds_alternative<tls::Unresolved>(unmet->demand.wish);
  finding.readiness = for_now ? Readiness::unknown : Readiness::not_ready;
  finding.why = unmet->reason;
}

void conclude(HostFinding& finding) {
  const AddressFinding* best = best_of(finding.addresses);
  if (best) {
    finding.readiness = best->readiness;
    finding.why = best->why;
    return;
  }
  finding.readiness = Readiness::unknown;
  if (!finding.unusable) return;
  finding.why = tls::Reason{finding.unusable->code, finding.unusable->text};
  // Known not to work, unlike a lookup that failed for now.
  bool for_now = finding.unusable->code.starts_with("dns");
  if (!for_now) finding.readiness = Readiness::not_ready;
}

void conclude(DomainFinding& finding, const route::RoutePlan& plan) {
  finding.domain = plan.domain;
  finding.mx_secure = plan.mx_secure;
  finding.implicit_mx = plan.implicit_mx;
  if (const HostFinding* best = best_of(finding.hosts)) {
    finding.readiness = best->readiness;
    finding.why = best->why;
    for (const HostFinding& host : finding.hosts) {
      if (host.readiness != best->readiness) finding.warnings.push_back(quality_warning(host));
    }
  } else if (plan.failure) {
    finding.readiness = plan.permanent ? Readiness::not_ready : Readiness::unknown;
    finding.why = tls::Reason{plan.failure->code, plan.failure->text};
    finding.remark = remark_of(plan.failure->code);
  }
  finding.remedy = remedy_for(finding);
  if (finding.readiness == Readiness::strict) {
    finding.pins = pins_for(finding.domain, finding.hosts);
    bool insecure =
        std::ranges::any_of(finding.hosts, [](const auto& host) { return !host.secure; });
    if (insecure) {
      finding.warnings.push_back(
          "The MX names are not protected by DNSSEC: a strict policy should pin them.");
    }
  }
}

std::vector<tls::HostPattern> pins_for(const dns::Domain& domain,
                                       std::span<const HostFinding> hosts) {
  std::string own = domain.text();
  std::ranges::replace(own, '.', '-');
  std::vector<tls::HostPattern> pins;
  for (const HostFinding& host : hosts) {
    if (host.host.empty()) continue;
    const std::string& name = host.host.text();
    std::string_view first = std::string_view(name).substr(0, name.find('.'));
    tls::HostPattern pin = tls::HostPattern::exact(host.host);
    if (first == own && host.host.label_count() > 3) {
      auto wide = tls::HostPattern::parse("*." + host.host.parent().text());
      if (wide) pin = *wide;
    }
    if (std::ranges::find(pins, pin) == pins.end()) pins.push_back(pin);
  }
  return pins;
}

RouteVerdict route_verdict(const HostFinding& finding) {
  RouteVerdict verdict;
  const AddressFinding* worst = nullptr;
  for (const AddressFinding& address : finding.addresses) {
    bool red = !address.failure.code.empty() || address.readiness < Readiness::relaxed;
    bool worst_is_red =
        worst && (!worst->failure.code.empty() || worst->readiness < Readiness::relaxed);
    if (!worst || (red && !worst_is_red) ||
        (red == worst_is_red && address.readiness < worst->readiness)) {
      worst = &address;
    }
  }
  if (!worst) {
    if (finding.unusable) verdict.why = tls::Reason{finding.unusable->code, finding.unusable->text};
    verdict.shown_as = verdict.why ? verdict.why->sentence : "The route has no address.";
    return verdict;
  }
  verdict.readiness = worst->readiness;
  verdict.why = worst->failure.code.empty() ? worst->why : reason_of(worst->failure);
  verdict.passes = worst->failure.code.empty() && worst->readiness >= Readiness::relaxed;
  bool no_tls = worst->observation.offer == tls::Offer::not_offered ||
                worst->observation.offer == tls::Offer::refused;
  if (verdict.passes) {
    verdict.shown_as = tls::shown_as(worst->readiness == Readiness::strict ? tls::Mode::strict
                                                                           : tls::Mode::relaxed);
  } else if (no_tls) {
    verdict.shown_as = "TLS Not Supported";
  } else {
    verdict.shown_as = verdict.why ? verdict.why->sentence : "The route could not be tested.";
  }
  return verdict;
}

}  // namespace postern::probe
