#include "core/tls/describe.h"

#include <fmt/core.h>

#include "core/base/text.h"

namespace postern::tls {
namespace {

template <class List, class Spell>
std::string joined(const List& values, Spell spell, std::string_view last = " or ") {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += i + 1 == values.size() ? last : ", ";
    text += spell(values[i]);
  }
  return text;
}

struct Words {
  std::string operator()(const Unresolved& wish) const {
    return fmt::format("What it asks for could not be read, so mail waits: {}", wish.why);
  }
  std::string operator()(const HostIn& wish) const {
    const auto text = [](const HostPattern& pattern) { return pattern.text(); };
    if (wish.patterns.empty()) return "No host may be used.";
    return fmt::format("The host must be {}.", joined(wish.patterns, text));
  }
  std::string operator()(const Encrypt&) const {
    return "The connection must be encrypted, with a suite that is neither anonymous nor broken.";
  }
  std::string operator()(const AtLeast& wish) const {
    return fmt::format("The connection must use {} or later.", version_text(wish.version));
  }
  std::string operator()(const Announce& wish) const {
    return fmt::format("The server must announce {} under TLS.", wish.keyword);
  }
  std::string operator()(const Authenticate& wish) const {
    const auto domain = [](const dns::Domain& name) { return name.text(); };
    const auto address = [](const base::IpAddress& a) { return a.to_string(); };
    const auto pin = [](const Sha256& key) { return "sha256:" + base::hex(key); };
    std::vector<std::string> ways;
    if (wish.pkix && !wish.names.empty()) {
      ways.push_back("a trusted certificate for " + joined(wish.names, domain));
    }
    if (wish.pkix && !wish.addresses.empty()) {
      ways.push_back("a trusted certificate for the address " + joined(wish.addresses, address));
    }
    if (wish.dane) ways.emplace_back("DANE");
    if (!wish.pins.empty()) ways.push_back("the pinned key " + joined(wish.pins, pin));
    if (ways.empty()) return "The server must be authenticated, and no way to do so is allowed.";
    std::string text = "The server must be authenticated by " + ways.front();
    for (std::size_t i = 1; i < ways.size(); ++i) text += ", or by " + ways[i];
    return text + ".";
  }
};

std::string days(base::Duration d) {
  const auto count = std::chrono::floor<std::chrono::days>(d).count();
  if (count == 0) return "less than a day";
  return count == 1 ? "1 day" : fmt::format("{} days", count);
}

std::string names_of(const CertificateFacts& certificate) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> names = certificate.dns_names;
  for (const base::IpAddress& address : certificate.ip_addresses) {
    names.push_back(address.to_string());
  }
  if (names.empty()) return "no name";
  const std::size_t hidden = names.size() > kShown ? names.size() - kShown : 0;
  names.resize(names.size() - hidden);
  std::string text = joined(names, [](const std::string& name) { return name; }, ", ");
  if (hidden > 0) text += fmt::format(" and {} more", hidden);
  return text;
}

std::string no_tls(const Observation& seen) {
  if (seen.handshake == Handshake::failed) {
    return "no TLS: the handshake failed" + (seen.detail.empty() ? "" : ": " + seen.detail);
  }
  switch (seen.offer) {
    case Offer::not_offered:
      return "no TLS: STARTTLS is not offered";
    case Offer::refused:
      return "no TLS: STARTTLS is offered and then refused" +
             (seen.detail.empty() ? "" : ": " + seen.detail);
    case Offer::unknown:
    case Offer::offered:
    case Offer::implicit:
      break;
  }
  return "no TLS: the connection did not get that far";
}

}  // namespace

std::string describe(const Wish& wish) { return std::visit(Words{}, wish); }

std::string describe(const Demand& demand) {
  std::string text = demand.source.name + ": " + describe(demand.wish);
  if (demand.standing == Standing::monitored) text += " (Monitored: recorded, never blocks.)";
  if (demand.standing == Standing::set_aside) text += " (Set aside by the sender.)";
  if (demand.standing == Standing::waived) text += " (Waived by an exception.)";
  return text;
}

std::string describe(const Considered& line) {
  // Neither asks for anything.
  if (line.fate == Considered::Fate::absent || line.fate == Considered::Fate::waived) {
    return fmt::format("{}: {}: {}", fate_text(line.fate), line.source.name, line.rule);
  }
  return fmt::format("{}: {} asks for {}: {}", fate_text(line.fate), line.source.name,
                     shown_as(line.mode), line.rule);
}

std::string describe(const CertificateFacts& certificate, base::Instant now) {
  std::string text = certificate.self_signed
                         ? fmt::format("self-signed certificate for {}", names_of(certificate))
                         : fmt::format("certificate for {} issued by {}", names_of(certificate),
                                       certificate.issuer);
  if (now < certificate.not_before) {
    return text + ", valid only in " + days(certificate.not_before - now);
  }
  if (now > certificate.not_after) {
    return text + ", expired " + days(now - certificate.not_after) + " ago";
  }
  return text + ", expires in " + days(certificate.not_after - now);
}

std::string describe(const Observation& seen, base::Instant now) {
  if (!seen.encrypted()) return no_tls(seen);
  std::string text(version_text(seen.version));
  text += ", " + seen.cipher;
  if (!seen.group.empty()) text += ", " + seen.group;
  if (seen.certificate) {
    text += ", " + describe(*seen.certificate, now);
  } else {
    text += ", no certificate (anonymous)";
  }
  if (seen.dane == Dane::matched_ee || seen.dane == Dane::matched_ta) text += ", TLSA matched";
  if (seen.dane == Dane::mismatched) text += ", TLSA not matched";
  return text;
}

std::string describe_authentication(const Verdict& verdict) {
  if (verdict.method == AuthMethod::none) return "not authenticated";
  return fmt::format("authenticated as {} by {}", verdict.matched_name,
                     method_text(verdict.method));
}

}  // namespace postern::tls
