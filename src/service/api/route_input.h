// Routes as requests describe them, read and judged; shared by adding and replacing.
#pragma once

#include <vector>

#include "core/policy/policy_book.h"
#include "service/api/account_types.h"
#include "service/api/call.h"
#include "service/api/field_reader.h"

namespace postern::api {

// What a route says by itself; complaints go to the reader. The login's password may still be
// missing: settle_login() says whether the old one serves.
[[nodiscard]] policy::InternalRoute read_route(FieldReader& fields, const RouteInput& input);
[[nodiscard]] policy::ExternalRoute read_route(FieldReader& fields,
                                               const ExternalRouteInput& input);

// A password that was not given stays as before, but only towards the server and for the user that
// it was given for: else whoever may change a route could have it sent to a server of their own.
template <class Route>
[[nodiscard]] Outcome<void> settle_login(Route& wanted, const Route* old) {
  if (!wanted.login || !wanted.login->password.empty()) return {};
  const bool same = old != nullptr && old->login && old->login->user == wanted.login->user &&
                    old->host == wanted.host && old->port == wanted.port &&
                    old->start == wanted.start;
  if (!same) {
    FieldReader fields;
    fields.complain("#/login_password", "Give the password that belongs to this user there.");
    return fields.problem();
  }
  wanted.login = old->login;
  return {};
}

// An internal route is for a validated domain of the account, or below one.
[[nodiscard]] Outcome<void> require_place(const Call& call, const policy::InternalRoute& route);
// An external route is for none of them.
[[nodiscard]] Outcome<void> require_place(const Call& call, const policy::ExternalRoute& route);

}  // namespace postern::api
