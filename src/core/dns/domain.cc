#include "core/dns/domain.h"

#include <fmt/core.h>
#include <idn2.h>
#include <libpsl.h>

#include <memory>
#include <utility>

#include "core/base/text.h"

namespace postern::dns {
namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;

using CString = std::unique_ptr<char, decltype([](char* text) { idn2_free(text); })>;

std::unexpected<base::Failure> invalid(std::string_view text, std::string_view problem) {
  return base::fail("invalid-domain", fmt::format("\"{}\" is not a domain name: {}.",
                                                  base::printable(text, 260), problem));
}

// What is wrong with lower-case ASCII text; empty if nothing is.
std::string problem_of(std::string_view text) {
  if (text.empty()) return "it is empty";
  if (text.size() > kLongestName) return "it is longer than 253 characters";
  std::size_t label_length = 0;
  for (const char c : text) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (good) {
      if (++label_length > kLongestLabel) return "a label is longer than 63 characters";
    } else if (c != '.') {
      return fmt::format("it contains \"{}\"", base::printable({&c, 1}));
    } else if (std::exchange(label_length, 0) == 0) {
      return "a label between two dots is empty";
    }
  }
  if (label_length == 0) return "a label between two dots is empty";
  return {};
}

// Real zones hold names that break the host name rules of RFC 1123; people and peers do not write
// them.
std::string host_problem_of(std::string_view text) {
  if (text.front() == '-' || text.back() == '-' || text.find(".-") != std::string_view::npos ||
      text.find("-.") != std::string_view::npos) {
    return "a label begins or ends with a hyphen";
  }
  const std::string_view top = text.substr(text.rfind('.') + 1);
  if (top.find_first_not_of("0123456789") == std::string_view::npos) {
    return "its last label is a number, as in an IP address";
  }
  return {};
}

}  // namespace

base::Result<Domain> Domain::from_ascii(std::string_view text) {
  std::string_view name = text;
  if (name.ends_with('.')) name.remove_suffix(1);
  Domain domain;
  domain.text_ = base::lower(name);
  if (const std::string problem = problem_of(domain.text_); !problem.empty()) {
    return invalid(text, problem);
  }
  return domain;
}

base::Result<Domain> Domain::parse(std::string_view text) {
  const std::string_view name = base::trim(text);
  std::string ascii(name);
  if (!base::is_ascii(name)) {
    if (!base::is_valid_utf8(name) || name.find('\0') != std::string_view::npos) {
      return invalid(text, "it is not valid UTF-8");
    }
    if (name.size() > 4 * kLongestName) return invalid(text, "it is longer than 253 characters");
    // UTS 46 without transitional processing: "straße" and "strasse" are two names (RFC 5891).
    char* converted = nullptr;
    const int outcome =
        idn2_to_ascii_8z(ascii.c_str(), &converted, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    const CString owned(converted);
    if (outcome != IDN2_OK) return invalid(text, idn2_strerror(outcome));
    ascii = owned.get();
  }
  auto domain = from_ascii(ascii);
  if (!domain) return invalid(text, problem_of(base::lower(ascii)));
  if (const std::string problem = host_problem_of(domain->text_); !problem.empty()) {
    return invalid(text, problem);
  }
  return domain;
}

std::string Domain::unicode() const {
  if (text_.find("xn--") == std::string::npos) return text_;
  char* converted = nullptr;
  const int outcome = idn2_to_unicode_8z8z(text_.c_str(), &converted, IDN2_NONTRANSITIONAL);
  const CString owned(converted);
  if (outcome != IDN2_OK) return text_;
  // Shown only if it leads back here, and if nothing in it can deceive the eye.
  std::string shown = owned.get();
  const auto back = parse(shown);
  if (!back || *back != *this || base::printable(shown, 4 * kLongestName) != shown) return text_;
  return shown;
}

Domain Domain::parent() const {
  Domain domain;
  const auto dot = text_.find('.');
  if (dot != std::string::npos) domain.text_ = text_.substr(dot + 1);
  return domain;
}

bool Domain::is_below(const Domain& ancestor) const {
  if (ancestor.empty() || text_.size() <= ancestor.text_.size()) return false;
  return text_.ends_with(ancestor.text_) && text_[text_.size() - ancestor.text_.size() - 1] == '.';
}

int Domain::label_count() const {
  if (text_.empty()) return 0;
  int count = 1;
  for (const char c : text_) count += c == '.' ? 1 : 0;
  return count;
}

bool is_public_suffix(const Domain& domain) {
  if (domain.empty()) return false;
  return psl_is_public_suffix2(psl_builtin(), domain.text().c_str(), PSL_TYPE_ICANN) == 1;
}

}  // namespace postern::dns
