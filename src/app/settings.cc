#include "app/settings.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
// toml++ 3.3 asserts, and in a release build lets the compiler assume, what a "[" at the end of a
// line does not keep; it refuses that well where it does neither.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "app/settings_check.h"
#include "app/settings_table.h"
#include "core/base/text.h"

namespace postern::app {

bool parse_size(std::string_view text, std::int64_t& bytes) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return false;
  std::string_view unit = base::trim(std::string_view(end, text.data() + text.size()));
  static constexpr std::pair<std::string_view, std::int64_t> units[] = {
      {"", 1},
      {"B", 1},
      {"kB", 1000},
      {"MB", 1000'000},
      {"GB", 1000'000'000},
      {"KiB", 1 << 10},
      {"MiB", 1 << 20},
      {"GiB", 1LL << 30},
  };
  for (const auto& [name, factor] : units) {
    if (name == unit) return !__builtin_mul_overflow(number, factor, &bytes);
  }
  return false;
}

namespace {

struct Problem {
  toml::source_region where;
  std::string text;
};

std::unexpected<base::Failure> refuse(const std::string& file, const toml::source_region& where,
                                      const std::string& text) {
  return base::fail("configuration", fmt::format("{}:{}: {}", file.empty() ? "configuration" : file,
                                                 where.begin.line, text));
}

bool convert(const toml::node& node, setting::text& out) {
  auto value = node.value_exact<std::string>();
  if (value) out = *value;
  return value.has_value();
}

bool convert_number(const toml::node& node, std::int64_t& out) {
  auto value = node.value_exact<std::int64_t>();
  if (value) out = *value;
  return value.has_value() && out >= 0;
}

bool convert(const toml::node& node, setting::yes_no& out) {
  auto value = node.value_exact<bool>();
  if (value) out = *value;
  return value.has_value();
}

bool convert(const toml::node& node, setting::list& out) {
  const toml::array* array = node.as_array();
  if (!array) return false;
  out.clear();
  for (const toml::node& item : *array) {
    auto value = item.value_exact<std::string>();
    if (!value) return false;
    out.push_back(*value);
  }
  return true;
}

bool convert_size(const toml::node& node, std::int64_t& out) {
  if (auto text = node.value_exact<std::string>()) return parse_size(*text, out);
  return convert_number(node, out);
}

bool convert(const toml::node& node, setting::time& out) {
  auto text = node.value_exact<std::string>();
  auto duration = text ? base::parse_duration(*text) : std::nullopt;
  if (duration) out = *duration;
  return duration.has_value();
}

std::string_view wanted(SettingType type) {
  switch (type) {
    case SettingType::text:
      return "a text in quotes";
    case SettingType::number:
      return "a whole number, not negative";
    case SettingType::size:
      return "a size such as \"64MiB\"";
    case SettingType::time:
      return "a time such as \"1h30m\"";
    case SettingType::yes_no:
      return "true or false";
    case SettingType::list:
      return "a list of texts such as [\"a\", \"b\"]";
  }
  return "";
}

// The declared name nearest to a mistyped one, by edit distance, if it is near.
std::string nearest(std::string_view typed, const std::vector<std::string_view>& names) {
  std::string best;
  std::size_t best_distance = 3;
  for (std::string_view name : names) {
    std::vector<std::size_t> row(name.size() + 1);
    for (std::size_t j = 0; j <= name.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= typed.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= name.size(); ++j) {
        std::size_t change = diagonal + (typed[i - 1] != name[j - 1]);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
      }
    }
    if (row.back() < best_distance) best_distance = row.back(), best = name;
  }
  return best;
}

std::string unknown(std::string_view what, std::string_view typed,
                    const std::vector<std::string_view>& names) {
  std::string near = nearest(typed, names);
  std::string hint = near.empty()
                         ? fmt::format("the {}s here are: {}", what, fmt::join(names, ", "))
                         : fmt::format("did you mean \"{}\"?", near);
  return fmt::format("there is no {} \"{}\"; {}", what, base::printable(typed), hint);
}

#define POSTERN_CONVERT_text convert
#define POSTERN_CONVERT_number convert_number
#define POSTERN_CONVERT_size convert_size
#define POSTERN_CONVERT_time convert
#define POSTERN_CONVERT_yes_no convert
#define POSTERN_CONVERT_list convert

// One read function a section, made from the declarations.
#define POSTERN_READ(type, field, fallback, sentence)                                     \
  if (key == #field) {                                                                    \
    if (POSTERN_CONVERT_##type(node, out.field)) return std::nullopt;                     \
    return fmt::format("{} must be {}: {}", #field, wanted(SettingType::type), sentence); \
  }                                                                                       \
  names.push_back(#field);
#define POSTERN_READER(macro, Type, section, sentence)                                           \
  std::optional<std::string> read_one(std::string_view key, const toml::node& node, Type& out) { \
    std::vector<std::string_view> names;                                                         \
    POSTERN_##macro##_SETTINGS(POSTERN_READ) return unknown("setting", key, names);              \
  }
POSTERN_SECTIONS(POSTERN_READER, POSTERN_READER)
#undef POSTERN_READER
#undef POSTERN_READ

template <class Section>
std::optional<Problem> read_section(const toml::node& node, std::string_view name, Section& out) {
  const toml::table* table = node.as_table();
  if (!table) return Problem{node.source(), fmt::format("[{}] must be a section", name)};
  for (const auto& [key, value] : *table) {
    if (auto text = read_one(key.str(), value, out)) return Problem{key.source(), *text};
  }
  return std::nullopt;
}

template <class Section>
std::optional<Problem> read_sections(const toml::node& node, std::string_view name,
                                     const Section& fallback, std::vector<Section>& out) {
  const toml::array* array = node.as_array();
  if (!array) return Problem{node.source(), fmt::format("write [[{}]], with two brackets", name)};
  for (const toml::node& item : *array) {
    out.push_back(fallback);
    if (auto problem = read_section(item, name, out.back())) return problem;
    if (auto text = check_section(out.back())) return Problem{item.source(), *text};
  }
  return std::nullopt;
}

template <class Section>
std::optional<Problem> read_sections(const toml::node& node, std::string_view name, const Section&,
                                     Section& out) {
  if (auto problem = read_section(node, name, out)) return problem;
  if (auto text = check_section(out)) return Problem{node.source(), *text};
  return std::nullopt;
}

// The defaults go through the same conversion as a file does, so a wrong default shows at once.
template <class Section>
Section default_section(std::string_view key) {
  Section out;
  for (const SectionInfo& section : setting_sections()) {
    if (section.key != key) continue;
    for (const SettingInfo& s : section.settings) {
      toml::parse_result parsed = toml::parse(fmt::format("{} = {}", s.name, s.fallback));
      const toml::node* node = parsed.succeeded() ? parsed.table().get(s.name) : nullptr;
      if (!node || read_one(s.name, *node, out)) std::abort();
    }
  }
  return out;
}

template <class Section>
Section default_value(std::string_view key, Section*) {
  return default_section<Section>(key);
}
template <class Section>
Section default_value(std::string_view key, std::vector<Section>*) {
  return default_section<Section>(key);
}

std::optional<Problem> read_top(std::string_view key, const toml::node& node,
                                const toml::source_region& where, Settings& out) {
  std::vector<std::string_view> names;
#define POSTERN_TOP(macro, Type, section, sentence)                                 \
  if (key == #section) {                                                            \
    return read_sections(node, key, default_value(key, &out.section), out.section); \
  }                                                                                 \
  names.push_back(#section);
  POSTERN_SECTIONS(POSTERN_TOP, POSTERN_TOP)
#undef POSTERN_TOP
  return Problem{where, unknown("section", key, names)};
}

}  // namespace

Settings default_settings() {
  Settings out;
#define POSTERN_ONE(macro, Type, section, sentence) out.section = default_section<Type>(#section);
#define POSTERN_MANY(macro, Type, section, sentence)
  POSTERN_SECTIONS(POSTERN_ONE, POSTERN_MANY)
#undef POSTERN_ONE
#undef POSTERN_MANY
  return out;
}

base::Result<Settings> parse_settings(std::string_view text, std::string file) {
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return refuse(file, parsed.error().source(),
                  fmt::format("this is not TOML: {}", parsed.error().description()));
  }
  Settings out = default_settings();
  out.file = file;
  for (const auto& [key, node] : parsed.table()) {
    if (auto problem = read_top(key.str(), node, key.source(), out)) {
      return refuse(file, problem->where, problem->text);
    }
  }
  return out;
}

base::Result<Settings> read_settings(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return base::fail(
        "configuration",
        fmt::format("{}: cannot be read ({}); name the file with --config, or make one "
                    "with: postern config example",
                    file, std::strerror(errno)));
  }
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return parse_settings(text, file);
}

}  // namespace postern::app
