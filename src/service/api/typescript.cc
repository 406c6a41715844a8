#include "service/api/typescript.h"

#include <fmt/format.h>

#include <set>

#include "core/base/text.h"

namespace postern::api {

namespace {

constexpr std::string_view prelude =
    R"(// Made by `postern docs typescript` from the declarations of the API; not written by hand.
/* eslint-disable */
import { call } from './http';
import { asBoolean, asList, asNumber, asObject, asText, asWord, orNull } from './strict';

)";

using Names = std::set<std::string, std::less<>>;

void add_with_parts(const TypeInfo& type, const Catalogue& catalogue, Names& into);

void add_object(const std::string& name, const Catalogue& catalogue, Names& into) {
  if (name == "Nothing" || !into.insert(name).second) return;
  for (const FieldInfo& field : catalogue.objects.at(name).fields) {
    add_with_parts(field.type, catalogue, into);
  }
}

void add_with_parts(const TypeInfo& type, const Catalogue& catalogue, Names& into) {
  if (type.kind == TypeInfo::Kind::list) add_with_parts(type.item.front(), catalogue, into);
  if (type.kind == TypeInfo::Kind::object) add_object(type.name, catalogue, into);
}

std::string type_text(const TypeInfo& type) {
  switch (type.kind) {
    case TypeInfo::Kind::text:
    case TypeInfo::Kind::time:
      return "string";
    case TypeInfo::Kind::integer:
      return "number";
    case TypeInfo::Kind::boolean:
      return "boolean";
    case TypeInfo::Kind::list:
      return type_text(type.item.front()) + "[]";
    case TypeInfo::Kind::word:
    case TypeInfo::Kind::object:
      break;
  }
  return type.name;
}

// A function that turns unknown JSON at a place into the type.
std::string importer(const TypeInfo& type) {
  switch (type.kind) {
    case TypeInfo::Kind::text:
    case TypeInfo::Kind::time:
      return "asText";
    case TypeInfo::Kind::integer:
      return "asNumber";
    case TypeInfo::Kind::boolean:
      return "asBoolean";
    case TypeInfo::Kind::list:
      return "asList(" + importer(type.item.front()) + ")";
    case TypeInfo::Kind::word:
      return "asWord(words" + type.name + ")";
    case TypeInfo::Kind::object:
      break;
  }
  return "import" + type.name;
}

std::string words_text(const std::string& name, const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "'" : ", '") + word + "'";
  return fmt::format(
      "export const words{0} = [{1}] as const;\nexport type {0} = (typeof words{0})[number];\n\n",
      name, list);
}

std::string interface_text(const std::string& name, const ObjectInfo& object, bool is_output) {
  std::string out = fmt::format("/** {} */\nexport interface {} {{\n", object.sentence, name);
  for (const FieldInfo& field : object.fields) {
    const bool nullable = field.presence == FieldInfo::Presence::may_be_missing;
    const bool may_lack = !is_output && (nullable || field.type.kind == TypeInfo::Kind::list);
    out += fmt::format("  /** {} */\n  {}{}: {}{};\n", field.sentence, field.name,
                       may_lack ? "?" : "", type_text(field.type), nullable ? " | null" : "");
  }
  return out + "}\n\n";
}

std::string importer_text(const std::string& name, const ObjectInfo& object) {
  std::string out = fmt::format(
      "export function import{0}(json: unknown, at = '{0}'): {0} {{\n"
      "  const o = asObject(json, at);\n  return {{\n",
      name);
  for (const FieldInfo& field : object.fields) {
    const bool nullable = field.presence == FieldInfo::Presence::may_be_missing;
    const std::string plain = importer(field.type);
    out += fmt::format("    {0}: {1}(o.{0}, `${{at}}.{0}`),\n", field.name,
                       nullable ? "orNull(" + plain + ")" : plain);
  }
  return out + "  };\n}\n\n";
}

// "{account: string, id: string}" and "/accounts/${encodeURIComponent(path.account)}/..."
void path_texts(const std::string& path, std::string& parameters, std::string& address) {
  for (std::string_view segment : base::split(path, '/')) {
    if (segment.empty()) continue;
    if (!segment.starts_with('{')) {
      address += "/" + std::string(segment);
      continue;
    }
    const std::string name(segment.substr(1, segment.size() - 2));
    parameters += (parameters.empty() ? "" : "; ") + name + ": string";
    address += "/${encodeURIComponent(path." + name + ")}";
  }
}

std::string function_text(const Operation& operation) {
  std::string parameters;
  std::string address;
  path_texts(operation.info.path, parameters, address);
  std::string signature = parameters.empty() ? "" : "path: { " + parameters + " }";
  const auto also = [&signature](const std::string& text) {
    signature += (signature.empty() ? "" : ", ") + text;
  };
  if (operation.body != "Nothing") also("body: " + operation.body);
  if (operation.query != "Nothing") also("query: " + operation.query + " = {}");
  const bool empty = operation.reply == "Nothing";
  return fmt::format(
      "/** {}. May be called by: {}. */\n"
      "export function {}({}): Promise<{}> {{\n"
      "  return call('{}', `{}`, {}, {}, {});\n}}\n\n",
      operation.info.summary, access_text(operation.info.access), operation.info.id, signature,
      empty ? "void" : operation.reply, method_text(operation.info.method), address,
      operation.query == "Nothing" ? "undefined" : "query",
      operation.body == "Nothing" ? "undefined" : "body",
      empty ? "undefined" : "import" + operation.reply);
}

}  // namespace

std::string typescript_client(const Operations& operations) {
  const Catalogue& catalogue = operations.catalogue();
  Names outputs;
  Names inputs;
  for (const std::string& sent : operations.sent_types()) add_object(sent, catalogue, outputs);
  for (const auto& one : operations.all()) {
    add_object(one->reply, catalogue, outputs);
    add_object(one->body, catalogue, inputs);
    add_object(one->query, catalogue, inputs);
  }
  std::string out(prelude);
  for (const auto& [name, words] : catalogue.words) out += words_text(name, words);
  for (const auto& [name, object] : catalogue.objects) {
    const bool is_output = outputs.contains(name);
    if (!is_output && !inputs.contains(name)) continue;
    out += interface_text(name, object, is_output);
    if (is_output) out += importer_text(name, object);
  }
  for (const auto& one : operations.all()) {
    if (!one->raw) out += function_text(*one);
  }
  return out;
}

}  // namespace postern::api
