// What administrators have begun and not finished: one text an account, whose words are the API's
// matter. Kept here so that it outlives restarts and is the same on every machine.
#pragma once

#include "io/records/database.h"
#include "io/records/records.h"

namespace postern::records {

[[nodiscard]] base::Result<KeptDraft> read_draft(Database& database, base::AccountId account);
// Inside a write transaction: the revision rises, also when the text goes.
[[nodiscard]] base::Result<KeptDraft> write_draft(Database& database, base::AccountId account,
                                                  const std::string& text);

}  // namespace postern::records
