#include "core/dane/demands.h"

#include <algorithm>
#include <utility>

#include "core/tls/wishes.h"

namespace postern::dane {
namespace {

using tls::Considered;
using tls::Mode;

}  // namespace

std::vector<dns::Domain> names(const dns::Domain& base, std::vector<dns::Domain> next_hops) {
  std::vector<dns::Domain> all;
  next_hops.insert(next_hops.begin(), base);
  for (dns::Domain& name : next_hops) {
    if (!name.empty() && std::ranges::find(all, name) == all.end()) all.push_back(std::move(name));
  }
  return all;
}

void add_demands(tls::Requirement& requirement, const dns::Domain& of, const Facts& facts,
                 const std::vector<dns::Domain>& names) {
  const tls::Source source{tls::SourceKind::dane, 0, "DANE of " + of.text()};
  const auto consider = [&](Mode mode, Considered::Fate fate) {
    requirement.consider({source, mode, fate, facts.why});
  };
  switch (facts.state) {
    case Facts::State::absent:
      consider(Mode::opportunistic, Considered::Fate::absent);
      return;
    case Facts::State::unusable:
      tls::add_wishes(requirement, source, tls::encryption());
      consider(Mode::relaxed, Considered::Fate::joined);
      return;
    case Facts::State::usable: {
      tls::Authenticate ways;
      ways.pkix = false;
      ways.dane_names = names;
      tls::add_wishes(requirement, source, tls::authentication(std::move(ways)));
      consider(Mode::strict, Considered::Fate::joined);
      return;
    }
    case Facts::State::unresolved:
      requirement.add({source, tls::Unresolved{facts.code, facts.why}, tls::Standing::in_force});
      consider(Mode::strict, Considered::Fate::joined);
      return;
  }
}

}  // namespace postern::dane
