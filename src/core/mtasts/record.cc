#include "core/mtasts/record.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/dns/txt_fields.h"

namespace postern::mtasts {
namespace {

using base::Finding;
using base::Severity;
using State = RecordReading::State;

constexpr std::string_view kVersion = "v=STSv1";
constexpr std::size_t kLongestId = 32;

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestId && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

// Why a text is not taken for a record at all: near misses have a remedy of their own.
Finding not_announced(std::string_view text) {
  constexpr std::string_view kRemedy = "Begin the record with \"v=STSv1;\", exactly so.";
  const std::string_view trimmed = base::trim(text);
  std::string what = "The text does not begin with \"v=STSv1;\", so it is no MTA-STS record.";
  if (trimmed == kVersion) {
    what = "Only the version is here, without its semicolon and without an id.";
  } else if (trimmed.starts_with(kVersion) && !text.starts_with(kVersion)) {
    what = "White space comes before \"v=STSv1\": the record does not count.";
  } else if (base::iequals(trimmed.substr(0, kVersion.size()), kVersion)) {
    what =
        "After \"v=STSv1\", written like this, must come a semicolon: the record does not count.";
  } else if (trimmed.starts_with('"')) {
    what = "The text begins with a quotation mark that is part of the record itself.";
  }
  return {Severity::error, "field 1", std::move(what), std::string(kRemedy)};
}

void take_id(std::string_view value, Record& record, std::vector<Finding>& findings) {
  if (!record.id.empty()) {
    // Nobody can tell which of the two names the policy; 3.1 has one id.
    findings.push_back({Severity::error, "field id", "The field stands twice.", "Leave one out."});
  } else if (!is_id(value)) {
    findings.push_back(
        {Severity::error, "field id",
         fmt::format("The id {} is not 1 to 32 letters and digits.", dns::quoted(value)),
         "Write the time of the change, for example \"20261126094500Z\"."});
  } else {
    record.id = std::string(value);
  }
}

}  // namespace

base::Examined<Record> examine_record(std::string_view text) {
  base::Examined<Record> examined;
  const std::string whole(text);
  if (dns::of_version({&whole, 1}, kVersion).empty()) {
    examined.findings.push_back(not_announced(text));
    return examined;
  }
  Record record;
  bool has_id = false;
  for (const dns::TxtField& field : dns::read_fields(text, examined.findings)) {
    if (field.name == "id") {
      has_id = true;
      take_id(field.value, record, examined.findings);
    } else {
      dns::remark_extension(field, examined.findings);
    }
  }
  if (!has_id) {
    examined.findings.push_back({Severity::error, "", "The field \"id\" is missing.",
                                 "Add \"id=\" and 1 to 32 letters and digits."});
  }
  if (base::first_error(examined.findings) == nullptr) examined.value = std::move(record);
  return examined;
}

RecordReading read_record(std::span<const std::string> texts) {
  const auto found = dns::of_version(texts, kVersion);
  if (found.empty()) return {State::absent, {}, "No TXT record begins with \"v=STSv1;\"."};
  if (found.size() > 1) {
    return {State::invalid, {}, "There is more than one MTA-STS record; then none of them counts."};
  }
  base::Examined<Record> examined = examine_record(found.front());
  if (examined.value) return {State::valid, *std::move(examined.value), {}};
  return {State::invalid, {}, base::sentence(*base::first_error(examined.findings))};
}

}  // namespace postern::mtasts
