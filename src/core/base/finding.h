// What there is to say about a text that the world reads: a DNS record, a policy, a report. A
// parser that meets such texts says all of it at once, so that its author mends them in one go; the
// gateway itself asks only whether there is a value.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/base/failure.h"

namespace postern::base {

enum class Severity {
  error,    // the text does not count: whoever reads it must drop it
  warning,  // it counts, and something about it does not do what its author wants
  note,     // worth knowing
};
[[nodiscard]] constexpr std::string_view severity_text(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "note";
}

struct Finding {
  Severity severity = Severity::error;
  std::string place;   // "line 3", "field id"; empty: the whole text
  std::string text;    // one sentence, what it quotes escaped
  std::string remedy;  // one sentence: what to write instead; may be empty
  bool operator==(const Finding&) const = default;
};

// A value, exactly if no finding is an error.
template <class T>
struct Examined {
  std::optional<T> value;
  std::vector<Finding> findings;
};

[[nodiscard]] inline const Finding* first_error(const std::vector<Finding>& findings) {
  const auto error = std::ranges::find(findings, Severity::error, &Finding::severity);
  return error == findings.end() ? nullptr : &*error;
}

// "Line 3: ...": place and text as one sentence, for where there is room for no more.
[[nodiscard]] inline std::string sentence(const Finding& finding) {
  if (finding.place.empty()) return finding.text;
  std::string text = finding.place + ": " + finding.text;
  if (text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text[0] - 0x20);
  return text;
}

}  // namespace postern::base
