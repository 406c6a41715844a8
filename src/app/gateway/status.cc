#include "app/gateway/status.h"

#include <unistd.h>

#include "core/base/json_writer.h"

namespace postern::app {

std::string status_json(const Status& status) {
  base::JsonWriter json;
  json.begin_object().field("version", POSTERN_VERSION).field("node", status.node);
  json.field("pid", getpid()).field("ready", status.ready).field("http", status.http);
  json.field("web", status.web)
      .field("site", status.site)
      .field("site_http", status.site_http)
      .field("policy_revision", status.revision);
  json.key("listeners").begin_array();
  for (const BoundListener& one : status.listeners) {
    json.begin_object().field("name", one.name).field("role", one.role).field("tls", one.tls);
    json.field("address", one.place.address.to_string()).field("port", one.place.port).end_object();
  }
  json.end_array().end_object();
  return std::move(json).take();
}

}  // namespace postern::app
