// What the API's group of configured objects needs of the running gateway.
#pragma once

#include "app/gateway/web.h"
#include "service/api/certificate_handlers.h"
#include "service/api/configuration_handlers.h"
#include "service/api/posture_handlers.h"

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
// `shown`: what the application itself shows, over HTTPS; else null.
[[nodiscard]] api::CertificateHandlers::Needs certificate_needs(const WebServer::Needs& web,
                                                                api::Desk& writes,
                                                                const Certificates* shown);
// What a look at a domain's posture needs.
[[nodiscard]] api::PostureHandlers::Needs posture_needs(const WebServer::Needs& web,
                                                        crypto::ClientContext& tls);

}  // namespace postern::app
