#include "core/dns/txt_fields.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"

namespace postern::dns {
namespace {

using base::Finding;
using base::Severity;

constexpr std::size_t kLongestName = 32;
constexpr std::size_t kShown = 60;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";  // WSP (RFC 5234); nothing else is white space here
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

void add_error(std::vector<Finding>& findings, std::string place, std::string text,
               std::string remedy) {
  findings.push_back({Severity::error, std::move(place), std::move(text), std::move(remedy)});
}

// One field, without the blanks around it; `number` counts from the version, which is field 1.
void read_field(std::string_view field, int number, std::vector<TxtField>& fields,
                std::vector<Finding>& findings) {
  const std::string place = fmt::format("field {}", number);
  const std::size_t equals = field.find('=');
  if (field.empty()) {
    add_error(findings, place, "There is nothing between two semicolons.",
              "Leave one of the semicolons out.");
  } else if (equals == std::string_view::npos) {
    add_error(findings, place, fmt::format("{} is not of the form name=value.", quoted(field)),
              "Write the name, \"=\" and the value, without spaces.");
  } else if (!is_field_name(field.substr(0, equals))) {
    add_error(findings, place,
              fmt::format("{} is not a name: a letter or digit, then at most 31 letters, digits, "
                          "\"_\", \"-\" or \".\".",
                          quoted(field.substr(0, equals))),
              "Write the name right before the \"=\".");
  } else {
    fields.push_back({field.substr(0, equals), field.substr(equals + 1)});
  }
}

}  // namespace

std::vector<std::string_view> of_version(std::span<const std::string> texts,
                                         std::string_view version) {
  std::vector<std::string_view> found;
  for (const std::string& text : texts) {
    const bool announces =
        text.starts_with(version) && text.size() > version.size() && text[version.size()] == ';';
    if (announces) found.emplace_back(text);
  }
  return found;
}

std::vector<TxtField> read_fields(std::string_view text, std::vector<base::Finding>& findings) {
  std::vector<TxtField> fields;
  std::vector<std::string_view> parts = base::split(text, ';');
  if (without_blanks(parts.back()).empty()) {
    parts.pop_back();  // the semicolon at the end
  } else if (parts.back().ends_with(' ') || parts.back().ends_with('\t')) {
    // White space belongs to a semicolon (sts-field-delim).
    add_error(findings, "", "The record ends with white space that no semicolon comes before.",
              "Take the white space off the end.");
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    read_field(without_blanks(parts[i]), static_cast<int>(i) + 1, fields, findings);
  }
  return fields;
}

bool is_extension_value(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) {
    return c > 0x20 && c < 0x7F && c != '=' && c != ';';
  });
}

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && is_alphanumeric(name.front()) &&
         std::ranges::all_of(
             name, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
}

void remark_extension(const TxtField& field, std::vector<base::Finding>& findings) {
  const std::string place = fmt::format("field {}", field.name);
  if (!is_extension_value(field.value)) {
    add_error(findings, place,
              fmt::format("Its value {} has a character that no value may have, or none at all.",
                          quoted(field.value)),
              "Leave the field out.");
    return;
  }
  findings.push_back({Severity::warning, place, "No standard knows this field: everybody skips it.",
                      "Check the spelling; names are in lower case. Otherwise leave it out."});
}

std::string quoted(std::string_view text) { return "\"" + base::printable(text, kShown) + "\""; }

}  // namespace postern::dns
