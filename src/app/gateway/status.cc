#include "app/gateway/status.h"

#include <unistd.h>

#include "core/base/json_writer.h"

namespace postern::app {

std::string status_json(const std::string& node, const std::vector<BoundListener>& listeners,
                        const std::string& http, bool ready, std::int64_t revision) {
  base::JsonWriter json;
  json.begin_object().field("version", POSTERN_VERSION).field("node", node);
  json.field("pid", getpid()).field("ready", ready).field("http", http);
  json.field("policy_revision", revision);
  json.key("listeners").begin_array();
  for (const BoundListener& one : listeners) {
    json.begin_object().field("name", one.name).field("role", one.role).field("tls", one.tls);
    json.field("address", one.place.address.to_string()).field("port", one.place.port).end_object();
  }
  json.end_array().end_object();
  return std::move(json).take();
}

}  // namespace postern::app
