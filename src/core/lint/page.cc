#include "core/lint/page.h"

#include <fmt/core.h>

namespace postern::lint {

std::string text(const Page& page) {
  std::string out = page.valid ? fmt::format("The {} is valid.\n", page.title)
                               : fmt::format("The {} is not valid.\n", page.title);
  for (const std::string& sentence : page.meaning) out += "  " + sentence + "\n";
  for (const base::Finding& finding : page.findings) {
    const std::string place = finding.place.empty() ? "" : fmt::format(", {}", finding.place);
    out += fmt::format("{}{}: {}\n", base::severity_text(finding.severity), place, finding.text);
    if (!finding.remedy.empty()) out += "  " + finding.remedy + "\n";
  }
  return out;
}

void write_json(base::JsonWriter& json, const Page& page) {
  json.begin_object().field("kind", page.kind).field("valid", page.valid);
  json.key("meaning").begin_array();
  for (const std::string& sentence : page.meaning) json.value(sentence);
  json.end_array().key("findings").begin_array();
  for (const base::Finding& finding : page.findings) {
    json.begin_object().field("severity", base::severity_text(finding.severity));
    json.field("place", finding.place).field("text", finding.text);
    json.field("remedy", finding.remedy).end_object();
  }
  json.end_array().key("value");
  if (page.value.empty()) {
    json.null();
  } else {
    json.raw(page.value);
  }
  json.end_object();
}

}  // namespace postern::lint
