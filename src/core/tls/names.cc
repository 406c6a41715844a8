#include "core/tls/names.h"

#include <algorithm>

#include "core/base/text.h"

namespace postern::tls {

bool presented_matches(std::string_view presented, const dns::Domain& reference) {
  const std::string_view wanted = reference.text();
  if (wanted.empty() || presented.empty()) return false;
  if (!presented.starts_with("*.")) return base::iequals(presented, wanted);

  // RFC 9525 6.3: the wildcard stands for exactly one label. What follows it must itself have two
  // labels at least: "*.com" vouches for nobody in particular.
  const std::string_view parent = presented.substr(2);
  if (parent.find('.') == std::string_view::npos) return false;
  const std::size_t dot = wanted.find('.');
  return dot != std::string_view::npos && base::iequals(parent, wanted.substr(dot + 1));
}

std::optional<std::string> match_name(const CertificateFacts& certificate,
                                      std::span<const dns::Domain> references) {
  for (const dns::Domain& reference : references)
    for (const std::string& presented : certificate.dns_names)
      if (presented_matches(presented, reference)) return presented;
  return std::nullopt;
}

std::optional<std::string> match_address(const CertificateFacts& certificate,
                                         std::span<const base::IpAddress> references) {
  for (const base::IpAddress& reference : references)
    if (std::ranges::find(certificate.ip_addresses, reference) != certificate.ip_addresses.end())
      return reference.to_string();
  return std::nullopt;
}

}  // namespace postern::tls
