#include "core/policy/same_way.h"

#include <algorithm>
#include <tuple>

namespace postern::policy {
namespace {

template <class Route>
std::vector<Route> without_numbers(const std::vector<const Route*>& routes) {
  std::vector<Route> bare;
  for (const Route* one : routes) {
    bare.push_back(*one);
    bare.back().id = {};
  }
  std::ranges::sort(bare, {}, [](const Route& one) {
    return std::tuple(one.priority, std::string_view(one.host), one.port);
  });
  return bare;
}

}  // namespace

// As route lookup goes: an internal domain's routes are those of the account that holds it.
bool same_way(const PolicyBook& before, const PolicyBook& after, base::AccountId account,
              const dns::Domain& domain) {
  const InternalDomain* ours = before.internal_domain(domain);
  const InternalDomain* now_ours = after.internal_domain(domain);
  if ((ours == nullptr) != (now_ours == nullptr)) return false;
  if (ours != nullptr) {
    return without_numbers(before.internal_routes(ours->account, domain)) ==
           without_numbers(after.internal_routes(now_ours->account, domain));
  }
  return without_numbers(before.external_routes(account, domain)) ==
         without_numbers(after.external_routes(account, domain));
}

}  // namespace postern::policy
