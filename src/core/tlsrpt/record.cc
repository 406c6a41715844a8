#include "core/tlsrpt/record.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/dns/txt_fields.h"
#include "core/tlsrpt/uri.h"

namespace postern::tlsrpt {
namespace {

using base::Finding;
using base::Severity;
using State = RecordReading::State;

constexpr std::string_view kVersion = "v=TLSRPTv1";

Finding not_announced(std::string_view text) {
  const std::string_view trimmed = base::trim(text);
  std::string what =
      "The text does not begin with \"v=TLSRPTv1;\", so it is no record for TLS reports.";
  if (trimmed == kVersion) {
    what = "Only the version is here, without its semicolon and without rua.";
  } else if (trimmed.starts_with(kVersion) && !text.starts_with(kVersion)) {
    what = "White space comes before \"v=TLSRPTv1\": the record does not count.";
  } else if (base::iequals(trimmed.substr(0, kVersion.size()), kVersion)) {
    what =
        "After \"v=TLSRPTv1\", written like this, must come a semicolon: the record does not "
        "count.";
  }
  return {Severity::error, "field 1", std::move(what),
          "Begin the record with \"v=TLSRPTv1;\", exactly so."};
}

void take_uris(std::string_view value, Record& record, std::vector<Finding>& findings) {
  for (const std::string_view part : base::split(value, ',')) {
    const std::string_view uri = base::trim(part);
    auto destination = parse_destination(uri);
    if (!destination) {
      findings.push_back({Severity::warning, "field rua", destination.error().text,
                          "Write mailto: and an address, or https:// and a host; until then nobody "
                          "reports to it."});
    } else if (std::ranges::find(record.destinations, *destination) != record.destinations.end()) {
      findings.push_back({Severity::note, "field rua",
                          fmt::format("{} is listed already.", dns::quoted(uri)),
                          "Leave one out."});
    } else if (record.destinations.size() == most_destinations) {
      findings.push_back({Severity::warning, "field rua",
                          fmt::format("{} is one too many: Postern reports to {} at most.",
                                      dns::quoted(uri), most_destinations),
                          "Let one address pass the reports on."});
    } else {
      record.destinations.push_back(*std::move(destination));
    }
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
  bool has_rua = false;
  for (const dns::TxtField& field : dns::read_fields(text, examined.findings)) {
    if (field.name == "rua") {  // the grammar allows it more than once
      has_rua = true;
      take_uris(field.value, record, examined.findings);
    } else {
      dns::remark_extension(field, examined.findings);
    }
  }
  if (!has_rua) {
    examined.findings.push_back({Severity::error, "", "The field \"rua\" is missing.",
                                 "Add \"rua=mailto:\" and the address that takes the reports."});
  } else if (record.destinations.empty()) {
    examined.findings.push_back({Severity::error, "field rua",
                                 "It names no place that a report could be sent to.",
                                 "Write \"rua=mailto:\" and the address that takes the reports."});
  }
  if (base::first_error(examined.findings) == nullptr) examined.value = std::move(record);
  return examined;
}

RecordReading read_record(std::span<const std::string> texts) {
  const auto found = dns::of_version(texts, kVersion);
  if (found.empty()) return {State::absent, {}, "No TXT record begins with \"v=TLSRPTv1;\"."};
  if (found.size() > 1) {
    return {State::invalid,
            {},
            "There is more than one record for TLS reports; then none of them counts."};
  }
  base::Examined<Record> examined = examine_record(found.front());
  if (examined.value) return {State::valid, *std::move(examined.value), {}};
  return {State::invalid, {}, base::sentence(*base::first_error(examined.findings))};
}

base::Result<Destination> parse_destination(std::string_view uri) {
  const auto refuse = [&](std::string_view why) {
    return base::fail("invalid-uri", fmt::format("{} is skipped: {}.", dns::quoted(uri), why));
  };
  const auto read = read_uri(uri);
  if (!read) return refuse(read.error());
  Destination destination;
  destination.uri = std::string(uri);
  if (read->scheme == "mailto") {
    auto mailbox = smtp::parse_mailbox(read->mailbox);
    if (!mailbox) return refuse("its address is malformed");
    if (mailbox->domain.empty()) return refuse("its address needs a domain");
    destination.mailbox = *std::move(mailbox);
    return destination;
  }
  destination.kind = Destination::Kind::https;
  auto host = dns::Domain::parse(read->host);
  if (!host) return refuse("its host is not a name");
  destination.host = *std::move(host);
  destination.port = read->port;
  destination.target = std::string(read->target);
  return destination;
}

dns::Domain record_name(const dns::Domain& domain) {
  return dns::Domain::from_ascii("_smtp._tls." + domain.text()).value_or(dns::Domain());
}

}  // namespace postern::tlsrpt
