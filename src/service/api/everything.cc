#include "service/api/everything.h"

#include "service/api/audit_handlers.h"
#include "service/api/certificate_handlers.h"
#include "service/api/configuration_handlers.h"
#include "service/api/drafts.h"
#include "service/api/event_handlers.h"
#include "service/api/evidence_handlers.h"
#include "service/api/openapi.h"
#include "service/api/overview_handlers.h"
#include "service/api/own_account.h"
#include "service/api/partner_handlers.h"
#include "service/api/posture_handlers.h"
#include "service/api/probes.h"
#include "service/api/queue_handlers.h"
#include "service/api/sessions.h"
#include "service/api/tls_report_handlers.h"
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
  declare_certificates(operations, groups.certificates);
  declare_probes(operations, groups.probes);
  declare_drafts(operations, groups.drafts);
  declare_overview(operations, groups.overview);
  declare_partners(operations, groups.partners);
  declare_evidence(operations, groups.evidence);
  declare_queue(operations, groups.queue);
  declare_posture(operations, groups.posture);
  declare_audit(operations, groups.audit);
  declare_tls_reports(operations, groups.tls_reports);
  declare_events(operations, groups.events);
  operations.add_raw<Nothing>(
      {Method::get, "/openapi.json", "getOpenApi", "This API's OpenAPI document", Access::open},
      [all = &operations](Call call, Nothing) { return document(std::move(call), all); });
}

}  // namespace postern::api
