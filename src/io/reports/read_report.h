// Reads TLS reports (RFC 8460 4.4) that others sent about our domains: JSON, or gzip of it.
//
// Anybody may send one, so everything is bounded. The standard names no size; these are far above
// what honest reports have. Ten thousand rows of failures of some 1.5 KB each make 16 MiB of JSON,
// which repeats itself and shrinks to a fifteenth or less: 1 MiB of gzip.
//
// Strict about what the numbers hang on (period, policies, counts), patient with what is known to
// be sent wrong in the wild: times without a zone, a single text where a list belongs, null for
// nothing. Every text passes base::printable here: what comes out can be shown.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/finding.h"
#include "core/tlsrpt/report.h"

namespace postern::reports {

inline constexpr std::size_t largest_gzip = 1 << 20;
inline constexpr std::size_t largest_json = 16 << 20;
inline constexpr int deepest_json = 16;                    // a report is 6 deep
inline constexpr std::size_t most_json_memory = 64 << 20;  // "[[],[],..." takes more than its text
inline constexpr std::size_t most_policies = 1000;
inline constexpr std::size_t most_failures = 10'000;      // in the whole report
inline constexpr std::size_t most_list_entries = 10'000;  // lines of policies, in the whole report
inline constexpr std::size_t longest_text = 1024;         // a longer one is cut

[[nodiscard]] base::Examined<tlsrpt::Report> examine_report(std::string_view bytes);

// Failure "report-invalid": one sentence.
[[nodiscard]] base::Result<tlsrpt::Report> read_report(std::string_view bytes);

}  // namespace postern::reports
