#include "core/mtasts/policy.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "core/base/text.h"
#include "core/dns/txt_fields.h"

namespace postern::mtasts {
namespace {

using base::Severity;
using dns::quoted;

constexpr std::int64_t kLongestAge = 31'557'600;
constexpr std::size_t kMostDigits = 10;
constexpr std::size_t kMostErrors = 20;  // a web page served by mistake has thousands
constexpr std::chrono::seconds kDay{86'400};

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// sts-policy-ext-value without the blanks around it: UTF-8 without controls.
bool is_value(std::string_view value) {
  return !value.empty() && base::is_valid_utf8(value) && std::ranges::none_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// sts-policy-mx-value: ["*."] and a Domain of RFC 5321 4.1.2, in A-labels. Empty when it is one.
std::string_view mx_problem(std::string_view value) {
  const std::string_view name = value.starts_with("*.") ? value.substr(2) : value;
  if (!base::is_ascii(value)) return "it must be written in A-labels (\"xn--...\")";
  if (name.contains('*')) return "\"*\" stands only for the whole left-most label";
  if (name.starts_with('.')) return "an empty label comes first; for all hosts below write \"*.\"";
  if (name.ends_with('.')) return "it must not end with a dot";
  if (name.contains('_')) return "a host name has no \"_\"";
  if (name.contains('[') || name.contains(':')) return "it must be a name, not an address";
  return tls::HostPattern::parse(value) ? "" : "it is not a host name";
}

class Reader {
 public:
  base::Examined<Policy> read(std::string_view body);

 private:
  void line(std::string_view text);
  void field(std::string_view name, std::string_view value);
  void version(std::string_view value);
  void mode(std::string_view value);
  void max_age(std::string_view value);
  void mx(std::string_view value);
  void whole();
  void advice();

  // Of a field that may count only once: is this its first line?
  bool is_first(bool& seen, std::string_view name);
  void say(Severity severity, std::string text, std::string remedy, bool about_line = true);
  void error(std::string text, std::string remedy) {
    say(Severity::error, std::move(text), std::move(remedy));
  }

  base::Examined<Policy> out_;
  Policy policy_;
  std::set<tls::HostPattern> listed_;
  int number_ = 0;
  std::size_t errors_ = 0;
  bool has_version_ = false, has_mode_ = false, has_max_age_ = false, has_mx_ = false;
};

void Reader::say(Severity severity, std::string text, std::string remedy, bool about_line) {
  if (severity == Severity::error) ++errors_;
  std::string place = about_line ? fmt::format("line {}", number_) : std::string();
  out_.findings.push_back({severity, std::move(place), std::move(text), std::move(remedy)});
}

bool Reader::is_first(bool& seen, std::string_view name) {
  if (!seen) return seen = true;
  say(Severity::warning, fmt::format("A second \"{}\": only the first counts.", name),
      "Leave this line out.");
  return false;
}

void Reader::version(std::string_view value) {
  if (!is_first(has_version_, "version") || value == "STSv1") return;
  error(fmt::format("The version is {}, not \"STSv1\".", quoted(value)), "Write \"STSv1\".");
}

void Reader::mode(std::string_view value) {
  if (!is_first(has_mode_, "mode")) return;
  for (const PolicyMode one : {PolicyMode::none, PolicyMode::testing, PolicyMode::enforce}) {
    if (value != mode_text(one)) continue;
    policy_.mode = one;
    return;
  }
  error(fmt::format("The mode {} is none of \"enforce\", \"testing\" and \"none\".", quoted(value)),
        "Write one of the three, in lower case.");
}

void Reader::max_age(std::string_view value) {
  if (!is_first(has_max_age_, "max_age")) return;
  const bool digits = std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  std::int64_t seconds = 0;
  if (digits && value.size() <= kMostDigits) {
    std::from_chars(value.data(), value.data() + value.size(), seconds);
  }
  if (!digits || value.size() > kMostDigits || seconds > kLongestAge) {
    error(fmt::format("The max_age {} is not a number of seconds from 0 to {} (a year).",
                      quoted(value), kLongestAge),
          "Write for example 604800, which is a week.");
    return;
  }
  policy_.max_age = std::chrono::seconds(seconds);
}

void Reader::mx(std::string_view value) {
  has_mx_ = true;
  if (const std::string_view problem = mx_problem(value); !problem.empty()) {
    error(fmt::format("The mx {} does not count: {}.", quoted(value), problem),
          "Write the name of an MX host, or \"*.\" and the domain that it is in.");
    return;
  }
  tls::HostPattern pattern = *tls::HostPattern::parse(value);
  if (!listed_.insert(pattern).second) {
    say(Severity::note, fmt::format("The mx {} is listed already.", quoted(value)),
        "Leave this line out.");
    return;
  }
  if (!pattern.text().starts_with("*.") && !pattern.text().contains('.')) {
    say(Severity::warning, fmt::format("{} is a single label.", quoted(value)),
        "Write the whole name, as the MX record has it.");
  }
  policy_.mx.push_back(std::move(pattern));
}

void Reader::field(std::string_view name, std::string_view value) {
  if (name == "version") return version(value);
  if (name == "mode") return mode(value);
  if (name == "max_age") return max_age(value);
  if (name == "mx") return mx(value);
  say(Severity::warning,
      fmt::format("No standard knows the field {}: everybody skips it.", quoted(name)),
      "Check the spelling; names are in lower case. Otherwise leave it out.");
}

void Reader::line(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (without_blanks(text).empty()) {
    error("The line is empty.", "Take it out.");
  } else if (colon == std::string_view::npos) {
    error(fmt::format("{} is not of the form \"name: value\".", quoted(text)),
          "Write a name, a colon and a value on each line.");
  } else if (!dns::is_field_name(name)) {
    error(fmt::format("{} is not the name of a field.", quoted(name)),
          "Begin the line with the name, right before the colon.");
  } else if (const std::string_view value = without_blanks(text.substr(colon + 1)); value.empty()) {
    error(fmt::format("{} has no value.", quoted(name)), "Write a value, or take the line out.");
  } else if (!is_value(value)) {
    error(fmt::format("The value of {} is not text in UTF-8 without control characters.",
                      quoted(name)),
          "Save the file as plain UTF-8 text.");
  } else {
    field(name, value);
  }
}

// What is missing, which no line can be blamed for.
void Reader::whole() {
  const auto missing = [&](std::string_view name, std::string_view example) {
    say(Severity::error, fmt::format("The policy has no {}.", name),
        fmt::format("Add a line such as \"{}\".", example), false);
  };
  if (!has_version_) missing("version", "version: STSv1");
  if (!has_mode_) missing("mode", "mode: enforce");
  if (!has_max_age_) missing("max_age", "max_age: 604800");
  if (!has_mx_ && (!has_mode_ || policy_.mode != PolicyMode::none)) {
    missing("mx", "mx: mail.example.com");
  }
}

// What is valid and still may not be meant.
void Reader::advice() {
  if (policy_.mode == PolicyMode::testing) {
    say(Severity::warning,
        "In mode testing nothing is protected: senders report failures, and "
        "deliver all the same.",
        "When the reports show no failures, write \"mode: enforce\" and a new id in the record.",
        false);
  }
  if (policy_.mode != PolicyMode::none && policy_.max_age < kDay) {
    say(Severity::warning,
        "A max_age below a day lets an attacker wait until senders have forgotten the policy.",
        "Write weeks, for example 1209600; a changed id still changes the policy at once.", false);
  }
  if (policy_.mode == PolicyMode::none && policy_.max_age > kDay) {
    say(Severity::note,
        "A policy \"none\" is for giving up MTA-STS (RFC 8461 8.3): senders "
        "remember it until its max_age has passed.",
        "A day, 86400, is enough.", false);
  }
}

base::Examined<Policy> Reader::read(std::string_view body) {
  if (body.size() > largest_policy) {
    say(Severity::error, "The policy is larger than 64 KiB.",
        "Serve the policy alone; wildcards keep the list of mx short.", false);
    return std::move(out_);
  }
  if (body.starts_with("\xEF\xBB\xBF")) {
    number_ = 1;
    error("The text begins with a byte order mark, which is no part of a name.",
          "Save the file as UTF-8 without a byte order mark.");
    body.remove_prefix(3);
  }
  for (number_ = 1; !body.empty() && errors_ < kMostErrors; ++number_) {
    const std::size_t end = body.find('\n');
    std::string_view text = body.substr(0, end);
    if (end != std::string_view::npos && text.ends_with('\r')) text.remove_suffix(1);
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      say(Severity::warning, "Empty lines end the policy, which the grammar does not have.",
          "End the file with the last field: some senders may refuse it.");
      break;
    }
    line(text);
    body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
  }
  if (errors_ < kMostErrors) whole();
  if (errors_ == 0) {
    advice();
    out_.value = std::move(policy_);
  }
  return std::move(out_);
}

}  // namespace

std::string_view mode_text(PolicyMode mode) {
  switch (mode) {
    case PolicyMode::none:
      return "none";
    case PolicyMode::testing:
      return "testing";
    case PolicyMode::enforce:
      return "enforce";
  }
  return "none";
}

base::Examined<Policy> examine_policy(std::string_view body) { return Reader().read(body); }

base::Result<Policy> parse_policy(std::string_view body) {
  base::Examined<Policy> examined = examine_policy(body);
  if (examined.value) return *std::move(examined.value);
  return base::fail("sts-policy-invalid", base::sentence(*base::first_error(examined.findings)));
}

std::string to_text(const Policy& policy) {
  std::string text = fmt::format("version: STSv1\r\nmode: {}\r\n", mode_text(policy.mode));
  for (const tls::HostPattern& pattern : policy.mx) text += "mx: " + pattern.text() + "\r\n";
  return text + fmt::format("max_age: {}\r\n", policy.max_age.count());
}

}  // namespace postern::mtasts
