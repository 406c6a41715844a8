// Whom a request asks, and who asks: what its Host and X-Forwarded-For fields say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/ip_address.h"

namespace postern::api {

// The name or address of a Host field or an authority, without port and brackets, in lower case.
[[nodiscard]] std::string host_of(std::string_view authority);

[[nodiscard]] bool is_any_of(const std::vector<base::IpRange>& ranges,
                             const base::IpAddress& address);

// Who sent what came from `peer`: each proxy adds to the right whom it got the request from, so
// from the right, the first that is no proxy of ours. What stands further left anybody can have
// written.
[[nodiscard]] base::IpAddress client_behind(const std::vector<base::IpRange>& proxies,
                                            const base::IpAddress& peer,
                                            std::string_view forwarded_for);

}  // namespace postern::api
