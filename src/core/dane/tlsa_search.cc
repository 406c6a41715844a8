#include "core/dane/tlsa_search.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/dane/usable.h"

namespace postern::dane {
namespace {

using Ask = Search::Ask;
using State = Facts::State;

// Until it is answered, nothing is known: that is not "none".
Search ask(Ask question) {
  Search search{question, {}};
  search.facts.state = State::unresolved;
  search.facts.code = "dns-timeout";
  search.facts.why = "whether TLSA records are published was not answered";
  return search;
}

Search settled(State state, std::string why) {
  Search search;
  search.facts.state = state;
  search.facts.why = std::move(why);
  return search;
}

template <class Answer>
Search unresolved(const Answer& answer, std::string_view what) {
  Search search =
      settled(State::unresolved, fmt::format("{} could not be looked up: {}", what, answer.why));
  search.facts.code = answer.code;
  return search;
}

// How the addresses came: what is found in a signed zone may be alone in it.
bool addresses_secure(const Known& known) {
  const std::array answers{known.a, known.aaaa};
  return std::ranges::any_of(
      answers, [](const auto* answer) { return answer && answer->ok() && answer->secure(); });
}

Search judge_records(const dns::Domain& base, const dns::TlsaAnswer& answer) {
  Search search;
  search.facts.base = base;
  search.facts.records = usable(answer.records);
  if (!search.facts.records.empty()) {
    search.facts.state = State::usable;
    search.facts.why =
        fmt::format("{} publishes {} usable TLSA record{}", base.text(),
                    search.facts.records.size(), search.facts.records.size() == 1 ? "" : "s");
    return search;
  }
  search.facts.state = State::unusable;
  search.facts.why =
      fmt::format("{} publishes TLSA records, and none that counts: {}", base.text(),
                  answer.records.empty() ? "none can be read" : *unusable(answer.records.front()));
  return search;
}

// True for records that DNSSEC vouches for; others are as good as none (RFC 7672 2.2.3).
bool published(const dns::TlsaAnswer& answer) { return answer.ok() && answer.secure(); }

Search at_host(const dns::Domain& host, const Known& known) {
  if (known.at_host == nullptr) return ask(Ask::at_host);
  const std::string what = fmt::format("The TLSA records of {}", host.text());
  if (known.at_host->outcome == dns::Outcome::failed) return unresolved(*known.at_host, what);
  if (published(*known.at_host)) return judge_records(host, *known.at_host);
  if (known.at_host->ok()) {
    return settled(
        State::absent,
        fmt::format("the TLSA records of {} are not DNSSEC-signed, so they prove nothing",
                    host.text()));
  }
  return settled(State::absent, fmt::format("{} publishes no TLSA record", host.text()));
}

// The chain leaves the signed world: does it at least begin in it?
Search insecure(const dns::Domain& host, const Known& known) {
  if (target_of(host, known) == host) {
    return settled(State::absent, fmt::format("the address of {} is not DNSSEC-signed, so TLSA "
                                              "records would prove nothing",
                                              host.text()));
  }
  if (known.alias == nullptr) return ask(Ask::alias);
  if (known.alias->outcome == dns::Outcome::failed) {
    return unresolved(*known.alias, fmt::format("The alias {}", host.text()));
  }
  if (known.alias->ok() && known.alias->secure()) return at_host(host, known);
  return settled(State::absent,
                 fmt::format("the alias {} is not DNSSEC-signed, so TLSA records would prove "
                             "nothing",
                             host.text()));
}

}  // namespace

dns::Domain tlsa_name(const dns::Domain& base, std::uint16_t port) {
  // Longer than a name can be: the empty Domain, which nobody publishes anything at.
  return dns::Domain::from_ascii(fmt::format("_{}._tcp.{}", port, base.text()))
      .value_or(dns::Domain());
}

dns::Domain target_of(const dns::Domain& host, const Known& known) {
  for (const dns::AddressAnswer* answer : {known.aaaa, known.a}) {
    if (answer != nullptr && answer->ok() && !answer->canonical.empty()) return answer->canonical;
  }
  return host;
}

Search search(const dns::Domain& host, const Known& known) {
  const bool found =
      (known.a != nullptr && known.a->ok()) || (known.aaaa != nullptr && known.aaaa->ok());
  if (!found) return settled(State::absent, fmt::format("{} has no address", host.text()));
  if (!addresses_secure(known)) return insecure(host, known);
  const dns::Domain target = target_of(host, known);
  if (target == host) return at_host(host, known);
  if (known.at_target == nullptr) return ask(Ask::at_target);
  if (known.at_target->outcome == dns::Outcome::failed) {
    return unresolved(*known.at_target, fmt::format("The TLSA records of {}", target.text()));
  }
  if (published(*known.at_target)) return judge_records(target, *known.at_target);
  return at_host(host, known);
}

}  // namespace postern::dane
