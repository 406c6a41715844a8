// Does a certificate carry a name? RFC 9525: SAN dNSName only, compared as A-labels without case; a
// wildcard only as the whole left-most label, for exactly one label; the CN is never consulted.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/ip_address.h"
#include "core/dns/domain.h"
#include "core/tls/observation.h"

namespace postern::tls {

[[nodiscard]] bool presented_matches(std::string_view presented, const dns::Domain& reference);

// The presented name that matched one of the references.
[[nodiscard]] std::optional<std::string> match_name(const CertificateFacts& certificate,
                                                    std::span<const dns::Domain> references);
[[nodiscard]] std::optional<std::string> match_address(const CertificateFacts& certificate,
                                                       std::span<const base::IpAddress> references);

}  // namespace postern::tls
