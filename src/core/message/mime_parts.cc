#include "core/message/mime_parts.h"

#include <algorithm>
#include <vector>

#include "core/base/text.h"

namespace postern::message {
namespace {

constexpr int kDeepest = 4;
constexpr std::size_t kMostParts = 200;
constexpr std::size_t kLargestHeader = 64 << 10;
constexpr std::size_t kLongestBoundary = 70;  // RFC 2046 5.1.1

struct Entity {
  std::string type = "text/plain";
  std::string boundary;
  std::string encoding = "7bit";
  std::string_view body;
};

// The next line without its end; the rest moves behind it. Bare line feeds end lines too: old mail
// comes with either.
std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// "boundary" of a Content-Type (RFC 2045 5.1): a token, or a quoted string.
std::string parameter(std::string_view value, std::string_view name) {
  auto at = value.find(';');
  while (at != std::string_view::npos) {
    value = base::trim(value.substr(at + 1));
    const auto equals = value.find('=');
    if (equals == std::string_view::npos) return {};
    const bool found = base::iequals(base::trim(value.substr(0, equals)), name);
    value = base::trim(value.substr(equals + 1));
    std::string text;
    if (value.starts_with('"')) {
      std::size_t i = 1;
      for (; i < value.size() && value[i] != '"'; ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) ++i;
        text += value[i];
      }
      at = value.find(';', i);
    } else {
      at = value.find(';');
      text = base::trim(value.substr(0, at));
    }
    if (found) return text;
  }
  return {};
}

void take_field(Entity& entity, std::string_view field) {
  const auto colon = field.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = base::trim(field.substr(0, colon));
  const std::string_view value = base::trim(field.substr(colon + 1));
  if (base::iequals(name, "content-type")) {
    entity.type = base::lower(base::trim(value.substr(0, value.find(';'))));
    entity.boundary = parameter(value, "boundary");
  } else if (base::iequals(name, "content-transfer-encoding")) {
    entity.encoding = base::lower(value);
  }
}

Entity entity_of(std::string_view text) {
  Entity entity;
  std::string field;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    if (line.empty() || text.size() - rest.size() > kLargestHeader) break;
    if (line.front() == ' ' || line.front() == '\t') {
      field.append(line);
      continue;
    }
    take_field(entity, field);
    field = line;
  }
  take_field(entity, field);
  entity.body = rest;
  return entity;
}

// The parts between "--boundary" lines; one that is not closed ends with the text.
std::vector<std::string_view> parts_of(const Entity& entity) {
  std::vector<std::string_view> parts;
  if (entity.boundary.empty() || entity.boundary.size() > kLongestBoundary) return parts;
  const std::string opens = "--" + entity.boundary;
  std::optional<std::size_t> start;
  std::string_view rest = entity.body;
  while (!rest.empty() && parts.size() < kMostParts) {
    const std::size_t line_at = entity.body.size() - rest.size();
    const std::string_view line = next_line(rest);
    if (!line.starts_with(opens)) continue;
    const std::string_view after = base::trim(line.substr(opens.size()));
    if (!after.empty() && after != "--") continue;
    if (start) parts.push_back(entity.body.substr(*start, line_at - *start));
    if (after == "--") return parts;
    start = entity.body.size() - rest.size();
  }
  if (start && parts.size() < kMostParts) parts.push_back(entity.body.substr(*start));
  return parts;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// RFC 2045 6.7; an escape that is none stays as it stands.
std::string from_quoted_printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
    const bool soft = line.ends_with('=');
    if (soft) line.remove_suffix(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
      const int high = line[i] == '=' && i + 2 < line.size() ? hex_digit(line[i + 1]) : -1;
      const int low = high >= 0 ? hex_digit(line[i + 2]) : -1;
      if (low < 0) {
        out += line[i];
        continue;
      }
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (!soft) out += '\n';
  }
  return out;
}

std::optional<std::string> decoded(const Entity& entity) {
  if (entity.encoding == "base64") {
    std::string text;
    for (const char c : entity.body) {
      if (c != '\r' && c != '\n' && c != ' ' && c != '\t') text += c;
    }
    std::string bytes;
    if (!base::base64_decode(text, bytes)) return std::nullopt;
    return bytes;
  }
  if (entity.encoding == "quoted-printable") return from_quoted_printable(entity.body);
  return std::string(entity.body);
}

void collect(std::string_view text, int depth, std::vector<Entity>& leaves) {
  Entity entity = entity_of(text);
  if (!entity.type.starts_with("multipart/")) {
    if (leaves.size() < kMostParts) leaves.push_back(std::move(entity));
    return;
  }
  if (depth >= kDeepest) return;
  for (const std::string_view part : parts_of(entity)) collect(part, depth + 1, leaves);
}

}  // namespace

std::optional<std::string> find_part(std::string_view message,
                                     std::span<const std::string_view> types) {
  std::vector<Entity> leaves;
  collect(message, 0, leaves);
  for (const std::string_view type : types) {
    const auto found = std::ranges::find_if(
        leaves, [&](const Entity& leaf) { return base::iequals(leaf.type, type); });
    if (found != leaves.end()) return decoded(*found);
  }
  return std::nullopt;
}

}  // namespace postern::message
