#include "service/api/route_handlers.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "service/api/convert.h"
#include "service/api/etag.h"
#include "service/api/route_input.h"

namespace postern::api {

namespace {

using policy::InternalRoute;
using OutRoute = policy::ExternalRoute;

template <class Route>
const std::vector<Route>& routes_of(const Call& call) {
  if constexpr (std::same_as<Route, InternalRoute>) {
    return call.book->configuration().internal_routes;
  } else {
    return call.book->configuration().external_routes;
  }
}

template <class Shown, class Route>
std::vector<Shown> all_of(const Call& call) {
  std::vector<const Route*> mine;
  for (const Route& route : routes_of<Route>(call)) {
    if (route.account == call.account->id) mine.push_back(&route);
  }
  std::ranges::sort(mine, {}, [](const Route* route) {
    return std::tuple(std::string_view(route->domain.text()), route->priority, route->id);
  });
  std::vector<Shown> out;
  for (const Route* route : mine) out.push_back(shown(*route));
  return out;
}

template <class Route>
Outcome<const Route*> named(const Call& call) {
  const auto id = id_of(call.at("id"));
  const auto& all = routes_of<Route>(call);
  const auto found = std::ranges::find_if(all, [&](const Route& one) {
    return id && one.id.value == *id && one.account == call.account->id;
  });
  if (found != all.end()) return &*found;
  return refuse(404, "not-found", "There is no such route in this account.");
}

template <class Route>
Outcome<const Route*> meant(const Call& call) {
  auto found = named<Route>(call);
  if (!found) return found;
  if (auto same = require_match(call, shown(**found)); !same) return std::unexpected(same.error());
  return found;
}

// To the same server for the same domain; there may be one alone.
template <class Route>
const Route* same_way(const Call& call, const Route& wanted) {
  const auto& all = routes_of<Route>(call);
  const auto found = std::ranges::find_if(all, [&](const Route& one) {
    return one.account == call.account->id && one.domain == wanted.domain &&
           one.host == wanted.host && one.port == wanted.port;
  });
  return found == all.end() ? nullptr : &*found;
}

std::unexpected<Problem> there_already(std::string_view host, int port) {
  return refuse(409, "already-exists",
                fmt::format("There is a route to {}:{} for this domain already, with other "
                            "settings. Change that one.",
                            host, port));
}

// An internal route's mode is proved, not chosen: it says nothing about what was asked for.
void keep_what_is_not_chosen(InternalRoute& wanted, const InternalRoute& old) {
  wanted.mode = old.mode;
}
void keep_what_is_not_chosen(OutRoute&, const OutRoute&) {}

template <class Shown, class Route>
Handled<Shown> add_route(Editor& editor, Call call, Route wanted) {
  int status = 201;
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    wanted.account = current.account->id;
    if (auto placed = require_place(current, wanted); !placed) {
      return std::unexpected(placed.error());
    }
    const Route* old = same_way(current, wanted);
    if (auto settled = settle_login(wanted, old); !settled) {
      return std::unexpected(settled.error());
    }
    if (old == nullptr) return putting(wanted);
    wanted.id = old->id;
    keep_what_is_not_chosen(wanted, *old);
    if (wanted != *old) return there_already(old->host, old->port);
    status = 200;
    return Editor::Work();
  };
  const auto made = co_await editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  if (*made != 0) wanted.id = {*made};
  co_return Answer<Shown>(shown(wanted), status);
}

template <class Shown, class Route>
Handled<Shown> replace_route(Editor& editor, Call call, Route wanted) {
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const auto old = meant<Route>(current);
    if (!old) return std::unexpected(old.error());
    wanted.id = (*old)->id;
    wanted.account = (*old)->account;
    keep_what_is_not_chosen(wanted, **old);
    if (auto placed = require_place(current, wanted); !placed) {
      return std::unexpected(placed.error());
    }
    if (auto settled = settle_login(wanted, *old); !settled) {
      return std::unexpected(settled.error());
    }
    const Route* other = same_way(current, wanted);
    if (other != nullptr && other->id != wanted.id) return there_already(other->host, other->port);
    return wanted == **old ? Editor::Work() : putting(wanted);
  };
  const auto made = co_await editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return shown(wanted);
}

template <class Route>
Handled<Nothing> remove_route(Editor& editor, Call call) {
  const Editor::Decide decide = [](const Call& current) -> Outcome<Editor::Work> {
    const auto old = meant<Route>(current);
    if (!old) return std::unexpected(old.error());
    return removing((*old)->id);
  };
  const auto made = co_await editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return Nothing();
}

template <class Shown, class Route>
Handled<Shown> one_route(Call call) {
  const auto found = named<Route>(call);
  if (!found) co_return std::unexpected(found.error());
  co_return shown(**found);
}

}  // namespace

Handled<Routes> RouteHandlers::list(Call call) {
  co_return Routes{all_of<Route, InternalRoute>(call)};
}
Handled<Route> RouteHandlers::get(Call call) {
  return one_route<Route, InternalRoute>(std::move(call));
}
Handled<Route> RouteHandlers::add(Call call, RouteInput input) {
  FieldReader fields;
  InternalRoute wanted = read_route(fields, input);
  if (fields.failed()) co_return fields.problem();
  co_return co_await add_route<Route>(editor_, std::move(call), std::move(wanted));
}
Handled<Route> RouteHandlers::replace(Call call, RouteInput input) {
  FieldReader fields;
  InternalRoute wanted = read_route(fields, input);
  if (fields.failed()) co_return fields.problem();
  co_return co_await replace_route<Route>(editor_, std::move(call), std::move(wanted));
}
Handled<Nothing> RouteHandlers::remove(Call call) {
  return remove_route<InternalRoute>(editor_, std::move(call));
}

Handled<ExternalRoutes> RouteHandlers::list_external(Call call) {
  co_return ExternalRoutes{all_of<ExternalRoute, OutRoute>(call)};
}
Handled<ExternalRoute> RouteHandlers::get_external(Call call) {
  return one_route<ExternalRoute, OutRoute>(std::move(call));
}
Handled<ExternalRoute> RouteHandlers::add_external(Call call, ExternalRouteInput input) {
  FieldReader fields;
  OutRoute wanted = read_route(fields, input);
  if (fields.failed()) co_return fields.problem();
  co_return co_await add_route<ExternalRoute>(editor_, std::move(call), std::move(wanted));
}
Handled<ExternalRoute> RouteHandlers::replace_external(Call call, ExternalRouteInput input) {
  FieldReader fields;
  OutRoute wanted = read_route(fields, input);
  if (fields.failed()) co_return fields.problem();
  co_return co_await replace_route<ExternalRoute>(editor_, std::move(call), std::move(wanted));
}
Handled<Nothing> RouteHandlers::remove_external(Call call) {
  return remove_route<OutRoute>(editor_, std::move(call));
}

namespace {

void declare_internal(Operations& operations, RouteHandlers* handlers) {
  const std::string all = "/accounts/{account}/routes";
  const std::string one = all + "/{id}";
  operations.add<Nothing, Nothing, Routes>(
      {Method::get, all, "listRoutes", "An account's internal server routes"},
      [handlers](Call call, Nothing, Nothing) { return handlers->list(std::move(call)); });
  operations.add<Nothing, RouteInput, Route>(
      {Method::post, all, "addRoute", "Adds an internal server route", Access::administrator, 201},
      [handlers](Call call, Nothing, RouteInput input) {
        return handlers->add(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Route>(
      {Method::get, one, "getRoute", "An internal server route"},
      [handlers](Call call, Nothing, Nothing) { return handlers->get(std::move(call)); });
  operations.add<Nothing, RouteInput, Route>(
      {Method::put, one, "replaceRoute", "Gives an internal server route other settings",
       Access::administrator},
      [handlers](Call call, Nothing, RouteInput input) {
        return handlers->replace(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Nothing>(
      {Method::remove, one, "removeRoute", "Removes an internal server route",
       Access::administrator, 204},
      [handlers](Call call, Nothing, Nothing) { return handlers->remove(std::move(call)); });
}

void declare_external(Operations& operations, RouteHandlers* handlers) {
  const std::string all = "/accounts/{account}/external-routes";
  const std::string one = all + "/{id}";
  operations.add<Nothing, Nothing, ExternalRoutes>(
      {Method::get, all, "listExternalRoutes", "An account's external routes"},
      [handlers](Call call, Nothing, Nothing) { return handlers->list_external(std::move(call)); });
  operations.add<Nothing, ExternalRouteInput, ExternalRoute>(
      {Method::post, all, "addExternalRoute", "Adds an external route", Access::administrator, 201},
      [handlers](Call call, Nothing, ExternalRouteInput input) {
        return handlers->add_external(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, ExternalRoute>(
      {Method::get, one, "getExternalRoute", "An external route"},
      [handlers](Call call, Nothing, Nothing) { return handlers->get_external(std::move(call)); });
  operations.add<Nothing, ExternalRouteInput, ExternalRoute>(
      {Method::put, one, "replaceExternalRoute", "Gives an external route other settings",
       Access::administrator},
      [handlers](Call call, Nothing, ExternalRouteInput input) {
        return handlers->replace_external(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Nothing>(
      {Method::remove, one, "removeExternalRoute", "Removes an external route",
       Access::administrator, 204},
      [handlers](Call call, Nothing, Nothing) {
        return handlers->remove_external(std::move(call));
      });
}

}  // namespace

void declare_routes(Operations& operations, RouteHandlers* handlers) {
  declare_internal(operations, handlers);
  declare_external(operations, handlers);
}

}  // namespace postern::api
