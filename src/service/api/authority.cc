#include "service/api/authority.h"

#include <algorithm>

#include "core/base/text.h"

namespace postern::api {

std::string host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    return base::lower(authority.substr(1, authority.find(']') - 1));
  }
  std::string host = base::lower(authority.substr(0, authority.rfind(':')));
  if (host.ends_with('.')) host.pop_back();
  return host;
}

bool is_any_of(const std::vector<base::IpRange>& ranges, const base::IpAddress& address) {
  return std::ranges::any_of(ranges,
                             [&](const base::IpRange& range) { return range.contains(address); });
}

base::IpAddress client_behind(const std::vector<base::IpRange>& proxies,
                              const base::IpAddress& peer, std::string_view forwarded_for) {
  base::IpAddress client = peer;
  while (is_any_of(proxies, client)) {
    const std::size_t comma = forwarded_for.rfind(',');
    const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
    const auto before = base::IpAddress::parse(base::trim(forwarded_for.substr(begin)));
    if (!before) break;
    client = *before;
    forwarded_for = forwarded_for.substr(0, begin == 0 ? 0 : comma);
  }
  return client;
}

}  // namespace postern::api
