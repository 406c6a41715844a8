#include "service/api/call.h"

#include <algorithm>

namespace postern::api {

std::optional<Role> Identity::role_in(const std::string& account) const {
  std::optional<Role> best;
  for (const Grant& grant : grants) {
    if (grant.account != account && grant.account != "*") continue;
    if (!best || grant.role > *best) best = grant.role;
  }
  return best;
}

bool Identity::may(Role role, const std::string& account) const {
  const auto held = role_in(account);
  return held && *held >= role;
}

bool Identity::is_platform_administrator() const {
  return std::ranges::any_of(grants, [](const Grant& grant) {
    return grant.account == "*" && grant.role == Role::administrator;
  });
}

records::Actor Identity::actor() const {
  return {token.empty() ? "user:" + user : "token:" + user, "api"};
}

std::string Call::header(const std::string& lower_case_name) const {
  auto found = request.headers.find(lower_case_name);
  return found == request.headers.end() ? std::string() : found->second;
}

}  // namespace postern::api
