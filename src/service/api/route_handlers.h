// Where an account's mail goes: internal server routes, and external routes (smarthosts).
//
// An internal route's mode is proved by validation and never set here: a new one is opportunistic,
// and one that is replaced keeps the mode that it had, because a change must not weaken it.
#pragma once

#include "service/api/account_types.h"
#include "service/api/editor.h"
#include "service/api/operations.h"

namespace postern::api {

class RouteHandlers {
 public:
  explicit RouteHandlers(Editor& editor) : editor_(editor) {}

  [[nodiscard]] Handled<Routes> list(Call call);
  [[nodiscard]] Handled<Route> get(Call call);
  [[nodiscard]] Handled<Route> add(Call call, RouteInput input);
  [[nodiscard]] Handled<Route> replace(Call call, RouteInput input);
  [[nodiscard]] Handled<Nothing> remove(Call call);

  [[nodiscard]] Handled<ExternalRoutes> list_external(Call call);
  [[nodiscard]] Handled<ExternalRoute> get_external(Call call);
  [[nodiscard]] Handled<ExternalRoute> add_external(Call call, ExternalRouteInput input);
  [[nodiscard]] Handled<ExternalRoute> replace_external(Call call, ExternalRouteInput input);
  [[nodiscard]] Handled<Nothing> remove_external(Call call);

 private:
  Editor& editor_;
};

void declare_routes(Operations& operations, RouteHandlers* handlers);

}  // namespace postern::api
