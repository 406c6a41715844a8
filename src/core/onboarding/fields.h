// What can be set on an object, field by field: the columns of its import and export, and the
// options that set them. Each field reads and writes its own text, so an object that is exported
// and imported again is the same.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/failure.h"
#include "core/base/text.h"
#include "core/dns/domain.h"

namespace postern::onboarding {

enum class Words { one, many };  // many: with spaces, commas or semicolons between them

// How a field looks from outside.
struct FieldInfo {
  std::string_view name;   // the column; the option is the same with "--" and hyphens
  std::string_view value;  // what stands for the value in a help text: "PATTERN"
  std::string_view help;   // empty: a column only, no option sets it
  Words words = Words::one;
};

template <class Object>
struct Field : FieldInfo {
  // An empty text sets the field back to what a new object has.
  base::Result<> (*read)(Object& object, std::string_view text);
  std::string (*write)(const Object& object);
};

[[nodiscard]] std::string option_name(const FieldInfo& field);

template <class Object>
[[nodiscard]] const Field<Object>* field_named(std::span<const Field<Object>> fields,
                                               std::string_view name) {
  const auto found = std::ranges::find(fields, name, &FieldInfo::name);
  return found == fields.end() ? nullptr : &*found;
}

template <class Object>
[[nodiscard]] std::vector<FieldInfo> infos(std::span<const Field<Object>> fields) {
  return {fields.begin(), fields.end()};
}

// A field and its text, as given on the command line or in a column.
using FieldTexts = std::vector<std::pair<std::string, std::string>>;

// Every name must be a field's. The failure names the field.
template <class Object>
[[nodiscard]] base::Result<> apply_fields(Object& object, std::span<const Field<Object>> fields,
                                          const FieldTexts& texts) {
  for (const auto& [name, text] : texts) {
    const Field<Object>* field = field_named(fields, name);
    if (auto read = field->read(object, text); !read) {
      return base::fail(read.error().code, fmt::format("{}: {}", name, read.error().text));
    }
  }
  return {};
}

// --- texts that many fields share ----------------------------------------------------------------

[[nodiscard]] std::vector<std::string_view> words_of(std::string_view text);

template <class Value>
base::Result<> read_list(std::vector<Value>& values, std::string_view text,
                         base::Result<Value> (*parse)(std::string_view)) {
  std::vector<Value> read;
  for (const std::string_view word : words_of(text)) {
    auto value = parse(word);
    if (!value) return std::unexpected(value.error());
    if (std::ranges::find(read, *value) == read.end()) read.push_back(*std::move(value));
  }
  values = std::move(read);
  return {};
}

template <class Values, class Text>
std::string write_list(const Values& values, Text text_of) {
  std::string out;
  for (const auto& value : values) {
    if (!out.empty()) out += ' ';
    out += text_of(value);
  }
  return out;
}

[[nodiscard]] std::unexpected<base::Failure> not_one_of(std::string_view text,
                                                        std::string_view choices);

// One of a few words; empty: the fallback.
template <class Value>
base::Result<> read_word(Value& value, Value fallback, std::string_view text,
                         std::optional<Value> (*parse)(std::string_view),
                         std::string_view choices) {
  const auto parsed = text.empty() ? std::optional(fallback) : parse(text);
  if (!parsed) return not_one_of(text, choices);
  value = *parsed;
  return {};
}

base::Result<> read_yes_no(bool& value, std::string_view text);  // empty: no
[[nodiscard]] std::string yes_no(bool value);
// A text for people: blanks around it say nothing, and CSV does not carry them.
base::Result<> read_note(std::string& value, std::string_view text);
base::Result<> read_domain(dns::Domain& value, std::string_view text);  // empty: none
[[nodiscard]] std::string domain_text(const dns::Domain& domain);

}  // namespace postern::onboarding
