// From the answers about one host to the addresses to try. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/failure.h"
#include "core/dns/answer.h"
#include "core/route/route_plan.h"

namespace postern::route {

// Null for an answer that was never asked for (the family is switched off).
struct AddressAnswers {
  const dns::AddressAnswer* a = nullptr;
  const dns::AddressAnswer* aaaa = nullptr;
};

struct Addresses {
  std::vector<base::IpAddress> list;  // IPv6 first, families in turn (RFC 8305 4)
  std::optional<base::Failure> unusable;
  bool permanent = false;  // trying again will not help
};

enum class Whose { world, configured };

// `world`: special addresses are left out unless the settings allow them.
[[nodiscard]] Addresses addresses_of(const dns::Domain& host, const AddressAnswers& answers,
                                     const RouteSettings& settings, Whose whose);

}  // namespace postern::route
