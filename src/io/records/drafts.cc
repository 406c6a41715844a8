#include "io/records/drafts.h"

namespace postern::records {

base::Result<KeptDraft> read_draft(Database& database, base::AccountId account) {
  KeptDraft draft;
  Query q = database.query("SELECT revision, text FROM drafts WHERE account = $1", account.value);
  while (q.next()) draft = {q.integer(0), std::string(q.text(1))};
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return draft;
}

base::Result<KeptDraft> write_draft(Database& database, base::AccountId account,
                                    const std::string& text) {
  KeptDraft draft{0, text};
  Query q = database.query(
      "INSERT INTO drafts (account, revision, text) VALUES ($1, 1, $2)"
      " ON CONFLICT (account) DO UPDATE SET revision = drafts.revision + 1, text = $2"
      " RETURNING revision",
      account.value, text);
  while (q.next()) draft.revision = q.integer(0);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return draft;
}

}  // namespace postern::records
