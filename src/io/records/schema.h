// The schema of the records, as numbered migrations in one place. PRAGMA user_version holds the
// number of the last one that was applied. A migration is never edited after a release; a new one
// is added below it.
#pragma once

#include <span>
#include <string_view>

#include "core/base/failure.h"
#include "io/records/database.h"

namespace postern::records {

struct Migration {
  int version = 0;
  std::string_view what;  // for people, when it fails
  std::string_view sql;
};

[[nodiscard]] std::span<const Migration> migrations();

// Brings an open database to the last version, each step one transaction. Refuses a database that
// another program made, or a newer version of this one.
[[nodiscard]] base::Result<> migrate(Database& database, std::span<const Migration> steps);

}  // namespace postern::records
