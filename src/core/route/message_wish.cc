#include "core/route/message_wish.h"

#include <utility>

#include "core/tls/wishes.h"

namespace postern::route {
namespace {

using tls::Considered;
using tls::Mode;
using tls::SourceKind;

const tls::Source kRequireTls{SourceKind::requiretls, 0, "REQUIRETLS"};
const tls::Source kNotRequired{SourceKind::requiretls, 0, "TLS-Required: No"};

void require_tls(HostPlan& host) {
  tls::Authenticate ways;
  ways.names = host.reference_names;
  if (host.host.empty()) ways.addresses = host.addresses;
  ways.dane_names = host.dane_names;
  // RFC 8689 4.2.1: where TLSA records stand, their mismatch is not made up for by a chain; the
  // demand of DANE says so by itself.
  tls::add_wishes(host.requirement, kRequireTls, tls::authentication(std::move(ways)));
  host.requirement.add({kRequireTls, tls::Announce{"REQUIRETLS"}, tls::Standing::in_force});
  host.requirement.consider({kRequireTls, Mode::strict, Considered::Fate::joined,
                             "the sender asked for TLS on every hop (RFC 8689)"});
}

void set_aside(HostPlan& host) {
  host.requirement.set_aside({SourceKind::dane, SourceKind::mta_sts},
                             {kNotRequired, Mode::opportunistic, Considered::Fate::waived,
                              "the sender set DANE and MTA-STS aside for this message (RFC 8689)"});
}

}  // namespace

RoutePlan plan_for(RoutePlan plan, MessageWish wish) {
  for (HostPlan& host : plan.hosts) {
    if (wish == MessageWish::require_tls) require_tls(host);
    if (wish == MessageWish::tls_not_required) set_aside(host);
  }
  return plan;
}

}  // namespace postern::route
