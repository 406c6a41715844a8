#include "service/api/field_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.h"
#include "core/tls/digest.h"

namespace postern::api {

namespace {

std::string at(const std::string& pointer, std::size_t place) {
  return fmt::format("{}/{}", pointer, place);
}

}  // namespace

void FieldReader::complain(std::string pointer, std::string detail) {
  if (problem_.errors.empty()) problem_.detail = detail;
  problem_.errors.push_back({std::move(pointer), std::move(detail)});
  if (problem_.errors.size() == 2) problem_.detail = "Some fields are wrong: see errors.";
}

void FieldReader::complain(std::string pointer, const base::Failure& failure) {
  if (problem_.errors.empty()) problem_.code = failure.code;
  complain(std::move(pointer), failure.text);
}

dns::Domain FieldReader::domain(std::string pointer, std::string_view text) {
  auto parsed = dns::Domain::parse(text);
  if (parsed) return *std::move(parsed);
  complain(std::move(pointer), parsed.error());
  return {};
}

std::vector<dns::Domain> FieldReader::domains(const std::string& pointer,
                                              const std::vector<std::string>& texts) {
  std::vector<dns::Domain> read;
  for (std::size_t i = 0; i < texts.size(); ++i) read.push_back(domain(at(pointer, i), texts[i]));
  return read;
}

std::vector<tls::HostPattern> FieldReader::patterns(const std::string& pointer,
                                                    const std::vector<std::string>& texts) {
  std::vector<tls::HostPattern> read;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto pattern = tls::HostPattern::parse(texts[i]);
    if (pattern) {
      read.push_back(*std::move(pattern));
    } else {
      complain(at(pointer, i), pattern.error());
    }
  }
  return read;
}

std::vector<tls::Sha256> FieldReader::digests(const std::string& pointer,
                                              const std::vector<std::string>& texts) {
  std::vector<tls::Sha256> read;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (auto one = digest(at(pointer, i), texts[i])) read.push_back(*one);
  }
  return read;
}

std::optional<tls::Sha256> FieldReader::digest(std::string pointer, std::string_view text) {
  auto read = tls::parse_digest(text);
  if (!read) complain(std::move(pointer), read.error());
  return read ? std::optional(*read) : std::nullopt;
}

std::optional<policy::Scope> FieldReader::scope(std::string pointer, std::string_view text) {
  auto read = policy::Scope::parse(text);
  if (read) return *std::move(read);
  complain(std::move(pointer), read.error());
  return std::nullopt;
}

base::Duration FieldReader::duration(std::string pointer, std::string_view text) {
  const auto read = base::parse_duration(text);
  if (!read) {
    complain(std::move(pointer), fmt::format("\"{}\" is not a length of time: write 30m, 4h or 2d.",
                                             base::printable(text, 60)));
  }
  return read.value_or(base::Duration(0));
}

std::int64_t FieldReader::number(std::string pointer, std::int64_t value, std::int64_t least,
                                 std::int64_t most) {
  if (value >= least && value <= most) return value;
  complain(std::move(pointer), fmt::format("{} is not between {} and {}.", value, least, most));
  return least;
}

std::optional<std::int64_t> id_of(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

}  // namespace postern::api
