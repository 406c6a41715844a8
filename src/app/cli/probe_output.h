// A probe's findings as a table, details, JSON and CSV.
#pragma once

#include <string>
#include <vector>

#include "core/base/json_writer.h"
#include "core/probe/findings.h"

namespace postern::cli {

[[nodiscard]] std::string probe_table(const std::vector<probe::DomainFinding>& findings);
[[nodiscard]] std::string probe_csv(const std::vector<probe::DomainFinding>& findings);
// Every host and address of one domain, with certificate, reason and remedy.
[[nodiscard]] std::string probe_details(const probe::DomainFinding& finding, base::Instant now,
                                        bool with_dialogue);
void write_finding(base::JsonWriter& json, const probe::DomainFinding& finding);
void write_host(base::JsonWriter& json, const probe::HostFinding& host);

}  // namespace postern::cli
