#include "core/smtp/extensions.h"

#include <algorithm>
#include <charconv>

#include "core/base/text.h"

namespace postern::smtp {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c & ~0x20);
  }
  return out;
}

bool is_keyword(std::string_view word) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !word.empty() && word.size() <= 64 && std::ranges::all_of(word, allowed);
}

// The mechanisms behind "AUTH", also in the old spelling "AUTH=PLAIN".
void add_mechanisms(Capabilities& found, std::string_view words) {
  for (const std::string_view word : base::split(words, ' ')) {
    std::string mechanism = upper(base::trim(word));
    if (is_keyword(mechanism) && !found.offers_auth(mechanism)) {
      found.auth.push_back(std::move(mechanism));
    }
  }
}

void add_size(Capabilities& found, std::string_view words) {
  found.size = true;
  const std::string_view text = base::trim(words);
  std::int64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error == std::errc() && end == text.data() + text.size() && limit > 0) {
    found.size_limit = limit;
  }
}

}  // namespace

bool Capabilities::offers_auth(std::string_view mechanism) const {
  return std::ranges::find(auth, mechanism) != auth.end();
}

Capabilities parse_capabilities(const Reply& ehlo) {
  Capabilities found;
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {
    const std::string_view line = base::trim(ehlo.lines[i]);
    const std::size_t end = std::min(line.find(' '), line.find('='));
    const std::string keyword = upper(line.substr(0, end));
    if (!is_keyword(keyword)) continue;
    const std::string_view words =
        end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
    if (keyword == "STARTTLS") found.starttls = true;
    if (keyword == "PIPELINING") found.pipelining = true;
    if (keyword == "8BITMIME") found.eight_bit_mime = true;
    if (keyword == "SMTPUTF8") found.smtputf8 = true;
    if (keyword == "DSN") found.dsn = true;
    if (keyword == "CHUNKING") found.chunking = true;
    if (keyword == "REQUIRETLS") found.require_tls = true;
    if (keyword == "SIZE") add_size(found, words);
    if (keyword == "AUTH") add_mechanisms(found, words);
    found.keywords.push_back(keyword);
  }
  return found;
}

}  // namespace postern::smtp
