// From the MX answer of a domain to the hosts to try: RFC 5321 5.1 and RFC 7505. Pure, and before
// any address is known.
#pragma once

#include <optional>
#include <vector>

#include "core/base/failure.h"
#include "core/dns/answer.h"

namespace postern::route {

struct MxHosts {
  std::vector<dns::Mx> hosts;  // by preference, then name; each host once
  bool implicit = false;       // no MX record: the domain itself (RFC 5321 5.1)
  bool secure = false;
  dns::Domain canonical;     // the domain at the end of its CNAME chain; itself without one
  std::size_t left_out = 0;  // beyond the limit
  std::optional<base::Failure> failure;
  bool permanent = false;
};

[[nodiscard]] MxHosts mx_hosts(const dns::Domain& domain, const dns::MxAnswer& answer,
                               std::size_t limit);

}  // namespace postern::route
