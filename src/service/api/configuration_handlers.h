// All that an administrator configures, as one group: accounts, domains, routes, senders, policies,
// exceptions, and what belongs to setting them up.
#pragma once

#include "service/api/account_handlers.h"
#include "service/api/domain_handlers.h"
#include "service/api/exception_handlers.h"
#include "service/api/explain_handlers.h"
#include "service/api/gateway_handlers.h"
#include "service/api/policy_handlers.h"
#include "service/api/route_handlers.h"
#include "service/api/sender_handlers.h"
#include "service/api/task_handlers.h"

namespace postern::api {

struct ConfigurationHandlers {
  struct Needs {
    Editor::Needs editor;
    Desk& reads;
    resolver::Lookups& lookups;
    mtasts::PolicySource* sts = nullptr;  // null: MTA-STS is not asked for
    DomainHandlers::FreshLookups fresh_lookups;
    onboarding::GatewayNames names;
    route::RouteSettings route;
    GatewayHandlers::Needs gateway;
  };
  explicit ConfigurationHandlers(Needs needs);

  Editor editor;
  AccountHandlers accounts;
  GatewayHandlers gateway;
  DomainHandlers domains;
  RouteHandlers routes;
  SenderHandlers senders;
  TaskHandlers tasks;
  PolicyHandlers policies;
  ExceptionHandlers exceptions;
  ExplainHandlers explain;
};

void declare_configuration(Operations& operations, ConfigurationHandlers* handlers);

}  // namespace postern::api
