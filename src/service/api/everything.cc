#include "service/api/everything.h"

#include "service/api/configuration_handlers.h"
#include "service/api/drafts.h"
#include "service/api/openapi.h"
#include "service/api/own_account.h"
#include "service/api/probes.h"
#include "service/api/sessions.h"
#include "service/api/users.h"

namespace postern::api {

namespace {

net::Task<http::Response> document(Call call, const Operations* operations) {
  co_return json_response(call, 200, openapi_document(*operations), {});
}

}  // namespace

void declare_everything(Operations& operations, const Groups& groups) {
  declare_sessions(operations, groups.sessions);
  declare_own_account(operations, groups.own_account);
  declare_users(operations, groups.users);
  declare_tokens(operations, groups.tokens);
  declare_configuration(operations, groups.configuration);
  declare_probes(operations, groups.probes);
  declare_drafts(operations, groups.drafts);
  operations.add_raw<Nothing>(
      {Method::get, "/openapi.json", "getOpenApi", "This API's OpenAPI document", Access::open},
      [all = &operations](Call call, Nothing) { return document(std::move(call), all); });
}

}  // namespace postern::api
