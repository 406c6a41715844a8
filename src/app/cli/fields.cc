#include "app/cli/fields.h"

namespace postern::cli {

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

base::Result<std::array<unsigned char, 32>> parse_digest(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with("sha256/") || digits.starts_with("sha256:")) digits.remove_prefix(7);
  std::string raw;
  if (digits.size() == 64) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::string lower = base::lower(digits);
    for (std::size_t i = 0; i < lower.size(); i += 2) {
      const auto high = kDigits.find(lower[i]);
      const auto low = kDigits.find(lower[i + 1]);
      if (high == std::string_view::npos || low == std::string_view::npos) break;
      raw += static_cast<char>(high << 4 | low);
    }
  } else if (!base::base64_decode(digits, raw)) {
    raw.clear();
  }
  std::array<unsigned char, 32> digest{};
  if (raw.size() != digest.size()) {
    return base::fail("invalid-value",
                      fmt::format("\"{}\" is not a SHA-256 digest: write 64 hexadecimal digits, or "
                                  "base64 of 32 bytes.",
                                  base::printable(text, 120)));
  }
  std::ranges::copy(raw, digest.begin());
  return digest;
}

std::string domain_text(const dns::Domain& domain) { return domain.text(); }

}  // namespace postern::cli
