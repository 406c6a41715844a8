#include "core/onboarding/fields.h"

namespace postern::onboarding {

std::string option_name(const FieldInfo& field) {
  std::string option = "--" + std::string(field.name);
  std::ranges::replace(option, '_', '-');
  return option;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" ,;\t\r\n"), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::unexpected<base::Failure> not_one_of(std::string_view text, std::string_view choices) {
  return base::fail("invalid-value",
                    fmt::format("\"{}\" is not one of {}.", base::printable(text, 120), choices));
}

base::Result<> read_yes_no(bool& value, std::string_view text) {
  if (!text.empty() && text != "yes" && text != "no") return not_one_of(text, "yes, no");
  value = text == "yes";
  return {};
}

std::string yes_no(bool value) { return value ? "yes" : "no"; }

base::Result<> read_note(std::string& value, std::string_view text) {
  value = base::trim(text);
  return {};
}

base::Result<> read_domain(dns::Domain& value, std::string_view text) {
  if (text.empty()) {
    value = {};
    return {};
  }
  auto domain = dns::Domain::parse(text);
  if (!domain) return std::unexpected(domain.error());
  value = *std::move(domain);
  return {};
}

std::string domain_text(const dns::Domain& domain) { return domain.text(); }

}  // namespace postern::onboarding
