#include "core/route/published_lookup.h"

#include <algorithm>
#include <utility>

namespace postern::route {
namespace {

// For a name that would be longer than a name can be: nobody publishes anything there.
const dns::TlsaAnswer& nothing_there() {
  static const dns::TlsaAnswer answer = [] {
    dns::TlsaAnswer absent;
    absent.outcome = dns::Outcome::no_data;
    return absent;
  }();
  return answer;
}

}  // namespace

void PublishedLookup::learn(const Question& question, AnyAnswer answer) {
  if (auto* records = std::get_if<dns::TlsaAnswer>(&answer)) {
    tlsa_.emplace(question.name, std::move(*records));
  } else if (auto* alias = std::get_if<dns::NameAnswer>(&answer)) {
    aliases_.emplace(question.name, std::move(*alias));
  } else if (question.type == RecordType::sts_policy) {
    auto* found = std::get_if<mtasts::Found>(&answer);
    sts_.emplace(question.name, found != nullptr ? std::move(*found) : mtasts::Found{});
  }
}

const dns::AddressAnswer* PublishedLookup::address(RecordType type, const dns::Domain& name) const {
  const auto found = addresses_.find({type, name});
  return found == addresses_.end() ? nullptr : &found->second;
}

const dns::TlsaAnswer* PublishedLookup::tlsa_at(const dns::Domain& base, std::uint16_t port) const {
  const dns::Domain name = dane::tlsa_name(base, port);
  if (name.empty()) return &nothing_there();
  const auto found = tlsa_.find(name);
  return found == tlsa_.end() ? nullptr : &found->second;
}

dane::Known PublishedLookup::known_of(const Host& host) const {
  dane::Known known{.a = address(RecordType::a, host.name),
                    .aaaa = address(RecordType::aaaa, host.name)};
  if (const auto alias = aliases_.find(host.name); alias != aliases_.end()) {
    known.alias = &alias->second;
  }
  known.at_host = tlsa_at(host.name, host.port);
  known.at_target = tlsa_at(dane::target_of(host.name, known), host.port);
  return known;
}

std::optional<Question> PublishedLookup::wanted_of(const Host& host) const {
  const dane::Known known = known_of(host);
  if (settings_.ipv4 && known.a == nullptr) return std::nullopt;
  if (settings_.ipv6 && known.aaaa == nullptr) return std::nullopt;
  switch (dane::search(host.name, known).ask) {
    case dane::Search::Ask::nothing:
      return std::nullopt;
    case dane::Search::Ask::alias:
      return Question{RecordType::cname, host.name};
    case dane::Search::Ask::at_host:
      return Question{RecordType::tlsa, dane::tlsa_name(host.name, host.port)};
    case dane::Search::Ask::at_target:
      return Question{RecordType::tlsa,
                      dane::tlsa_name(dane::target_of(host.name, known), host.port)};
  }
  return std::nullopt;
}

std::vector<Question> PublishedLookup::wanted() const {
  std::vector<Question> all;
  for (const Host& host : hosts_) {
    if (auto question = wanted_of(host)) all.push_back(*std::move(question));
  }
  return all;
}

std::optional<dane::Facts> PublishedLookup::dane_of(const dns::Domain& host) const {
  const auto watched = std::ranges::find(hosts_, host, &Host::name);
  if (watched == hosts_.end()) return std::nullopt;
  return dane::search(host, known_of(*watched)).facts;
}

const mtasts::Found* PublishedLookup::sts_of(const dns::Domain& policy_domain) const {
  const auto found = sts_.find(policy_domain);
  return found == sts_.end() ? nullptr : &found->second;
}

}  // namespace postern::route
