#include "core/lint/txt_input.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"

namespace postern::lint {
namespace {

using base::Finding;
using base::Severity;

constexpr std::size_t kMostRecords = 100;
constexpr std::size_t kLongestString = 255;  // RFC 1035 3.3

class Scanner {
 public:
  Scanner(std::string_view input, std::vector<Finding>& findings)
      : rest_(input), findings_(findings) {}
  std::vector<TxtInput> run();

 private:
  void bare_line(std::string_view line);
  void zone_line(std::string_view line);
  void quoted_string(TxtInput& record);
  char escaped();
  std::string_view take_line();
  void say(Severity severity, std::string text, std::string remedy) {
    findings_.push_back(
        {severity, fmt::format("line {}", number_), std::move(text), std::move(remedy)});
  }

  std::string_view rest_;
  std::vector<Finding>& findings_;
  std::vector<TxtInput> records_;
  int number_ = 1;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : base::split(text, ' ')) {
    for (const std::string_view part : base::split(word, '\t')) {
      if (!part.empty() && part != "(") words.push_back(part);
    }
  }
  return words;
}

bool has_type(const std::vector<std::string_view>& words) {
  return std::ranges::any_of(words, [](auto word) { return base::iequals(word, "TXT"); });
}

// The first word before the type, unless it is a TTL or the class.
std::string owner_of(const std::vector<std::string_view>& words) {
  if (words.empty() || !has_type(words)) return {};
  const std::string_view first = words.front();
  const bool is_ttl = first.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_ttl || base::iequals(first, "IN") || base::iequals(first, "TXT")) return {};
  return base::printable(first, 260);
}

std::string_view Scanner::take_line() {
  const std::size_t end = rest_.find('\n');
  const std::string_view line = rest_.substr(0, end);
  rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
  return line;
}

// No quotation mark: the line is the record, but for its end.
void Scanner::bare_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (base::trim(line).empty()) return;
  const auto words = words_of(line.substr(0, line.find("v=")));
  if (has_type(words)) {
    say(Severity::error, "In a zone file the text must stand in quotation marks.",
        "Write TXT \"v=...\": without the marks a semicolon begins a comment, and cuts it off.");
    return;
  }
  records_.push_back({number_, {}, std::string(line)});
}

// "\"" and "\DDD" (RFC 1035 5.1), the backslash taken already.
char Scanner::escaped() {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (rest_.size() >= 3 && is_digit(rest_[0]) && is_digit(rest_[1]) && is_digit(rest_[2])) {
    const int value = (rest_[0] - '0') * 100 + (rest_[1] - '0') * 10 + (rest_[2] - '0');
    rest_.remove_prefix(3);
    return static_cast<char>(value);
  }
  if (rest_.empty()) return '\\';
  const char c = rest_.front();
  rest_.remove_prefix(1);
  return c;
}

void Scanner::quoted_string(TxtInput& record) {
  rest_.remove_prefix(1);
  std::size_t length = 0;
  while (!rest_.empty() && rest_.front() != '"' && rest_.front() != '\n') {
    char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\\') c = escaped();
    record.text += c;
    ++length;
  }
  if (rest_.starts_with('"')) {
    rest_.remove_prefix(1);
  } else {
    say(Severity::error, "A quotation mark is not closed.", "Write \" at the end of the text.");
  }
  if (length > kLongestString) {
    say(Severity::error, "A string of a TXT record has at most 255 characters.",
        "Write it as two strings, each in quotation marks; they are joined without a space.");
  }
}

void Scanner::zone_line(std::string_view line) {
  TxtInput record;
  record.line = number_;
  const auto words = words_of(line.substr(0, line.find('"')));
  record.owner = owner_of(words);
  if (!words.empty() && !has_type(words)) {
    say(Severity::error, "Something stands before the quotation mark that is no TXT record.",
        "Write the text alone, or the record as a zone file has it.");
  }
  bool open = line.substr(0, line.find('"')).contains('(');
  rest_.remove_prefix(line.find('"'));
  while (!rest_.empty() && (rest_.front() != '\n' || open)) {
    const char c = rest_.front();
    if (c == '"') {
      quoted_string(record);
      continue;
    }
    if (c == ';') {  // a comment
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      continue;
    }
    if (c == '\n') ++number_;
    if (c == '(') open = true;
    if (c == ')') open = false;
    if (!is_blank(c) && c != '\n' && c != '(' && c != ')') {
      say(Severity::error, "Something stands outside the quotation marks.",
          "Put the whole text into quotation marks.");
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      break;
    }
    rest_.remove_prefix(1);
  }
  take_line();
  records_.push_back(std::move(record));
}

std::vector<TxtInput> Scanner::run() {
  for (; !rest_.empty() && base::first_error(findings_) == nullptr; ++number_) {
    if (records_.size() == kMostRecords) {
      say(Severity::error, fmt::format("There are more than {} records.", kMostRecords),
          "Give those of one name.");
      break;
    }
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    if (!line.contains('"')) {
      bare_line(take_line());
    } else {
      zone_line(line);
    }
  }
  return std::move(records_);
}

}  // namespace

std::vector<TxtInput> read_txt_input(std::string_view input, std::vector<Finding>& findings) {
  return Scanner(input, findings).run();
}

}  // namespace postern::lint
