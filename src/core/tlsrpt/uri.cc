#include "core/tlsrpt/uri.h"

#include <algorithm>
#include <charconv>

#include "core/base/text.h"

namespace postern::tlsrpt {
namespace {

using Refusal = std::unexpected<std::string_view>;

constexpr std::size_t kLongest = 1024;

// RFC 3986 2: unreserved, reserved and "%", without those that RFC 8460 3 wants encoded.
bool is_uri_character(char c) {
  constexpr std::string_view kMarks = "-._~:/?#[]@$&'()*+=%";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.contains(c);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// False for a "%" without two hex digits.
bool decode(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

std::expected<Uri, std::string_view> read_mailto(std::string_view rest) {
  Uri uri{.scheme = "mailto", .mailbox = {}, .host = {}, .target = {}};
  if (!decode(rest.substr(0, rest.find('?')), uri.mailbox)) {
    return Refusal("\"%\" stands before something that is not two hex digits");
  }
  if (uri.mailbox.empty()) return Refusal("it has no address");
  if (uri.mailbox.contains(',')) return Refusal("it has more than one address");
  return uri;
}

std::expected<Uri, std::string_view> read_https(std::string_view rest) {
  if (!rest.starts_with("//")) return Refusal("\"https:\" needs \"//\" and a host");
  rest.remove_prefix(2);
  const std::size_t end = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, end);
  Uri uri{.scheme = "https", .mailbox = {}, .host = {}, .target = {}};
  if (authority.contains('@')) return Refusal("it carries a user name, which nobody may send");
  if (authority.contains('[')) return Refusal("its host is an address, for which no name stands");
  if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
    const std::string_view digits = authority.substr(colon + 1);
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), uri.port);
    if (error != std::errc{} || stop != digits.data() + digits.size() || uri.port == 0) {
      return Refusal("its port is not a number from 1 to 65535");
    }
    authority = authority.substr(0, colon);
  }
  if (authority.empty()) return Refusal("it has no host");
  uri.host = authority;
  if (end != std::string_view::npos) uri.target = rest.substr(end);
  if (!uri.target.starts_with('/')) uri.target.insert(0, "/");
  std::string ignored;
  if (!decode(uri.target, ignored)) {
    return Refusal("\"%\" stands before something that is not two hex digits");
  }
  return uri;
}

}  // namespace

std::expected<Uri, std::string_view> read_uri(std::string_view text) {
  if (text.empty()) return Refusal("nothing is there");
  if (text.size() > kLongest) return Refusal("it is longer than 1024 characters");
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return Refusal("it has no scheme");
  if (!std::ranges::all_of(text, is_uri_character)) {
    return Refusal("it has a character that must be percent-encoded");
  }
  if (text.contains('#')) return Refusal("a fragment (\"#\") has no place in it");
  const std::string_view scheme = text.substr(0, colon);
  if (base::iequals(scheme, "mailto")) return read_mailto(text.substr(colon + 1));
  if (base::iequals(scheme, "https")) return read_https(text.substr(colon + 1));
  if (base::iequals(scheme, "http")) return Refusal("reports go over https, never over http");
  return Refusal("reports go to mailto: and https: only");
}

}  // namespace postern::tlsrpt
