#include "core/onboarding/new_domain.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/tls/names.h"

namespace postern::onboarding {
namespace {

using probe::Readiness;

constexpr std::string_view kConsequence = "It waits for 24 hours, then it bounces.";

Readiness readiness_of(const NewDomain& domain) {
  return domain.finding ? domain.finding->readiness : Readiness::unknown;
}

// Does a strict policy with these pins take the host's name (docs/tls-policy.md 4)?
bool name_is_taken(const probe::HostFinding& host, const std::vector<tls::HostPattern>& pins,
                   const dns::Domain& recipient_domain) {
  if (host.secure) return true;
  if (!pins.empty()) {
    return std::ranges::any_of(pins, [&](const auto& pin) { return pin.matches(host.host); });
  }
  // Nothing vouches for the MX name, so the certificate must carry the recipient domain itself.
  const dns::Domain names[] = {recipient_domain};
  return std::ranges::any_of(host.addresses, [&](const probe::AddressFinding& address) {
    const auto& certificate = address.observation.certificate;
    return address.readiness == Readiness::strict && certificate &&
           tls::match_name(*certificate, names).has_value();
  });
}

std::string sentence_of(const std::optional<tls::Reason>& why) {
  return why ? why->sentence : "the look found no reason.";
}

// Why an enforced policy would not deliver; empty: it would.
std::string obstacle(const NewDomain& domain) {
  const probe::DomainFinding& finding = *domain.finding;
  const tls::Mode mode = mode_of(domain);
  const Readiness needed = mode == tls::Mode::strict ? Readiness::strict : Readiness::relaxed;
  if (finding.readiness < needed) return sentence_of(finding.why);
  if (mode != tls::Mode::strict) return {};
  const auto pins = pins_of(domain);
  const bool delivers = std::ranges::any_of(finding.hosts, [&](const probe::HostFinding& host) {
    return host.readiness == Readiness::strict && name_is_taken(host, pins, domain.scope.base);
  });
  if (delivers) return {};
  if (pins.empty()) {
    return fmt::format("no MX name is pinned, and no server shows a certificate for {} itself.",
                       domain.scope.base.text());
  }
  return "no server that proves itself is among the pinned MX names.";
}

}  // namespace

std::string name_of(const NewDomain& domain) {
  return domain.scope.base.empty() ? domain.written : domain.scope.text();
}

bool needs_look(const NewDomain& domain) {
  return domain.verdict == Verdict::valid && !domain.scope.wildcard && !domain.finding;
}

bool was_looked_at(const NewDomain& domain) {
  return domain.verdict == Verdict::valid && !needs_look(domain);
}

tls::Mode mode_of(const NewDomain& domain) {
  if (domain.mode_choice) return *domain.mode_choice;
  return readiness_of(domain) == Readiness::relaxed ? tls::Mode::relaxed : tls::Mode::strict;
}

std::vector<tls::HostPattern> pins_of(const NewDomain& domain) {
  if (mode_of(domain) != tls::Mode::strict) return {};
  if (domain.pins_choice) return *domain.pins_choice;
  if (!domain.finding) return {};
  if (!domain.finding->pins.empty()) return domain.finding->pins;
  return probe::pins_for(domain.scope.base, domain.finding->hosts);
}

std::string will_fail(const NewDomain& domain) {
  if (!was_looked_at(domain)) return {};
  const std::string name = name_of(domain);
  if (domain.scope.wildcard) {
    return fmt::format(
        "The domains below {} were not looked at: mail to one that does not do what the policy "
        "demands is not delivered. {}",
        domain.scope.base.text(), kConsequence);
  }
  const std::string why = obstacle(domain);
  if (why.empty()) return {};
  if (readiness_of(domain) == Readiness::unknown) {
    return fmt::format("Whether mail to {} can be delivered is not known: {} If it cannot: {}",
                       name, why, kConsequence);
  }
  return fmt::format("Mail to {} will not be delivered: {} {}", name, why, kConsequence);
}

bool is_confirmed(const NewDomain& domain) {
  return !domain.confirmed_sentence.empty() && domain.confirmed_sentence == will_fail(domain);
}

tls::Stage stage_of(const NewDomain& domain) {
  if (domain.stage_choice == tls::Stage::monitor) return tls::Stage::monitor;
  const bool fails = !will_fail(domain).empty();
  return fails && !is_confirmed(domain) ? tls::Stage::monitor : tls::Stage::enforce;
}

base::Result<> change(NewDomain& domain, const NewDomainChange& wanted) {
  NewDomain changed = domain;
  if (wanted.mode == tls::Mode::opportunistic) {
    return base::fail("invalid-mode",
                      "A policy demands TLS: its mode is strict or relaxed. Without a policy "
                      "delivery is opportunistic.");
  }
  if (wanted.mode) changed.mode_choice = wanted.mode;
  if (wanted.pins) changed.pins_choice = wanted.pins;
  if (wanted.stage) changed.stage_choice = wanted.stage;
  if (wanted.confirmed) {
    changed.confirmed_sentence = *wanted.confirmed ? will_fail(changed) : std::string();
    // Confirming is how an administrator says "enforce it all the same".
    if (*wanted.confirmed && !wanted.stage) changed.stage_choice.reset();
  }
  if (wanted.stage == tls::Stage::enforce && stage_of(changed) != tls::Stage::enforce) {
    return base::fail("confirmation-needed",
                      will_fail(changed) + " Confirm this sentence, or keep the stage monitor.");
  }
  domain = std::move(changed);
  return {};
}

void learn(NewDomain& domain, probe::DomainFinding finding) {
  const auto verdict = finding.why ? from_probe(finding.why->code) : std::nullopt;
  domain.verdict = verdict.value_or(Verdict::valid);
  domain.why = verdict ? finding.why->sentence : std::string();
  if (verdict) domain.added = false;
  domain.finding = std::move(finding);
}

policy::Policy policy_of(const NewDomain& domain, base::AccountId account,
                         const std::string& author, base::Instant now) {
  policy::Policy policy;
  policy.account = account;
  policy.scope = domain.scope;
  policy.mode = mode_of(domain);
  policy.stage = stage_of(domain);
  policy.mx_pins = pins_of(domain);
  policy.author = author;
  policy.created = now;
  policy.note = domain.finding ? fmt::format("A live look found: {}.",
                                             probe::readiness_text(domain.finding->readiness))
                               : std::string("Not looked at: it stands for many domains.");
  if (is_confirmed(domain)) {
    policy.note += " That mail to it will wait was confirmed.";
  }
  return policy;
}

}  // namespace postern::onboarding
