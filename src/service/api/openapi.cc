#include "service/api/openapi.h"

#include <map>

#include "core/base/text.h"

namespace postern::api {

namespace {

using base::JsonWriter;

constexpr std::string_view schemas = "#/components/schemas/";

void write_schema(JsonWriter& json, const TypeInfo& type) {
  json.begin_object();
  switch (type.kind) {
    case TypeInfo::Kind::text:
      json.field("type", "string");
      break;
    case TypeInfo::Kind::integer:
      json.field("type", "integer").field("format", "int64");
      break;
    case TypeInfo::Kind::boolean:
      json.field("type", "boolean");
      break;
    case TypeInfo::Kind::time:
      json.field("type", "string").field("format", "date-time");
      break;
    case TypeInfo::Kind::list:
      json.field("type", "array").key("items");
      write_schema(json, type.item.front());
      break;
    case TypeInfo::Kind::word:
    case TypeInfo::Kind::object:
      json.field("$ref", std::string(schemas) + type.name);
      break;
  }
  json.end_object();
}

// A field that may be missing is null in a reply.
void write_field(JsonWriter& json, const FieldInfo& field) {
  json.key(field.name).begin_object().field("description", field.sentence);
  const bool nullable = field.presence == FieldInfo::Presence::may_be_missing;
  json.key(nullable ? "anyOf" : "allOf").begin_array();
  write_schema(json, field.type);
  if (nullable) json.begin_object().field("type", "null").end_object();
  json.end_array().end_object();
}

void write_object(JsonWriter& json, const ObjectInfo& object, bool is_input) {
  json.begin_object().field("type", "object").field("description", object.sentence);
  json.field("additionalProperties", false).key("properties").begin_object();
  for (const FieldInfo& field : object.fields) write_field(json, field);
  json.end_object().key("required").begin_array();
  for (const FieldInfo& field : object.fields) {
    const bool optional = field.presence == FieldInfo::Presence::may_be_missing ||
                          field.type.kind == TypeInfo::Kind::list;
    if (!is_input || !optional) json.value(field.name);
  }
  json.end_array().end_object();
}

void write_problem_schema(JsonWriter& json) {
  json.key("Problem").raw(
      R"({"type":"object","description":"What went wrong (RFC 9457).","required":["type","title",)"
      R"("status","detail","code","errors"],"properties":{"type":{"type":"string"},"title":)"
      R"({"type":"string"},"status":{"type":"integer"},"detail":{"type":"string","description":)"
      R"("One sentence: what happened, what to do next."},"code":{"type":"string","description":)"
      R"("Stable: scripts may rely on it."},"errors":{"type":"array","items":{"type":"object",)"
      R"("required":["pointer","detail"],"properties":{"pointer":{"type":"string"},"detail":)"
      R"({"type":"string"}}}}}})");
}

void write_components(JsonWriter& json, const Operations& operations) {
  std::map<std::string, bool, std::less<>> inputs;
  for (const auto& one : operations.all()) inputs[one->body] = true;
  json.key("components").begin_object().key("schemas").begin_object();
  for (const auto& [name, object] : operations.catalogue().objects) {
    if (name == "Nothing") continue;
    json.key(name);
    write_object(json, object, inputs.contains(name));
  }
  for (const auto& [name, words] : operations.catalogue().words) {
    json.key(name).begin_object().field("type", "string").key("enum").begin_array();
    for (const std::string& word : words) json.value(word);
    json.end_array().end_object();
  }
  write_problem_schema(json);
  json.end_object().key("securitySchemes").begin_object();
  json.key("token").begin_object().field("type", "http").field("scheme", "bearer").end_object();
  json.key("session").begin_object().field("type", "apiKey").field("in", "cookie");
  json.field("name", "postern-session").end_object().end_object().end_object();
}

void write_parameters(JsonWriter& json, const Operation& operation, const Catalogue& catalogue) {
  json.key("parameters").begin_array();
  for (std::string_view segment : base::split(operation.info.path, '/')) {
    if (!segment.starts_with('{')) continue;
    json.begin_object().field("name", segment.substr(1, segment.size() - 2)).field("in", "path");
    json.field("required", true).key("schema").begin_object().field("type", "string").end_object();
    json.end_object();
  }
  for (const FieldInfo& field : catalogue.objects.at(operation.query).fields) {
    json.begin_object().field("name", field.name).field("in", "query");
    json.field("description", field.sentence).key("schema");
    write_schema(json, field.type);
    json.end_object();
  }
  json.end_array();
}

void write_content(JsonWriter& json, std::string_view content_type, const std::string& type) {
  json.key("content").begin_object().key(content_type).begin_object().key("schema");
  if (type == "Nothing") {
    const bool json_text = content_type == "application/json";
    json.begin_object().field("type", json_text ? "object" : "string").end_object();
  } else {
    write_schema(json, {TypeInfo::Kind::object, type});
  }
  json.end_object().end_object();
}

void write_responses(JsonWriter& json, const Operation& operation) {
  const bool empty = operation.reply == "Nothing" && !operation.raw;
  const int status = empty && operation.info.status == 200 ? 204 : operation.info.status;
  json.key("responses").begin_object().key(std::to_string(status)).begin_object();
  json.field("description", operation.info.summary);
  if (!empty) write_content(json, operation.info.content_type, operation.reply);
  json.end_object();
  if (status == 201) {
    json.key("200").begin_object().field("description", "It was there already: nothing changed.");
    write_content(json, operation.info.content_type, operation.reply);
    json.end_object();
  }
  json.key("default").begin_object().field("description", "A problem (RFC 9457).");
  write_content(json, "application/problem+json", "Problem");
  json.end_object().end_object();
}

void write_operation(JsonWriter& json, const Operation& operation, const Catalogue& catalogue) {
  json.key(base::lower(method_text(operation.info.method))).begin_object();
  json.field("operationId", operation.info.id).field("summary", operation.info.summary);
  json.field("description",
             "May be called by: " + std::string(access_text(operation.info.access)) + ".");
  json.field("x-access", access_text(operation.info.access));
  write_parameters(json, operation, catalogue);
  if (operation.body != "Nothing") {
    json.key("requestBody").begin_object().field("required", true);
    write_content(json, "application/json", operation.body);
    json.end_object();
  }
  write_responses(json, operation);
  if (operation.info.access == Access::open) json.key("security").begin_array().end_array();
  json.end_object();
}

}  // namespace

std::string openapi_document(const Operations& operations) {
  std::map<std::string, std::vector<const Operation*>> paths;
  for (const auto& one : operations.all()) paths[one->info.path].push_back(one.get());
  JsonWriter json;
  json.begin_object().field("openapi", "3.1.0").key("info").begin_object();
  json.field("title", "Postern").field("version", POSTERN_VERSION);
  json.field("description", "The API of the Postern mail gateway; docs/api.md shows it in use.");
  json.end_object().key("servers").begin_array();
  json.begin_object().field("url", "/api/v1").end_object().end_array();
  json.key("security").raw(R"([{"token":[]},{"session":[]}])");
  json.key("paths").begin_object();
  for (const auto& [path, several] : paths) {
    json.key(path).begin_object();
    for (const Operation* one : several) write_operation(json, *one, operations.catalogue());
    json.end_object();
  }
  json.end_object();
  write_components(json, operations);
  json.end_object();
  return std::move(json).take() + "\n";
}

}  // namespace postern::api
