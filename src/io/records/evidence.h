// The evidence's table: attempts in, attempts out.
#pragma once

#include "io/records/database.h"
#include "io/records/records.h"

namespace postern::records {

[[nodiscard]] base::Result<> write_evidence(
    Database& database, const std::string& node,
    std::span<const std::pair<std::int64_t, queue::Attempt>> attempts);
[[nodiscard]] base::Result<std::vector<EvidenceRow>> read_evidence(Database& database,
                                                                   const EvidenceFilter& filter);

}  // namespace postern::records
