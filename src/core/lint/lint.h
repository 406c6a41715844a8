// The texts that a domain publishes about TLS, explained before they are published.
//
// A TXT record may be given as it stands in the DNS, as `dig +short TXT` prints it, or as a zone
// file has it; several, one a line, are all the records of the name. A policy is the file as it is
// served. TLSA records are read as zone files have them.
#pragma once

#include <string_view>

#include "core/base/finding.h"
#include "core/lint/page.h"
#include "core/tlsrpt/report.h"

namespace postern::lint {

[[nodiscard]] Page sts_record(std::string_view input);
[[nodiscard]] Page sts_policy(std::string_view input);
[[nodiscard]] Page tlsrpt_record(std::string_view input);
[[nodiscard]] Page tlsa(std::string_view input);
// Whoever calls has read it (io/reports): JSON is not core's to parse.
[[nodiscard]] Page report(const base::Examined<tlsrpt::Report>& examined);

}  // namespace postern::lint
