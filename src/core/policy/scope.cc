#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/policy/model.h"

namespace postern::policy {

base::Result<Scope> Scope::parse(std::string_view text) {
  std::string_view name = base::trim(text);
  Scope scope;
  scope.wildcard = name.starts_with("*.");
  if (scope.wildcard) name.remove_prefix(2);
  auto parsed = dns::Domain::parse(name);
  if (!parsed) {
    return base::fail("invalid-scope",
                      fmt::format("\"{}\" is neither a domain (\"example.com\") nor all domains "
                                  "below one (\"*.gov.uk\"): {}",
                                  base::printable(text, 260), parsed.error().text));
  }
  scope.base = std::move(*parsed);
  return scope;
}

bool Scope::covers(const dns::Domain& domain) const {
  if (!wildcard) return domain == base;
  if (!domain.is_below(base)) return false;
  return std::ranges::none_of(exclusions, [&](const dns::Domain& excluded) {
    return domain == excluded || domain.is_below(excluded);
  });
}

std::string Scope::text() const { return wildcard ? "*." + base.text() : base.text(); }

}  // namespace postern::policy
