#include "service/api/password_rule.h"

#include <algorithm>
#include <set>

#include "core/base/text.h"

namespace postern::api {

namespace {

constexpr std::size_t shortest = 12;
constexpr std::size_t longest = 512;  // bytes: hashing takes time with length

// Code points, as a person counts.
std::size_t length(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

}  // namespace

base::Result<> check_new_password(std::string_view user, std::string_view password) {
  const auto wrong = [](const char* text) { return base::fail("invalid-password", text); };
  if (length(password) < shortest) {
    return wrong("A password needs at least 12 characters. Several words are easy to remember.");
  }
  if (password.size() > longest) return wrong("A password has at most 512 bytes.");
  if (!base::is_valid_utf8(password) ||
      std::ranges::any_of(password, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
    return wrong("A password holds text without control characters.");
  }
  if (std::set<char>(password.begin(), password.end()).size() < 4) {
    return wrong("A password needs at least 4 different characters.");
  }
  if (!user.empty() && base::lower(password).contains(base::lower(user)) &&
      length(password) < shortest + user.size()) {
    return wrong("The user's name makes up too much of the password. Choose other words.");
  }
  return {};
}

}  // namespace postern::api
