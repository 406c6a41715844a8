#include "service/api/read.h"

#include <algorithm>
#include <charconv>

#include "core/base/text.h"

namespace postern::api {

// Enough to mend a form by; a body of a million mistakes is not answered with a million sentences.
bool Reader::has_enough() const { return errors_.size() >= 100; }

void Reader::complain(std::string what) {
  if (has_enough()) return;
  const std::size_t slash = pointer_.rfind('/');
  const std::string name = slash == std::string::npos
                               ? (pointer_ == "#" ? "The body" : pointer_.substr(1))
                               : pointer_.substr(slash + 1);
  errors_.push_back({pointer_, name + " " + std::move(what) + "."});
}

// RFC 6901 3.
std::string Reader::step_of(std::string_view name) {
  std::string step;
  for (const char c : base::printable(name, 100)) {
    step += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return step;
}

bool Reader::must_be_object(Node node) {
  if (node.is_object()) return true;
  complain("must be an object");
  return false;
}

void Reader::refuse_unknown(Node node, const std::vector<std::string_view>& known) {
  for (std::string_view name : node.names()) {
    if (has_enough() || std::ranges::find(known, name) != known.end()) continue;
    errors_.push_back({pointer_ + "/" + step_of(name), "There is no such field here."});
  }
}

void Reader::read_time(std::optional<std::string_view> text, Time& into) {
  const auto time = text ? base::parse_rfc3339(*text) : std::nullopt;
  take(time, into, "must be a time such as 2030-01-31T12:00:00Z");
}

void Reader::read_parameter(const std::string& text, bool& into) {
  if (text == "true" || text == "false") {
    into = text == "true";
  } else {
    complain("must be true or false");
  }
}

void Reader::read_parameter(const std::string& text, std::int64_t& into) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  if (error != std::errc{} || end != text.data() + text.size()) complain("must be a whole number");
}

}  // namespace postern::api
