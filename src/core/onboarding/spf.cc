#include "core/onboarding/spf.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.h"

namespace postern::onboarding {

namespace {

constexpr std::string_view version = "v=spf1";

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words = base::split(text, ' ');
  std::erase(words, "");
  return words;
}

std::unexpected<base::Failure> wrong(std::string_view term) {
  return base::fail("invalid-spf",
                    fmt::format("The term \"{}\" is malformed.", base::printable(term, 100)));
}

SpfResult take_qualifier(std::string_view& word) {
  constexpr std::string_view qualifiers = "+-~?";
  constexpr SpfResult results[] = {SpfResult::pass, SpfResult::fail, SpfResult::softfail,
                                   SpfResult::neutral};
  const std::size_t which = word.empty() ? std::string_view::npos : qualifiers.find(word.front());
  if (which == std::string_view::npos) return SpfResult::pass;
  word.remove_prefix(1);
  return results[which];
}

bool read_prefix(std::string_view text, int most, int& prefix) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  return error == std::errc{} && end == text.data() + text.size() && prefix >= 0 && prefix <= most;
}

// "/24", "//64", "/24//64" after a or mx (RFC 7208 5.6), taken off the end.
bool take_prefixes(std::string_view& value, SpfTerm& term) {
  const std::size_t slash = value.find('/');
  if (slash == std::string_view::npos) return true;
  std::string_view rest = value.substr(slash);
  value = value.substr(0, slash);
  const std::size_t doubled = rest.find("//");
  if (doubled != std::string_view::npos) {
    if (!read_prefix(rest.substr(doubled + 2), 128, term.v6_prefix)) return false;
    rest = rest.substr(0, doubled);
  }
  return rest.empty() || read_prefix(rest.substr(1), 32, term.v4_prefix);
}

bool has_macro(std::string_view value) { return value.find('%') != std::string_view::npos; }

// A range whose lower bits may be set: "ip4:192.0.2.5/24" means 192.0.2.0/24 here.
std::optional<base::IpRange> range_of(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = base::IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const int width = address->is_v4() ? 32 : 128;
  int prefix = width;
  if (slash != std::string_view::npos && !read_prefix(text.substr(slash + 1), width, prefix)) {
    return std::nullopt;
  }
  std::array<std::uint8_t, 16> bytes = address->bytes();
  for (int bit = prefix + (128 - width); bit < 128; ++bit) {
    auto& byte = bytes[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<std::uint8_t>(byte & ~(0x80 >> (bit % 8)));
  }
  return base::IpRange::parse(fmt::format("{}/{}", base::IpAddress::v6(bytes).to_string(), prefix));
}

base::Result<SpfTerm> read_term(std::string_view word) {
  SpfTerm term;
  std::string_view rest = word;
  term.result = take_qualifier(rest);
  const std::size_t end = rest.find_first_of(":/");
  const std::string name = base::lower(rest.substr(0, end));
  std::string_view value = end == std::string_view::npos ? "" : rest.substr(end);
  if (value.starts_with(':')) value.remove_prefix(1);
  if (name == "all") {
    term.kind = SpfTerm::Kind::all;
    return term;
  }
  if (name == "ip4" || name == "ip6") {
    term.kind = SpfTerm::Kind::ip;
    term.range = range_of(value);
    if (!term.range) return wrong(word);
    return term;
  }
  if ((name != "a" && name != "mx" && name != "include") || has_macro(value)) return term;
  term.kind = name == "a"    ? SpfTerm::Kind::a
              : name == "mx" ? SpfTerm::Kind::mx
                             : SpfTerm::Kind::include;
  if (!take_prefixes(value, term)) return wrong(word);
  if (value.empty() && term.kind != SpfTerm::Kind::include) return term;
  auto domain = dns::Domain::parse(value);
  if (!domain) return wrong(word);
  term.domain = *std::move(domain);
  return term;
}

base::Result<> read_modifier(SpfRecord& record, std::string_view word) {
  const std::size_t equals = word.find('=');
  if (base::lower(word.substr(0, equals)) != "redirect") return {};
  const std::string_view value = word.substr(equals + 1);
  if (has_macro(value)) return {};
  auto domain = dns::Domain::parse(value);
  if (!domain) return wrong(word);
  record.redirect = *std::move(domain);
  return {};
}

bool is_modifier(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && word.find_first_of(":/") > equals;
}

// From here on the rest decides about every address.
bool decides_all(std::string_view word) {
  std::string_view bare = word;
  (void)take_qualifier(bare);
  return base::iequals(bare, "all") || base::lower(word).starts_with("redirect=");
}

}  // namespace

bool is_spf(std::string_view text) {
  return base::iequals(text.substr(0, version.size()), version) &&
         (text.size() == version.size() || text[version.size()] == ' ');
}

base::Result<SpfRecord> parse_spf(std::string_view text) {
  SpfRecord record;
  for (const std::string_view word : words_of(text.substr(version.size()))) {
    if (is_modifier(word)) {
      if (auto read = read_modifier(record, word); !read) return std::unexpected(read.error());
      continue;
    }
    auto term = read_term(word);
    if (!term) return std::unexpected(term.error());
    record.terms.push_back(*std::move(term));
  }
  return record;
}

bool matches(const SpfTerm& term, const std::vector<base::IpAddress>& hosts,
             const base::IpAddress& address) {
  return std::ranges::any_of(hosts, [&](const base::IpAddress& host) {
    if (host.is_v4() != address.is_v4()) return false;
    const int prefix = host.is_v4() ? term.v4_prefix : term.v6_prefix;
    const auto range = range_of(fmt::format("{}/{}", host.to_string(), prefix));
    return range && range->contains(address);
  });
}

std::string with_gateway(std::string_view text, const dns::Domain& gateway) {
  const std::string ours = "a:" + gateway.text();
  if (text.empty()) return fmt::format("{} {} ~all", version, ours);
  std::string record(version);
  bool placed = false;
  for (const std::string_view word : words_of(text.substr(version.size()))) {
    if (!placed && decides_all(word)) {
      record += " " + ours;
      placed = true;
    }
    record += " " + std::string(word);
  }
  if (!placed) record += " " + ours;
  return record;
}

}  // namespace postern::onboarding
