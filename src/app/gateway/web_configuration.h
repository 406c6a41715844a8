// What the API's group of configured objects needs of the running gateway.
#pragma once

#include "app/gateway/web.h"
#include "service/api/configuration_handlers.h"

namespace postern::app {

// Where the group finds its desks and its resolver.
struct WebDesks {
  api::Desk& reads;
  api::Desk& writes;
  api::Changes& changes;
  resolver::Lookups& lookups;
  mtasts::PolicySource& sts;
};

[[nodiscard]] api::ConfigurationHandlers::Needs configuration_needs(const WebServer::Needs& web,
                                                                    WebDesks desks);

}  // namespace postern::app
