// Evidence as CSV, for the command line's export and the web application's download.
#pragma once

#include <string>
#include <string_view>

#include "io/records/records.h"

namespace postern::records {

[[nodiscard]] std::string_view evidence_csv_heading();
[[nodiscard]] std::string evidence_csv_line(const EvidenceRow& row, const std::string& account);

}  // namespace postern::records
