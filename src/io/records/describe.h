// The configured objects and the evidence as JSON, for --json, exports and the audit log: one
// spelling of every field, the words of docs/tls-policy.md. No secret is ever written: a login
// shows its user, a sender with a password shows that it has one.
#pragma once

#include "core/base/json_writer.h"
#include "core/policy/model.h"
#include "core/queue/evidence.h"

namespace postern::records {

// The fields without the braces, so that a caller may add some ("account": its name).
void describe(base::JsonWriter& json, const policy::Account& account);
void describe(base::JsonWriter& json, const policy::InternalDomain& domain);
void describe(base::JsonWriter& json, const policy::InternalRoute& route);
void describe(base::JsonWriter& json, const policy::ExternalRoute& route);
void describe(base::JsonWriter& json, const policy::InternalSender& sender);
void describe(base::JsonWriter& json, const policy::Policy& policy);
void describe(base::JsonWriter& json, const policy::Exception& exception);
void describe(base::JsonWriter& json, const queue::Attempt& attempt);

void describe(base::JsonWriter& json, const std::vector<tls::Considered>& sources);  // an array

template <class Object>
[[nodiscard]] std::string json_of(const Object& object) {
  base::JsonWriter json;
  json.begin_object();
  describe(json, object);
  json.end_object();
  return std::move(json).take();
}

}  // namespace postern::records
