#include "io/http/url.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "io/http/http.h"

namespace postern::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-._~/@").contains(c);
}

}  // namespace

bool percent_decode(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return false;
    int high = hex_digit(text[i + 1]);
    int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return std::ranges::none_of(out, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (unreserved(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

bool split_target(std::string_view target, std::string& path,
                  std::map<std::string, std::string>& query) {
  std::size_t mark = target.find('?');
  if (!percent_decode(target.substr(0, mark), path)) return false;
  if (path.empty() || path[0] != '/') return false;
  for (std::string_view segment : base::split(path, '/')) {
    if (segment == "..") return false;
  }
  if (mark == std::string_view::npos) return true;
  for (std::string_view pair : base::split(target.substr(mark + 1), '&')) {
    if (pair.empty()) continue;
    std::size_t equals = pair.find('=');
    std::string name;
    std::string value;
    if (!percent_decode(pair.substr(0, equals), name)) return false;
    if (equals != std::string_view::npos && !percent_decode(pair.substr(equals + 1), value)) {
      return false;
    }
    query[name] = value;
  }
  return true;
}

std::string make_target(std::string_view path, const std::map<std::string, std::string>& query) {
  std::string out = percent_encode(path);
  char mark = '?';
  for (const auto& [name, value] : query) {
    out += fmt::format("{}{}={}", mark, percent_encode(name), percent_encode(value));
    mark = '&';
  }
  return out;
}

}  // namespace postern::http
