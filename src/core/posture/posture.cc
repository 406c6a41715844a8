#include "core/posture/posture.h"

#include <algorithm>

namespace postern::posture {

std::string_view kind_text(Kind kind) {
  switch (kind) {
    case Kind::mx:
      return "mx";
    case Kind::sts_record:
      return "mta-sts-record";
    case Kind::sts_host:
      return "mta-sts-host";
    case Kind::sts_policy:
      return "mta-sts-policy";
    case Kind::tlsa:
      return "tlsa";
    case Kind::tls_reports:
      return "tls-reports";
    case Kind::dkim:
      return "dkim";
  }
  return "";
}

std::string_view kind_title(Kind kind) {
  switch (kind) {
    case Kind::mx:
      return "Mail servers (MX)";
    case Kind::sts_record:
      return "MTA-STS record";
    case Kind::sts_host:
      return "MTA-STS policy host";
    case Kind::sts_policy:
      return "MTA-STS policy";
    case Kind::tlsa:
      return "The gateway's keys (TLSA)";
    case Kind::tls_reports:
      return "Where TLS reports go";
    case Kind::dkim:
      return "The key of the reports we send (DKIM)";
  }
  return "";
}

std::string_view state_text(State state) {
  switch (state) {
    case State::right:
      return "right";
    case State::missing:
      return "missing";
    case State::differs:
      return "differs";
    case State::unknown:
      return "unknown";
    case State::optional:
      return "optional";
  }
  return "";
}

bool Posture::good() const {
  return std::ranges::all_of(items, [](const Item& item) {
    return item.state == State::right || item.state == State::optional;
  });
}

std::optional<mtasts::Policy> sts_policy(const policy::InternalDomain& domain,
                                         const Gateway& gateway) {
  mtasts::Policy policy;
  switch (domain.sts.mode) {
    case policy::StsMode::off:
      return std::nullopt;
    case policy::StsMode::none:
      policy.mode = mtasts::PolicyMode::none;
      break;
    case policy::StsMode::testing:
      policy.mode = mtasts::PolicyMode::testing;
      break;
    case policy::StsMode::enforce:
      policy.mode = mtasts::PolicyMode::enforce;
      break;
  }
  policy.max_age = domain.sts.max_age;
  policy.mx = domain.sts.mx;
  if (!policy.mx.empty()) return policy;
  policy.mx.push_back(tls::HostPattern::exact(gateway.hostname));
  for (const dns::Domain& name : gateway.others) {
    policy.mx.push_back(tls::HostPattern::exact(name));
  }
  return policy;
}

Item item_of(const onboarding::PublishedVerdict& mx) {
  Item item{.kind = Kind::mx, .name = {}, .type = "MX", .value = {}};
  for (const onboarding::Record& needed : mx.needed) {
    item.name = needed.name;
    item.value += (item.value.empty() ? "" : "\n") + needed.value;
  }
  item.found = mx.found;
  item.why = mx.why;
  item.state = mx.good ? State::right : mx.found.empty() ? State::missing : State::differs;
  return item;
}

}  // namespace postern::posture
