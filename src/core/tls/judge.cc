// How the verdict is found. Each demand is judged by itself, and the first one in force that is
// unmet decides; so one more demand can only turn "met" into "unmet". What is left to choose is the
// words: of all that is wrong the reason names what has to be repaired first (no TLS before no
// certificate, the chain before the name).
#include "core/tls/judge.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/time.h"
#include "core/tls/names.h"
#include "core/tls/wishes.h"

namespace postern::tls {
namespace {

std::string peer_name(const Observation& seen) {
  return seen.host.empty() ? "[" + seen.peer.address.to_string() + "]" : seen.host.text();
}

Reason reason(std::string_view code, std::string sentence) {
  return {std::string(code), std::move(sentence)};
}

std::string with_detail(std::string sentence, const std::string& detail) {
  if (detail.empty()) return sentence + ".";
  return sentence + ": " + detail + (detail.ends_with('.') ? "" : ".");
}

// Why there is no TLS at all.
Reason no_tls(const Observation& seen) {
  const std::string peer = peer_name(seen);
  if (seen.handshake == Handshake::failed) {
    return reason(seen.too_old ? "tls-version-too-low" : "handshake-failed",
                  with_detail(fmt::format("The TLS handshake with {} failed", peer), seen.detail));
  }
  if (seen.offer == Offer::not_offered) {
    return reason("starttls-not-supported", fmt::format("{} does not offer STARTTLS.", peer));
  }
  if (seen.offer == Offer::refused) {
    return reason(
        "starttls-refused",
        with_detail(fmt::format("{} offers STARTTLS and then refused it", peer), seen.detail));
  }
  return reason(
      "tls-not-established",
      with_detail(fmt::format("The connection to {} ended before TLS began", peer), seen.detail));
}

Reason weak_suite(const Observation& seen) {
  return reason(
      "anonymous-or-weak-suite",
      seen.anonymous
          ? fmt::format("{} showed no certificate: suite {} authenticates nobody.", peer_name(seen),
                        seen.cipher)
          : fmt::format("{} chose {}, a suite that is broken.", peer_name(seen), seen.cipher));
}

std::string date(base::Instant t) { return base::rfc3339(t).substr(0, 10); }

// Why the chain is not trusted.
Reason bad_chain(const Observation& seen) {
  const std::string peer = peer_name(seen);
  const auto say = [&](std::string_view code, std::string_view what) {
    return reason(
        code, with_detail(fmt::format("The certificate of {} {}", peer, what), seen.chain_detail));
  };
  const CertificateFacts& certificate = *seen.certificate;
  switch (seen.chain) {
    case Chain::self_signed:
      return say("certificate-self-signed", "is self-signed");
    case Chain::unknown_issuer:
      return say(
          "certificate-not-trusted",
          fmt::format("is vouched for by nobody that is trusted (issuer {})", certificate.issuer));
    case Chain::expired:
      return say("certificate-expired",
                 fmt::format("or one above it has expired (its own last day is {})",
                             date(certificate.not_after)));
    case Chain::not_yet_valid:
      return say("certificate-not-yet-valid",
                 fmt::format("or one above it is not valid yet (its own first day is {})",
                             date(certificate.not_before)));
    case Chain::wrong_purpose:
      return say("certificate-wrong-purpose", "was not issued for this purpose");
    case Chain::weak:
      return say("certificate-weak", "or its chain uses a key or signature that is too weak");
    case Chain::revoked:
      return say("certificate-revoked", "was revoked by its issuer");
    case Chain::trusted:
    case Chain::not_checked:
    case Chain::invalid:
      break;
  }
  return say("validation-failure", "could not be verified");
}

std::string shown_names(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  if (names.empty()) return "no name at all";
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    if (i > 0) text += ", ";
    text += names[i];
  }
  if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
  return text;
}

Reason wrong_name(const Observation& seen, const std::vector<dns::Domain>& names,
                  const std::vector<base::IpAddress>& addresses) {
  std::vector<std::string> wanted;
  for (const dns::Domain& name : names) wanted.push_back(name.text());
  for (const base::IpAddress& address : addresses) wanted.push_back(address.to_string());
  std::vector<std::string> carried = seen.certificate->dns_names;
  for (const base::IpAddress& address : seen.certificate->ip_addresses) {
    carried.push_back(address.to_string());
  }
  return reason("certificate-host-mismatch",
                fmt::format("The certificate of {} is for {}; needed is one of: {}.",
                            peer_name(seen), shown_names(carried), shown_names(wanted)));
}

// --- one judgement a wish: nothing, or why it is unmet
// --------------------------------------------

struct Success {
  AuthMethod method = AuthMethod::none;
  std::string name;
};

// Security level 2 of a chain (tls-semantics.md 4) is worth nothing below a weaker key exchange:
// who can break that sits between the two sides, with the certificate in hand.
bool weak_exchange(const Observation& seen) {
  constexpr int kLeast = 112;  // DH of 2048 bits
  return seen.exchange_bits != 0 && seen.exchange_bits < kLeast;
}

std::optional<Success> proved_by(const Authenticate& wish, const Observation& seen) {
  if (!seen.encrypted() || seen.anonymous || !seen.certificate) return std::nullopt;
  const CertificateFacts& certificate = *seen.certificate;
  if (wish.dane && seen.dane == Dane::matched_ee) {
    return Success{AuthMethod::dane, "TLSA record of " + peer_name(seen)};  // RFC 7672 3.1.1
  }
  if (wish.dane && seen.dane == Dane::matched_ta) {  // RFC 7672 3.1.2: the name still must match
    if (auto name = match_name(certificate, wish.dane_names))
      return Success{AuthMethod::dane, *name};
  }
  if (std::ranges::find(wish.pins, certificate.spki) != wish.pins.end()) {
    return Success{AuthMethod::pin, "sha256:" + base::hex(certificate.spki)};
  }
  if (wish.pkix && seen.chain == Chain::trusted) {
    if (auto name = match_name(certificate, wish.names)) return Success{AuthMethod::pkix, *name};
    if (auto name = match_address(certificate, wish.addresses)) {
      return Success{AuthMethod::pkix, *name};
    }
  }
  return std::nullopt;
}

std::optional<Success> authenticated_by(const Authenticate& wish, const Observation& seen) {
  return weak_exchange(seen) ? std::nullopt : proved_by(wish, seen);
}

std::optional<Reason> unmet(const Unresolved& wish, const Observation&) {
  return reason(wish.code, wish.why);
}

std::optional<Reason> unmet(const Encrypt&, const Observation& seen) {
  if (!seen.encrypted()) return no_tls(seen);
  if (seen.anonymous || seen.weak_suite) return weak_suite(seen);
  return std::nullopt;
}

std::optional<Reason> unmet(const AtLeast& wish, const Observation& seen) {
  if (!seen.encrypted()) return no_tls(seen);
  if (seen.version >= wish.version) return std::nullopt;
  return reason("tls-version-too-low",
                fmt::format("{} speaks {}; {} or later is required.", peer_name(seen),
                            version_text(seen.version), version_text(wish.version)));
}

std::optional<Reason> unmet(const Announce& wish, const Observation& seen) {
  if (!seen.encrypted()) return no_tls(seen);
  const auto same = [&](const std::string& keyword) {
    return base::iequals(keyword, wish.keyword);
  };
  if (std::ranges::any_of(seen.extensions, same)) return std::nullopt;
  const bool requiretls = base::iequals(wish.keyword, "REQUIRETLS");
  return reason(requiretls ? "requiretls-not-announced" : "extension-not-announced",
                fmt::format("{} does not announce {} under TLS.", peer_name(seen), wish.keyword));
}

std::optional<Reason> unmet(const Authenticate& wish, const Observation& seen) {
  if (authenticated_by(wish, seen)) return std::nullopt;
  if (!seen.encrypted()) return no_tls(seen);
  if (seen.anonymous || !seen.certificate) return weak_suite(seen);
  const std::string peer = peer_name(seen);
  if (proved_by(wish, seen)) {
    return reason("weak-key-exchange",
                  fmt::format("{} agrees on keys by {}, which is too weak to prove anything.", peer,
                              seen.group.empty() ? "RSA" : seen.group));
  }
  if (wish.dane && seen.dane == Dane::matched_ta) return wrong_name(seen, wish.dane_names, {});
  // TLSA records decide for the host that has them: their mismatch is what must be repaired.
  if (wish.dane && seen.dane == Dane::mismatched) {
    return reason("dane-mismatch",
                  fmt::format("The certificate of {} matches none of its TLSA records.", peer));
  }
  if (wish.pkix && !(wish.names.empty() && wish.addresses.empty() && !wish.pins.empty())) {
    if (seen.chain != Chain::trusted) return bad_chain(seen);
    return wrong_name(seen, wish.names, wish.addresses);
  }
  if (!wish.pins.empty()) {
    return reason("spki-pin-mismatch",
                  fmt::format("The key of {} is sha256:{}, which is not among the {} pinned.", peer,
                              base::hex(seen.certificate->spki), wish.pins.size()));
  }
  return reason("dane-required",
                fmt::format("DANE is required, and {} has no usable TLSA record.", peer));
}

// HostIn is told apart by its source only in the words: who listed the hosts must mend the list.
std::optional<Reason> outside(const HostIn& wish, const Source& source, const dns::Domain& host) {
  const auto names_it = [&](const HostPattern& pattern) { return pattern.matches(host); };
  if (std::ranges::any_of(wish.patterns, names_it)) return std::nullopt;
  std::vector<std::string> patterns;
  for (const HostPattern& pattern : wish.patterns) patterns.push_back(pattern.text());
  const bool sts = source.kind == SourceKind::mta_sts;
  return reason(sts ? "mx-not-listed" : "mx-not-pinned",
                fmt::format("{} is not among the hosts that {} {}: {}.",
                            host.empty() ? "A host without a name" : host.text(), source.name,
                            sts ? "lists" : "pins", shown_names(patterns)));
}

std::optional<Reason> unmet_reason(const Demand& demand, const Observation& seen) {
  if (const auto* hosts = std::get_if<HostIn>(&demand.wish)) {
    return outside(*hosts, demand.source, seen.host);
  }
  return std::visit(
      [&](const auto& wish) -> std::optional<Reason> {
        if constexpr (std::is_same_v<std::decay_t<decltype(wish)>, HostIn>) {
          return std::nullopt;
        } else {
          return unmet(wish, seen);
        }
      },
      demand.wish);
}

// The peer counts as authenticated by what is demanded of it; a demand in force comes first.
void note_authentication(Verdict& verdict, const Requirement& requirement,
                         const Observation& seen) {
  for (const Standing standing :
       {Standing::in_force, Standing::monitored, Standing::waived, Standing::set_aside}) {
    for (const Demand& demand : requirement.demands()) {
      const auto* wish = std::get_if<Authenticate>(&demand.wish);
      if (wish == nullptr || demand.standing != standing) continue;
      if (auto success = authenticated_by(*wish, seen)) {
        verdict.method = success->method;
        verdict.matched_name = std::move(success->name);
        return;
      }
    }
  }
}

}  // namespace

Verdict judge(const Requirement& requirement, const Observation& observation) {
  Verdict verdict;
  for (const Demand& demand : requirement.demands()) {
    auto* slot = demand.standing == Standing::in_force    ? &verdict.unmet
                 : demand.standing == Standing::monitored ? &verdict.would_fail
                                                          : nullptr;
    if (slot == nullptr || *slot) continue;
    if (auto why = unmet_reason(demand, observation)) *slot = Unmet{demand, std::move(*why)};
  }
  note_authentication(verdict, requirement, observation);
  return verdict;
}

std::optional<Unmet> judge_host(const Requirement& requirement, const dns::Domain& host) {
  for (const Demand& demand : requirement.demands()) {
    if (demand.standing != Standing::in_force) continue;
    if (const auto* unresolved = std::get_if<Unresolved>(&demand.wish)) {
      return Unmet{demand, {unresolved->code, unresolved->why}};
    }
    if (const auto* hosts = std::get_if<HostIn>(&demand.wish)) {
      if (auto why = outside(*hosts, demand.source, host)) return Unmet{demand, std::move(*why)};
    }
  }
  return std::nullopt;
}

Mode achieved(const Observation& observation, std::span<const dns::Domain> names,
              std::optional<Reason>& why_not) {
  const Source self{SourceKind::policy, 0, "the connection itself"};
  Authenticate ways;
  ways.names.assign(names.begin(), names.end());
  ways.dane_names = ways.names;
  if (observation.host.empty()) ways.addresses = {observation.peer.address};
  // Where TLSA records exist they decide: a good chain does not make up for their mismatch.
  if (observation.dane == Dane::mismatched) ways.pkix = false;

  Requirement strict;
  add_wishes(strict, self, authentication(std::move(ways)));
  Verdict verdict = judge(strict, observation);
  if (verdict.met()) {
    why_not.reset();
    return Mode::strict;
  }
  why_not = std::move(verdict.unmet->reason);
  Requirement relaxed;
  add_wishes(relaxed, self, encryption());
  return judge(relaxed, observation).met() ? Mode::relaxed : Mode::opportunistic;
}

}  // namespace postern::tls
