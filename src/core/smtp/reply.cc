#include "core/smtp/reply.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"

namespace postern::smtp {
namespace {

constexpr std::size_t kLineLimit = 4096;
constexpr std::size_t kLinesLimit = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The length of "5.7.1" at the front of `text` (RFC 3463 2); 0 if there is none.
std::size_t enhanced_length(std::string_view text) {
  if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5')) return 0;
  std::size_t at = 1;
  for (int part = 0; part < 2; ++part) {
    if (at >= text.size() || text[at] != '.') return 0;
    const std::size_t first = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == first || at - first > 3) return 0;
  }
  return at == text.size() || text[at] == ' ' ? at : 0;
}

void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
}

}  // namespace

std::string Reply::wire() const {
  std::string out;
  const std::string number = std::to_string(code);
  const std::size_t count = std::max<std::size_t>(lines.size(), 1);
  for (std::size_t i = 0; i < count; ++i) {
    out += number;
    out += i + 1 < count ? '-' : ' ';
    if (!enhanced.empty()) {
      out += enhanced;
      out += ' ';
    }
    if (i < lines.size()) append_clean(out, lines[i]);
    out += "\r\n";
  }
  return out;
}

std::string Reply::one_line() const {
  std::string text = std::to_string(code);
  if (!enhanced.empty()) text += " " + enhanced;
  for (const std::string& line : lines) {
    if (!line.empty()) text += " " + line;
  }
  return base::printable(text);
}

ReplyParser::Status ReplyParser::feed(std::string_view& bytes) {
  if (!problem_.empty()) return Status::malformed;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (line_.size() + part.size() > kLineLimit) {
      problem_ = "a reply line is longer than " + std::to_string(kLineLimit) + " bytes";
      return Status::malformed;
    }
    line_ += part;
    if (end == std::string_view::npos) {
      bytes = {};
      return Status::incomplete;
    }
    bytes.remove_prefix(end + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    const std::string line = std::exchange(line_, {});
    const bool last = add_line(line);
    if (!problem_.empty()) return Status::malformed;
    if (last) return Status::complete;
  }
  return Status::incomplete;
}

// One line without its end; true when it is the reply's last. RFC 5321 4.2: three digits, then "-"
// for more to come, or a space, or nothing.
bool ReplyParser::add_line(std::string_view line) {
  const bool number = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) &&
                      is_digit(line[2]);
  if (!number || (line.size() > 3 && line[3] != '-' && line[3] != ' ')) {
    problem_ = "a line is not an SMTP reply: \"" + base::printable(line, 80) + "\"";
    return false;
  }
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (!reply_.lines.empty() && code != reply_.code) {
    problem_ = "the code changes within a reply, from " + std::to_string(reply_.code) + " to " +
               std::to_string(code);
    return false;
  }
  if (reply_.lines.size() == kLinesLimit) {
    problem_ = "a reply has more than " + std::to_string(kLinesLimit) + " lines";
    return false;
  }
  std::string_view text = line.substr(std::min<std::size_t>(line.size(), 4));
  const std::size_t length = enhanced_length(text);
  // RFC 2034 4: the class repeats the code's first digit; anything else is just text.
  if (length > 0 && text[0] == line[0] &&
      (reply_.lines.empty() || reply_.enhanced == text.substr(0, length))) {
    reply_.enhanced = text.substr(0, length);
    text.remove_prefix(std::min(text.size(), length + 1));
  }
  reply_.code = code;
  reply_.lines.emplace_back(text);
  return line.size() == 3 || line[3] == ' ';
}

Reply ReplyParser::take() { return std::exchange(reply_, {}); }

}  // namespace postern::smtp
