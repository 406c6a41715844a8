#include "service/api/route_input.h"

#include <fmt/core.h>

namespace postern::api {

namespace {

template <class Route, class Input>
void read_common(FieldReader& fields, Route& route, const Input& input) {
  route.host = input.host;
  route.port =
      static_cast<std::uint16_t>(fields.number("#/port", input.port.value_or(25), 1, 65535));
  route.priority =
      static_cast<int>(fields.number("#/priority", input.priority.value_or(10), 0, 65535));
  route.start = input.tls.value_or(route.start);
  const std::string user = input.login_user.value_or("");
  if (!user.empty()) {
    route.login = policy::Login{user, input.login_password.value_or("")};
  } else if (!input.login_password.value_or("").empty()) {
    fields.complain("#/login_user", "A password needs the user that it belongs to.");
  }
}

const policy::InternalDomain* own_domain(const Call& call, const dns::Domain& domain) {
  const policy::InternalDomain* found = call.book->internal_domain(domain);
  return found != nullptr && found->account == call.account->id ? found : nullptr;
}

std::unexpected<Problem> at_domain(std::string detail) {
  FieldReader fields;
  fields.complain("#/domain", std::move(detail));
  return fields.problem();
}

}  // namespace

policy::InternalRoute read_route(FieldReader& fields, const RouteInput& input) {
  policy::InternalRoute route;
  route.domain = fields.domain("#/domain", input.domain);
  route.names = fields.domains("#/names", input.names);
  read_common(fields, route, input);
  fields.check(route);
  return route;
}

policy::ExternalRoute read_route(FieldReader& fields, const ExternalRouteInput& input) {
  policy::ExternalRoute route;
  if (input.domain != "*") route.domain = fields.domain("#/domain", input.domain);
  route.mode = input.mode.value_or(tls::Mode::strict);
  const std::string verify = input.verify_name.value_or("");
  if (!verify.empty()) route.verify_name = fields.domain("#/verify_name", verify);
  route.consult_published = input.consult_published.value_or(false);
  read_common(fields, route, input);
  fields.check(route);
  return route;
}

Outcome<void> require_place(const Call& call, const policy::InternalRoute& route) {
  if (own_domain(call, route.domain) != nullptr) return {};
  return at_domain(
      fmt::format("{} is not a validated domain of this account, nor below one: validate it first.",
                  route.domain.text()));
}

Outcome<void> require_place(const Call& call, const policy::ExternalRoute& route) {
  if (route.domain.empty() || own_domain(call, route.domain) == nullptr) return {};
  return at_domain(fmt::format("{} is your own: its mail goes by an internal server route.",
                               route.domain.text()));
}

}  // namespace postern::api
