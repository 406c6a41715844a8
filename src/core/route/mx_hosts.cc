#include "core/route/mx_hosts.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

namespace postern::route {
namespace {

MxHosts failed(std::string_view code, std::string text, bool permanent) {
  MxHosts result;
  result.failure = base::Failure{std::string(code), std::move(text), {}};
  result.permanent = permanent;
  return result;
}

}  // namespace

MxHosts mx_hosts(const dns::Domain& domain, const dns::MxAnswer& answer, std::size_t limit) {
  switch (answer.outcome) {
    case dns::Outcome::failed:
      // "We do not know" is never read as "there is none": no implicit MX here.
      return failed(
          answer.code,
          fmt::format("The MX records of {} could not be looked up: {}", domain.text(), answer.why),
          false);
    case dns::Outcome::nxdomain:
      return failed("no-such-domain", fmt::format("The domain {} does not exist.", domain.text()),
                    true);
    case dns::Outcome::no_data: {
      MxHosts result;
      result.hosts = {{0, domain}};
      result.implicit = true;
      result.secure = answer.secure();
      result.canonical = domain;
      return result;
    }
    case dns::Outcome::ok:
      break;
  }

  MxHosts result;
  result.secure = answer.secure();
  result.canonical = answer.canonical.empty() ? domain : answer.canonical;
  result.hosts = answer.records;
  std::erase_if(result.hosts, [](const dns::Mx& mx) { return mx.host.empty(); });
  // RFC 7505 3: a null MX stands alone; beside others it is an error, and the others count.
  if (result.hosts.empty()) {
    return failed("null-mx",
                  fmt::format("The domain {} says that it takes no mail (null MX).", domain.text()),
                  true);
  }
  // A host that stands twice counts at its better preference.
  std::ranges::sort(result.hosts, {},
                    [](const dns::Mx& mx) { return std::tie(mx.host, mx.preference); });
  const auto again = std::ranges::unique(result.hosts, {}, &dns::Mx::host);
  result.hosts.erase(again.begin(), again.end());
  std::ranges::sort(result.hosts, {},
                    [](const dns::Mx& mx) { return std::tie(mx.preference, mx.host); });
  if (result.hosts.size() > limit) {
    result.left_out = result.hosts.size() - limit;
    result.hosts.resize(limit);
  }
  return result;
}

}  // namespace postern::route
