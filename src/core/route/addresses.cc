#include "core/route/addresses.h"

#include <fmt/core.h>

#include <algorithm>

namespace postern::route {
namespace {

void collect(std::vector<base::IpAddress>& into, const dns::AddressAnswer* answer) {
  if (answer == nullptr || !answer->ok()) return;
  for (const base::IpAddress& address : answer->records) {
    if (std::ranges::find(into, address) == into.end()) into.push_back(address);
  }
}

std::vector<base::IpAddress> in_turn(const std::vector<base::IpAddress>& first,
                                     const std::vector<base::IpAddress>& second) {
  std::vector<base::IpAddress> all;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) all.push_back(first[i]);
    if (i < second.size()) all.push_back(second[i]);
  }
  return all;
}

Addresses unusable(std::string_view code, std::string text, bool permanent) {
  return {{}, base::Failure{std::string(code), std::move(text), {}}, permanent};
}

}  // namespace

Addresses addresses_of(const dns::Domain& host, const AddressAnswers& answers,
                       const RouteSettings& settings, Whose whose) {
  std::vector<base::IpAddress> v4, v6;
  collect(v4, answers.a);
  collect(v6, answers.aaaa);
  Addresses result{in_turn(v6, v4), {}, false};
  const std::size_t found = result.list.size();
  if (whose == Whose::world && !settings.allow_special_addresses) {
    std::erase_if(result.list, [](const base::IpAddress& address) { return address.is_special(); });
  }
  if (!result.list.empty()) return result;
  if (found > 0) {
    return unusable("special-address",
                    fmt::format("{} resolves only to private, local or multicast addresses, which "
                                "no host of the world has.",
                                host.text()),
                    false);
  }
  // One family's failed lookup leaves the other's addresses in use; without any it is the reason.
  for (const dns::AddressAnswer* answer : {answers.aaaa, answers.a}) {
    if (answer != nullptr && answer->outcome == dns::Outcome::failed) {
      return unusable(
          answer->code,
          fmt::format("The address of {} could not be looked up: {}", host.text(), answer->why),
          false);
    }
  }
  if (!settings.ipv4 || !settings.ipv6) {
    return unusable("address-family-disabled",
                    fmt::format("{} has no {} address, and the other family is switched off.",
                                host.text(), settings.ipv4 ? "IPv4" : "IPv6"),
                    false);
  }
  return whose == Whose::world
             ? unusable("mx-without-address",
                        fmt::format("The MX host {} has no address.", host.text()), true)
             : unusable("route-without-address",
                        fmt::format("The route's host {} has no address.", host.text()), false);
}

}  // namespace postern::route
