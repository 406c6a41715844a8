#include "app/settings_table.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace postern::app {

namespace {

std::string fallback_text(SettingType, int number) { return fmt::to_string(number); }
std::string fallback_text(SettingType, bool yes) { return yes ? "true" : "false"; }

std::string fallback_text(SettingType type, const char* text) {
  if (type != SettingType::list) return fmt::format("\"{}\"", text);
  std::string items;
  for (std::string_view item : base::split(text, ' ')) {
    if (item.empty()) continue;
    items += fmt::format("{}\"{}\"", items.empty() ? "" : ", ", item);
  }
  return fmt::format("[{}]", items);
}

}  // namespace

std::vector<SectionInfo> setting_sections() {
  std::vector<SectionInfo> sections;
#define POSTERN_INFO(type, name, fallback, sentence) \
  SettingInfo{SettingType::type, #name, fallback_text(SettingType::type, fallback), sentence},
#define POSTERN_ONE(macro, Type, key, sentence) \
  sections.push_back({#key, false, sentence, {POSTERN_##macro##_SETTINGS(POSTERN_INFO)}});
#define POSTERN_MANY(macro, Type, key, sentence) \
  sections.push_back({#key, true, sentence, {POSTERN_##macro##_SETTINGS(POSTERN_INFO)}});
  POSTERN_SECTIONS(POSTERN_ONE, POSTERN_MANY)
#undef POSTERN_ONE
#undef POSTERN_MANY
#undef POSTERN_INFO
  return sections;
}

namespace {

std::string_view type_words(SettingType type) {
  switch (type) {
    case SettingType::text:
      return "text";
    case SettingType::number:
      return "whole number";
    case SettingType::size:
      return "size, such as \"64MiB\"";
    case SettingType::time:
      return "time, such as \"1h30m\"";
    case SettingType::yes_no:
      return "true or false";
    case SettingType::list:
      return "list of texts";
  }
  return "";
}

constexpr std::string_view example_listeners = R"(
[[listener]]
name = "world"
address = "0.0.0.0:25"
role = "world"

[[listener]]
name = "internal"
address = "0.0.0.0:2525"
role = "internal"
)";

}  // namespace

std::string example_configuration() {
  std::string out =
      "# Postern's configuration, with every setting at its default. Check a changed file with\n"
      "#   postern config check --config FILE\n"
      "# Accounts, domains, routes and policies are not here: postern account | domain | route | "
      "policy.\n";
  for (const SectionInfo& section : setting_sections()) {
    out += fmt::format("\n# --- {}\n", section.sentence);
    if (section.repeated) {
      for (const SettingInfo& s : section.settings) {
        out += fmt::format("#   {} = {}  # {}\n", s.name, s.fallback, s.sentence);
      }
      out += example_listeners.substr(1);
      continue;
    }
    out += fmt::format("[{}]\n", section.key);
    for (const SettingInfo& s : section.settings) {
      out += fmt::format("# {}\n#{} = {}\n", s.sentence, s.name, s.fallback);
    }
  }
  return out;
}

std::string settings_reference() {
  std::string out =
      "# Settings\n\nMade by `postern config reference` from the declarations in "
      "`src/app/settings.inc`; do not edit.\n\nOne TOML file, named with `--config`. A mistake "
      "stops "
      "the start with file, line and remedy;\n`postern config check --config FILE` tells without "
      "starting.\n";
  for (const SectionInfo& section : setting_sections()) {
    out += fmt::format(
        "\n## {}{}{}\n{}\n\n| setting | type | default | meaning |\n|---|---|---|---|\n",
        section.repeated ? "[[" : "[", section.key, section.repeated ? "]]" : "]",
        section.sentence);
    for (const SettingInfo& s : section.settings) {
      out += fmt::format("| `{}` | {} | `{}` | {} |\n", s.name, type_words(s.type), s.fallback,
                         s.sentence);
    }
  }
  return out;
}

}  // namespace postern::app
