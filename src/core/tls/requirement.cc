#include "core/tls/requirement.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "core/base/text.h"
#include "core/tls/wishes.h"

namespace postern::tls {
namespace {

template <class T>
void sort_unique(std::vector<T>& values) {
  std::ranges::sort(values);
  const auto rest = std::ranges::unique(values);
  values.erase(rest.begin(), rest.end());
}

// One spelling for one meaning: the order and repetition of names ask for nothing.
void normalise(Wish& wish) {
  if (auto* hosts = std::get_if<HostIn>(&wish)) {
    sort_unique(hosts->patterns);
  } else if (auto* authenticate = std::get_if<Authenticate>(&wish)) {
    sort_unique(authenticate->names);
    sort_unique(authenticate->addresses);
    sort_unique(authenticate->dane_names);
    sort_unique(authenticate->pins);
  }
}

// The wish comes first: judge() walks the demands in this order, so what can be judged earlier is.
auto canonical(const Demand& demand) {
  return std::tie(demand.wish, demand.source, demand.standing);
}

Mode strongest(const std::vector<Demand>& demands, bool with_monitored) {
  Mode mode = Mode::opportunistic;
  for (const Demand& demand : demands) {
    const bool counts = demand.standing == Standing::in_force ||
                        (with_monitored && demand.standing == Standing::monitored);
    if (counts) mode = std::max(mode, level(demand.wish));
  }
  return mode;
}

bool can_be_waived(SourceKind kind) {
  return kind != SourceKind::requiretls && kind != SourceKind::floor;
}

// Writes a wish so that two texts are equal exactly when the wishes are. Domains, patterns,
// addresses and hexadecimal hold neither commas nor semicolons; free text goes with its length.
struct Canonical {
  std::string& out;

  void text(std::string_view value) { out += fmt::format("{}:{};", value.size(), value); }
  template <class List, class Spell>
  void list(std::string_view name, const List& values, Spell spell) {
    out += name;
    for (const auto& value : values) {
      out += spell(value);
      out += ',';
    }
    out += ';';
  }

  void operator()(const Encrypt&) { out += "encrypt;"; }
  void operator()(const AtLeast& wish) {
    out += "at-least ";
    out += version_text(wish.version);
    out += ';';
  }
  void operator()(const HostIn& wish) {
    list("host-in ", wish.patterns, [](const HostPattern& pattern) { return pattern.text(); });
  }
  void operator()(const Authenticate& wish) {
    const auto domain_text = [](const dns::Domain& domain) { return domain.text(); };
    out += "authenticate";
    if (wish.pkix) out += " pkix";
    if (wish.dane) out += " dane";
    list(" names=", wish.names, domain_text);
    list("addresses=", wish.addresses, [](const base::IpAddress& a) { return a.to_string(); });
    list("dane-names=", wish.dane_names, domain_text);
    list("pins=", wish.pins, [](const Sha256& pin) { return base::hex(pin); });
  }
  void operator()(const Announce& wish) {
    out += "announce ";
    text(wish.keyword);
  }
  void operator()(const Unresolved& wish) {
    out += "unresolved ";
    text(wish.code);
    text(wish.why);
  }
};

}  // namespace

std::string_view source_text(SourceKind kind) {
  switch (kind) {
    case SourceKind::policy:
      return "policy";
    case SourceKind::internal_route:
      return "internal route";
    case SourceKind::external_route:
      return "external route";
    case SourceKind::dane:
      return "DANE";
    case SourceKind::mta_sts:
      return "MTA-STS";
    case SourceKind::requiretls:
      return "REQUIRETLS";
    case SourceKind::floor:
      return "configured floor";
  }
  return "unknown";
}

std::string_view fate_text(Considered::Fate fate) {
  switch (fate) {
    case Considered::Fate::joined:
      return "joined";
    case Considered::Fate::monitored:
      return "monitored";
    case Considered::Fate::lost:
      return "lost";
    case Considered::Fate::waived:
      return "waived";
    case Considered::Fate::absent:
      return "absent";
  }
  return "unknown";
}

base::Result<HostPattern> HostPattern::parse(std::string_view text) {
  std::string_view name = base::trim(text);
  HostPattern pattern;
  pattern.wildcard_ = name.starts_with("*.");
  if (pattern.wildcard_) name.remove_prefix(2);
  auto parsed = dns::Domain::parse(name);
  if (!parsed) {
    return base::fail("invalid-pattern",
                      fmt::format("\"{}\" is not a host name, nor one with \"*.\" in front: {}",
                                  base::printable(text, 260), parsed.error().text));
  }
  pattern.base_ = std::move(*parsed);
  return pattern;
}

HostPattern HostPattern::exact(dns::Domain host) {
  HostPattern pattern;
  pattern.base_ = std::move(host);
  return pattern;
}

bool HostPattern::matches(const dns::Domain& host) const {
  if (host.empty()) return false;
  if (!wildcard_) return host == base_;
  const std::string_view text = host.text();
  const std::size_t dot = text.find('.');
  return dot != std::string_view::npos && text.substr(dot + 1) == base_.text();
}

std::string HostPattern::text() const { return wildcard_ ? "*." + base_.text() : base_.text(); }

Mode level(const Wish& wish) {
  const bool relaxed =
      std::holds_alternative<Encrypt>(wish) || std::holds_alternative<AtLeast>(wish);
  return relaxed ? Mode::relaxed : Mode::strict;
}

void Requirement::add(Demand demand) {
  constexpr std::size_t kUsual = 8;  // most hosts have no more: one allocation
  if (demands_.empty()) demands_.reserve(kUsual);
  normalise(demand.wish);
  const auto place = std::ranges::lower_bound(demands_, canonical(demand), {}, canonical);
  if (place != demands_.end() && *place == demand) return;
  demands_.insert(place, std::move(demand));
}

void Requirement::consider(Considered line) {
  if (std::ranges::find(considered_, line) == considered_.end()) {
    considered_.push_back(std::move(line));
  }
}

void Requirement::waive_above(Mode mode, Considered line) {
  std::vector<Demand> before;
  before.swap(demands_);
  for (Demand& demand : before) {
    const bool waive = demand.standing == Standing::in_force && can_be_waived(demand.source.kind) &&
                       level(demand.wish) > mode;
    if (waive) {
      // Nobody knows what an unresolved source asks for, so all that the exception leaves stays.
      if (std::holds_alternative<Unresolved>(demand.wish) && mode >= Mode::relaxed) {
        add_wishes(*this, demand.source, encryption());
      }
      demand.standing = Standing::waived;
    }
    add(std::move(demand));
  }
  consider(std::move(line));
}

Mode Requirement::mode() const { return strongest(demands_, false); }

Mode Requirement::monitored_mode() const { return strongest(demands_, true); }

void Requirement::set_aside(std::initializer_list<SourceKind> sources, Considered line) {
  bool any = false;
  for (Demand& demand : demands_) {
    if (std::ranges::find(sources, demand.source.kind) == sources.end()) continue;
    demand.standing = Standing::set_aside;
    any = true;
  }
  if (any) consider(std::move(line));
}

bool Requirement::has_monitored() const {
  return std::ranges::any_of(
      demands_, [](const Demand& demand) { return demand.standing == Standing::monitored; });
}

bool Requirement::used_exception() const {
  return std::ranges::any_of(
      demands_, [](const Demand& demand) { return demand.standing == Standing::waived; });
}

std::string Requirement::digest() const {
  std::string out;
  const Wish* last = nullptr;
  for (const Demand& demand : demands_) {
    if (demand.standing != Standing::in_force) continue;
    if (last != nullptr && *last == demand.wish) continue;  // another source wishes the same
    last = &demand.wish;
    std::visit(Canonical{out}, demand.wish);
  }
  return out;
}

Requirement join(const Requirement& a, const Requirement& b) {
  Requirement both = a;
  for (const Demand& demand : b.demands()) both.add(demand);
  for (const Considered& line : b.considered()) both.consider(line);
  return both;
}

HandshakeProfile handshake_profile(const Requirement& requirement) {
  HandshakeProfile profile;
  for (const Demand& demand : requirement.demands()) {
    if (demand.standing != Standing::in_force) continue;
    if (const auto* at_least = std::get_if<AtLeast>(&demand.wish)) {
      profile.floor = std::max(profile.floor, at_least->version);
    }
    if (!std::holds_alternative<HostIn>(demand.wish)) profile.anonymous_suites = false;
  }
  return profile;
}

}  // namespace postern::tls
