// The declared settings as data, for the parser and the documentation.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.h"

namespace postern::app {

enum class SettingType { text, number, size, time, yes_no, list };

struct SettingInfo {
  SettingType type;
  std::string_view name;
  std::string fallback;  // as the example spells it: quoted text, a number, true or false, a list
  std::string_view sentence;
};

struct SectionInfo {
  std::string_view key;
  bool repeated;
  std::string_view sentence;
  std::vector<SettingInfo> settings;
};

[[nodiscard]] std::vector<SectionInfo> setting_sections();

}  // namespace postern::app
