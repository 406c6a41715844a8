#include "core/dane/tlsa_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "core/base/text.h"
#include "core/dane/zone_lines.h"
#include "core/dns/txt_fields.h"

namespace postern::dane {
namespace {

using base::Severity;
using dns::quoted;
using Words = std::span<const std::string_view>;

constexpr std::size_t kMostRecords = 200;
constexpr std::size_t kMostData = 65'532;  // what fits into RDATA beside three numbers

// What is wrong with a record, for the finding about it.
struct Problem {
  std::string text;
  std::string remedy;
};
template <class T>
using Read = std::expected<T, Problem>;

std::unexpected<Problem> problem(std::string text, std::string remedy) {
  return std::unexpected(Problem{std::move(text), std::move(remedy)});
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Read<std::vector<std::uint8_t>> read_hex(Words words) {
  std::string digits;
  for (const std::string_view word : words) digits += word;
  const auto bad = std::ranges::find_if(digits, [](char c) { return hex_value(c) < 0; });
  if (bad != digits.end()) {
    return problem(
        fmt::format("The data has {}, which is no hexadecimal digit.", quoted({&*bad, 1})),
        "Write the data with the digits 0-9 and a-f, without colons.");
  }
  if (digits.empty()) return problem("The data is missing.", "Write it in hexadecimal.");
  if (digits.size() % 2 != 0) {
    return problem("The data has an odd number of digits: one is missing or too many.",
                   "Copy it again, whole.");
  }
  if (digits.size() > 2 * kMostData) return problem("The data does not fit into a record.", "");
  std::vector<std::uint8_t> data;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    data.push_back(static_cast<std::uint8_t>(hex_value(digits[i]) * 16 + hex_value(digits[i + 1])));
  }
  return data;
}

// RFC 7218 2 has words for the numbers, which zone files do not take.
struct Mnemonic {
  std::string_view word;
  int number;
};
constexpr Mnemonic kMnemonics[] = {{"PKIX-TA", 0}, {"PKIX-EE", 1},  {"DANE-TA", 2},
                                   {"DANE-EE", 3}, {"Cert", 0},     {"SPKI", 1},
                                   {"Full", 0},    {"SHA2-256", 1}, {"SHA2-512", 2}};

Read<std::uint8_t> read_number(std::string_view word, std::string_view what) {
  int number = -1;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  const bool whole = error == std::errc{} && end == word.data() + word.size();
  if (whole && number >= 0 && number <= 255) return static_cast<std::uint8_t>(number);
  for (const Mnemonic& mnemonic : kMnemonics) {
    if (!base::iequals(word, mnemonic.word)) continue;
    return problem(fmt::format("The {} is the word {}, which many name servers do not read.", what,
                               quoted(word)),
                   fmt::format("Write {}.", mnemonic.number));
  }
  return problem(
      fmt::format("The {} is {}, not a number from 0 to 255.", what, quoted(word)),
      "Write four things: usage, selector, matching type, data; such as \"3 1 1 8cb0...\".");
}

// "\# LENGTH HEX" (RFC 3597 5)
Read<dns::Tlsa> read_generic(Words words) {
  std::size_t length = 0;
  const std::string_view word = words.size() > 1 ? words[1] : std::string_view();
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), length);
  if (word.empty() || error != std::errc{} || end != word.data() + word.size()) {
    return problem("After \"\\#\" must come the number of bytes.", "");
  }
  auto bytes = read_hex(words.subspan(2));
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->size() != length) {
    return problem(fmt::format("{} bytes are announced, {} follow.", length, bytes->size()),
                   "Copy the record again, whole.");
  }
  if (length < 4) return problem("The record is too short for a TLSA record.", "");
  return dns::Tlsa{(*bytes)[0], (*bytes)[1], (*bytes)[2], {bytes->begin() + 3, bytes->end()}};
}

Read<dns::Tlsa> read_data(Words words) {
  if (!words.empty() && words[0] == "\\#") return read_generic(words);
  dns::Tlsa record;
  struct Part {
    std::string_view name;
    std::uint8_t* into;
  };
  const Part parts[] = {{"usage", &record.usage},
                        {"selector", &record.selector},
                        {"matching type", &record.matching_type}};
  for (std::size_t i = 0; i < std::size(parts); ++i) {
    auto number = read_number(i < words.size() ? words[i] : std::string_view(), parts[i].name);
    if (!number) return std::unexpected(number.error());
    *parts[i].into = *number;
  }
  auto data = read_hex(words.subspan(3));
  if (!data) return std::unexpected(data.error());
  record.data = *std::move(data);
  return record;
}

// Nothing can match a digest of another length (RFC 6698 2.1.3): it was cut, or is something else.
std::optional<Problem> digest_problem(const dns::Tlsa& record) {
  const std::size_t wanted = record.matching_type == 1 ? 32 : record.matching_type == 2 ? 64 : 0;
  if (wanted == 0 || record.data.size() == wanted) return std::nullopt;
  std::string remedy = "Copy the digest again, whole.";
  if (record.data.size() == 20) remedy = "This is the length of SHA-1; make a SHA-256 digest.";
  if (record.data.size() == 64) remedy = "This is the length of SHA-512, which is matching type 2.";
  if (record.matching_type == 2 && record.data.size() == 32) {
    remedy = "This is the length of SHA-256, which is matching type 1.";
  }
  return Problem{fmt::format("The data has {} bytes; a {} digest has {}.", record.data.size(),
                             wanted == 32 ? "SHA-256" : "SHA-512", wanted),
                 std::move(remedy)};
}

bool is_type(std::string_view word) {
  return base::iequals(word, "TLSA") || base::iequals(word, "TYPE52");
}

// The owner, of what stands before the type: a TTL and a class may stand there, too.
std::string owner_of(Words before) {
  if (before.empty()) return {};
  const std::string_view first = before.front();
  const bool is_ttl = first.find_first_not_of("0123456789") == std::string_view::npos;
  const bool is_class = base::iequals(first, "IN");
  return is_ttl || is_class ? std::string() : base::printable(first, 260);
}

void read_line(const ZoneLine& line, base::Examined<std::vector<TlsaLine>>& out) {
  const std::string place = fmt::format("line {}", line.line);
  const Words words(line.words);
  const auto type = std::ranges::find_if(words, is_type);
  const bool bare = type == words.end();
  const Words before = bare ? Words() : Words(words.begin(), type);
  auto record = read_data(bare ? words : Words(type + 1, words.end()));
  std::optional<Problem> wrong;
  if (!record) {
    wrong = record.error();
  } else {
    wrong = digest_problem(*record);
  }
  if (wrong) {
    out.findings.push_back(
        {Severity::error, place, std::move(wrong->text), std::move(wrong->remedy)});
    return;
  }
  out.value->push_back({line.line, owner_of(before), *std::move(record)});
}

}  // namespace

base::Examined<std::vector<TlsaLine>> examine_tlsa(std::string_view text) {
  base::Examined<std::vector<TlsaLine>> out;
  std::vector<ZoneLine> lines = zone_lines(text, out.findings);
  std::erase_if(lines, [](const ZoneLine& line) { return line.words[0].starts_with('$'); });
  if (lines.size() > kMostRecords) {
    out.findings.push_back({Severity::error, fmt::format("line {}", lines[kMostRecords].line),
                            fmt::format("There are more than {} records.", kMostRecords),
                            "Check them in parts."});
    lines.clear();
  } else if (lines.empty()) {
    out.findings.push_back({Severity::error, "", "No TLSA record is here.",
                            "Write one a line, such as \"3 1 1\" and the digest."});
  }
  out.value.emplace();
  for (const ZoneLine& line : lines) read_line(line, out);
  if (base::first_error(out.findings) != nullptr) out.value.reset();
  return out;
}

base::Result<dns::Tlsa> parse_tlsa(std::string_view text) {
  auto examined = examine_tlsa(text);
  if (!examined.value) {
    return base::fail("invalid-tlsa", base::sentence(*base::first_error(examined.findings)));
  }
  if (examined.value->size() != 1) {
    return base::fail("invalid-tlsa", "There is more than one record; one was expected.");
  }
  return std::move(examined.value->front().record);
}

std::string zone_text(const dns::Tlsa& record) {
  return fmt::format("{} {} {} {}", record.usage, record.selector, record.matching_type,
                     base::hex(record.data));
}

std::string meaning(const dns::Tlsa& record) {
  const std::string_view what = record.selector == 0   ? "certificate"
                                : record.selector == 1 ? "public key"
                                                       : "thing of an unknown kind";
  const std::string known =
      record.matching_type == 0   ? fmt::format("this very {}", what)
      : record.matching_type == 1 ? fmt::format("the {} with this SHA-256 digest", what)
      : record.matching_type == 2 ? fmt::format("the {} with this SHA-512 digest", what)
                                  : fmt::format("a {} told by an unknown digest", what);
  switch (record.usage) {
    case 0:
      return fmt::format("PKIX-TA: a public authority that has {} must stand in the host's chain.",
                         known);
    case 1:
      return fmt::format(
          "PKIX-EE: the host must show {}, and a public authority must vouch for it.", known);
    case 2:
      return fmt::format(
          "DANE-TA: the authority that has {} must vouch for the host's certificate, "
          "whose name and dates count.",
          known);
    case 3:
      return fmt::format(
          "DANE-EE: the host must show {}; its name, dates and issuer do not matter.", known);
    default:
      return fmt::format("Usage {} has no meaning yet; it names {}.", record.usage, known);
  }
}

}  // namespace postern::dane
