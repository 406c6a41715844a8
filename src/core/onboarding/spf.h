// SPF (RFC 7208) as far as an organisation's own record needs it: which addresses does it let send?
// Reading and comparing is here; service/onboarding/dns_looks.h follows a record's includes.
//
// Understood: all, include, a, mx, ip4, ip6, redirect, with their qualifiers. Not understood: ptr
// (5.5: do not use), exists and macros (7), which depend on the message; they count as no match.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/failure.h"
#include "core/base/ip_address.h"
#include "core/dns/domain.h"

namespace postern::onboarding {

enum class SpfResult { none, neutral, pass, fail, softfail };

struct SpfTerm {
  enum class Kind { all, include, a, mx, ip, other };
  Kind kind = Kind::other;
  SpfResult result = SpfResult::pass;  // when it matches: its qualifier
  dns::Domain domain;                  // of include, a, mx; empty: the record's own
  std::optional<base::IpRange> range;  // of ip
  int v4_prefix = 32, v6_prefix = 128;
};

struct SpfRecord {
  std::vector<SpfTerm> terms;
  std::optional<dns::Domain> redirect;
};

[[nodiscard]] bool is_spf(std::string_view text);  // "v=spf1", alone or before a space
// Of a text that is_spf. Failure "invalid-spf" for a term with a wrong value (RFC 7208 4.6:
// permerror).
[[nodiscard]] base::Result<SpfRecord> parse_spf(std::string_view text);

// Is the address within the prefix of one of the hosts'?
[[nodiscard]] bool matches(const SpfTerm& term, const std::vector<base::IpAddress>& hosts,
                           const base::IpAddress& address);

// The record with the gateway in it: before what decides about everyone, or a new record when
// `text` is empty.
[[nodiscard]] std::string with_gateway(std::string_view text, const dns::Domain& gateway);

}  // namespace postern::onboarding
