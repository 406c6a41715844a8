#include "targets.h"

#include <array>
#include <string>

#include "core/base/text.h"
#include "core/dane/tlsa_text.h"
#include "core/lint/lint.h"
#include "core/message/mime_parts.h"
#include "core/mtasts/policy.h"
#include "core/mtasts/record.h"
#include "core/tlsrpt/record.h"
#include "io/reports/read_report.h"
#include "require.h"

namespace postern::fuzz {
namespace {

template <class T>
void require_consistent(const base::Examined<T>& examined) {
  const bool failed = base::first_error(examined.findings) != nullptr;
  require(examined.value.has_value() == !failed, "a value exactly when there is no error");
}

// What a person sees: lines of text without controls, and JSON in UTF-8.
void require_showable(const lint::Page& page) {
  for (const std::string_view line : base::split(lint::text(page), '\n')) {
    require(base::is_valid_utf8(line), "shown text is UTF-8");
    for (const char c : line) {
      require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "shown text has no controls");
    }
  }
  base::JsonWriter json;
  lint::write_json(json, page);
  require(base::is_valid_utf8(json.text()), "JSON is UTF-8");
  const bool failed = base::first_error(page.findings) != nullptr;
  require(page.valid == !failed, "a page is valid exactly when it has no error");
}

}  // namespace

void sts_record(std::string_view bytes) {
  using State = mtasts::RecordReading::State;
  const auto examined = mtasts::examine_record(bytes);
  require_consistent(examined);
  const std::string text(bytes);
  const auto reading = mtasts::read_record({&text, 1});
  require((reading.state == State::valid) == examined.value.has_value(), "one verdict");
  require(reading.why.empty() == (reading.state == State::valid), "a reason for every refusal");
  require_showable(lint::sts_record(bytes));
}

void sts_policy(std::string_view bytes) {
  const auto examined = mtasts::examine_policy(bytes);
  require_consistent(examined);
  if (examined.value) {
    const auto again = mtasts::parse_policy(mtasts::to_text(*examined.value));
    require(again && *again == *examined.value, "a policy reads back as itself");
  }
  require_showable(lint::sts_policy(bytes));
}

void tlsrpt_record(std::string_view bytes) {
  const auto examined = tlsrpt::examine_record(bytes);
  require_consistent(examined);
  if (examined.value) {
    require(!examined.value->destinations.empty(), "a record has a place for reports");
    for (const auto& destination : examined.value->destinations) {
      const auto again = tlsrpt::parse_destination(destination.uri);
      require(again && *again == destination, "a destination reads back as itself");
    }
  }
  require_showable(lint::tlsrpt_record(bytes));
}

void tls_report(std::string_view bytes) {
  const auto examined = reports::examine_report(bytes);
  require_consistent(examined);
  if (examined.value) {
    const auto again = reports::read_report(tlsrpt::to_json(*examined.value));
    require(again.has_value(), "a report that was read can be written and read");
    require(again->policies.size() == examined.value->policies.size(), "with all its policies");
  }
  require_showable(lint::report(examined));
}

void tlsa(std::string_view bytes) {
  const auto examined = dane::examine_tlsa(bytes);
  require_consistent(examined);
  if (examined.value) {
    for (const dane::TlsaLine& line : *examined.value) {
      const auto again = dane::parse_tlsa(dane::zone_text(line.record));
      require(again && *again == line.record, "a record reads back as itself");
    }
  }
  require_showable(lint::tlsa(bytes));
}

void report_mail(std::string_view bytes) {
  constexpr std::array<std::string_view, 2> kTypes{"application/tlsrpt+gzip",
                                                   "application/tlsrpt+json"};
  const auto part = message::find_part(bytes, kTypes);
  if (!part) return;
  require(part->size() <= bytes.size(), "a part is no larger than its message");
  tls_report(*part);
}

}  // namespace postern::fuzz
