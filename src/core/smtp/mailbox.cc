#include "core/smtp/mailbox.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace postern::smtp {
namespace {

constexpr std::size_t kLocalLimit = 64;    // RFC 5321 4.5.3.1.1
constexpr std::size_t kDomainLimit = 255;  // RFC 5321 4.5.3.1.2
constexpr std::size_t kPathLimit = 512;    // RFC 5321 4.5.3.1.3 says 256; UTF-8 needs more octets

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_utf8_part(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_atext(char c) {
  return is_alnum(c) || is_utf8_part(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}
bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7F; }

std::unexpected<base::Failure> refuse(std::string reason) {
  return base::fail("invalid-address", reason, reason);
}

// The length of the Dot-string or Quoted-string at the front; 0 if there is none.
std::size_t dot_string_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_atext(text[at])) {
    while (at < text.size() && is_atext(text[at])) ++at;
    if (at + 1 >= text.size() || text[at] != '.' || !is_atext(text[at + 1])) return at;
    ++at;
  }
  return at;
}

std::size_t quoted_string_length(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') {
      ++at;
      if (at >= text.size() || !is_printable_ascii(text[at])) return 0;
    }
    if (!is_printable_ascii(text[at]) && !is_utf8_part(text[at])) return 0;
  }
  return 0;
}

std::size_t domain_length(std::string_view text) {
  std::size_t at = 0;
  // '_' is no part of RFC 5321's grammar, yet real senders have it in their host names.
  while (at < text.size() && (is_alnum(text[at]) || is_utf8_part(text[at]) || text[at] == '-' ||
                              text[at] == '.' || text[at] == '_')) {
    ++at;
  }
  return at;
}

bool same_prefix(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && base::iequals(text.substr(0, word.size()), word);
}

// "[192.0.2.1]" or "[IPv6:2001:db8::1]"; no other tag is registered.
base::Result<std::size_t> read_literal(std::string_view text, Mailbox& mailbox) {
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return refuse("The address literal has no closing bracket.");
  std::string_view inside = text.substr(1, end - 1);
  const bool v6 = same_prefix(inside, "IPv6:");
  if (v6) inside.remove_prefix(5);
  mailbox.literal = base::IpAddress::parse(inside);
  const bool colons = inside.find(':') != std::string_view::npos;
  if (!mailbox.literal || colons != v6) return refuse("The address literal is not an IP address.");
  return end + 1;
}

base::Result<std::size_t> read_domain(std::string_view text, Mailbox& mailbox) {
  const std::size_t length = domain_length(text);
  const std::string_view name = text.substr(0, length);
  if (name.empty()) return refuse("The address has no domain.");
  if (name.size() > kDomainLimit) return refuse("The domain is too long.");
  // dns::Domain forgives a trailing dot; RFC 5321 4.1.2 does not, and two spellings of one
  // recipient serve only tricks.
  if (name.ends_with('.')) return refuse("The domain ends with a dot.");
  auto domain = dns::Domain::parse(name);
  if (!domain) return refuse("The domain is not a valid name.");
  mailbox.domain = std::move(*domain);
  return length;
}

// Reads a mailbox from the front of `text`, and says how long it was.
base::Result<std::size_t> read_mailbox(std::string_view text, Mailbox& mailbox) {
  if (text.empty()) return refuse("The address is empty.");
  const std::size_t local =
      text.front() == '"' ? quoted_string_length(text) : dot_string_length(text);
  if (local == 0) return refuse("The part before the @ is not a valid local part.");
  if (local > kLocalLimit) return refuse("The part before the @ is longer than 64 octets.");
  if (local >= text.size() || text[local] != '@') {
    return refuse("The address is not of the form user@domain.");
  }
  mailbox.local = text.substr(0, local);
  const std::string_view rest = text.substr(local + 1);
  auto length = rest.starts_with('[') ? read_literal(rest, mailbox) : read_domain(rest, mailbox);
  if (!length) return std::unexpected(length.error());
  mailbox.domain_as_written = rest.substr(0, *length);
  if (!base::is_valid_utf8(text.substr(0, local + 1 + *length))) {
    return refuse("The address is not valid UTF-8.");
  }
  return local + 1 + *length;
}

// RFC 5321 4.1.2 A-d-l: "@a,@b:", to be accepted and ignored (RFC 5321 C).
base::Result<std::size_t> source_route_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && text[at] == '@') {
    const std::size_t length = domain_length(text.substr(at + 1));
    if (length == 0) break;
    at += 1 + length;
    if (at < text.size() && text[at] == ':') return at + 1;
    if (at >= text.size() || text[at] != ',') break;
    ++at;
  }
  return refuse("The source route is malformed.");
}

}  // namespace

bool Mailbox::needs_smtputf8() const { return !base::is_ascii(local); }

bool Mailbox::carries_routing() const {
  constexpr std::array<std::string_view, 8> kRoutes = {
      "%",      "!",      "@",       // percent hack, bang path, quoted route
      "\uFF05", "\uFF01", "\uFF20",  // the same, full width
      "\uFE6A", "\uFE6B"};           // the same, small form
  return std::ranges::any_of(
      kRoutes, [this](std::string_view route) { return local.find(route) != std::string::npos; });
}

base::Result<Mailbox> parse_mailbox(std::string_view text) {
  Mailbox mailbox;
  auto length = read_mailbox(text, mailbox);
  if (!length) return std::unexpected(length.error());
  if (*length != text.size()) return refuse("There is something after the address.");
  return mailbox;
}

base::Result<Path> parse_path(std::string_view& text) {
  if (!text.starts_with('<')) return refuse("The address is not in angle brackets.");
  std::string_view rest = text.substr(1);
  Path path;
  if (rest.starts_with('>')) {
    text.remove_prefix(2);
    return path;
  }
  constexpr std::string_view kPostmaster = "postmaster>";
  if (same_prefix(rest, kPostmaster)) {
    text.remove_prefix(1 + kPostmaster.size());
    path.postmaster = true;
    return path;
  }
  if (rest.starts_with('@')) {
    auto route = source_route_length(rest);
    if (!route) return std::unexpected(route.error());
    rest.remove_prefix(*route);
    path.source_route = true;
  }
  Mailbox mailbox;
  auto length = read_mailbox(rest, mailbox);
  if (!length) return std::unexpected(length.error());
  rest.remove_prefix(*length);
  if (!rest.starts_with('>')) return refuse("The address does not end with an angle bracket.");
  rest.remove_prefix(1);
  if (text.size() - rest.size() > kPathLimit) return refuse("The address is too long.");
  path.mailbox = std::move(mailbox);
  text = rest;
  return path;
}

}  // namespace postern::smtp
