#include <fmt/core.h>

#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "io/records/person_rows.h"
#include "io/records/sqlite_people.h"

namespace postern::records {

namespace {

constexpr std::string_view columns =
    "SELECT tokens.id, tokens.name, users.name, tokens.created, tokens.last_used, tokens.expires"
    " FROM tokens JOIN users ON users.id = tokens.owner";

Token read_token(const Query& q) {
  Token token;
  token.id = q.integer(0);
  token.name = q.text(1);
  token.author = q.text(2);
  token.created = base::instant(q.integer(3));
  if (auto used = q.optional_integer(4)) token.last_used = base::instant(*used);
  if (auto ends = q.optional_integer(5)) token.expires = base::instant(*ends);
  return token;
}

std::string described(const Token& token) {
  base::JsonWriter json;
  json.begin_object().field("id", token.id).field("name", token.name);
  json.field("author", token.author).key("grants").raw(json_of(token.grants));
  if (token.expires) json.field("expires", base::rfc3339(*token.expires));
  json.end_object();
  return std::move(json).take();
}

std::string label(const Token& token) { return fmt::format("token {} {}", token.id, token.name); }

std::optional<std::int64_t> micros_of(const std::optional<base::Instant>& time) {
  if (!time) return std::nullopt;
  return base::micros(*time);
}

}  // namespace

base::Result<std::vector<Token>> SqlitePeople::tokens() {
  std::vector<Token> tokens;
  Query q = database_.query(fmt::format("{} ORDER BY tokens.created, tokens.id", columns));
  while (q.next()) tokens.push_back(read_token(q));
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  for (Token& token : tokens) {
    auto grants = read_grants(database_, token_grants, token.id);
    if (!grants) return std::unexpected(grants.error());
    token.grants = std::move(*grants);
  }
  return tokens;
}

base::Result<std::optional<Token>> SqlitePeople::token(std::int64_t id) {
  std::optional<Token> found;
  Query q = database_.query(fmt::format("{} WHERE tokens.id = $1", columns), id);
  while (q.next()) found = read_token(q);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  if (!found) return found;
  auto grants = read_grants(database_, token_grants, id);
  if (!grants) return std::unexpected(grants.error());
  found->grants = std::move(*grants);
  return found;
}

base::Result<std::optional<TokenHolder>> SqlitePeople::token_of(const std::string& hash,
                                                                base::Instant now) {
  std::int64_t id = 0;
  Query q =
      database_.query("SELECT id FROM tokens WHERE hash = $1 AND (expires IS NULL OR expires > $2)",
                      hash, base::micros(now));
  while (q.next()) id = q.integer(0);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  if (id == 0) return std::nullopt;
  auto found = token(id);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;
  auto author = user((*found)->author);
  if (!author) return std::unexpected(author.error());
  return TokenHolder{**std::move(found), std::move(author->grants)};
}

base::Result<> SqlitePeople::token_used(std::int64_t id, base::Instant now) {
  return database_.run("UPDATE tokens SET last_used = $1 WHERE id = $2", base::micros(now), id);
}

base::Result<Token> SqlitePeople::add_token(const Actor& actor, base::Instant now, NewToken fresh) {
  if (fresh.name.empty() || fresh.name.size() > 100 || !base::is_valid_utf8(fresh.name)) {
    return base::fail("invalid-token", "A token needs a name of up to 100 characters.");
  }
  auto change = AuditedChange::begin(database_, actor, now);
  if (!change) return std::unexpected(change.error());
  auto author = user(fresh.author);
  if (!author) return std::unexpected(author.error());
  auto id = next_id(database_);
  if (!id) return std::unexpected(id.error());
  auto inserted = database_.run(
      "INSERT INTO tokens (id, owner, name, hash, created, expires)"
      " VALUES ($1, $2, $3, $4, $5, $6)",
      *id, author->id, fresh.name, fresh.hash, base::micros(now), micros_of(fresh.expires));
  if (!inserted) return std::unexpected(inserted.error());
  auto granted = write_grants(database_, token_grants, *id, fresh.grants);
  if (!granted) return std::unexpected(granted.error());
  auto made = token(*id);
  if (!made) return std::unexpected(made.error());
  const auto account = sole_account(database_, (*made)->grants);
  if (!account) return std::unexpected(account.error());
  auto noted = change->note("token.add", label(**made), "", described(**made), *account);
  if (!noted) return std::unexpected(noted.error());
  if (auto done = change->commit(); !done) return std::unexpected(done.error());
  return **std::move(made);
}

base::Result<> SqlitePeople::remove_token(const Actor& actor, base::Instant now, std::int64_t id,
                                          const TokenPermit& permit) {
  auto change = AuditedChange::begin(database_, actor, now);
  if (!change) return std::unexpected(change.error());
  auto found = token(id);
  if (!found) return std::unexpected(found.error());
  if (!*found) return base::fail("not-found", fmt::format("There is no token {}.", id));
  if (permit) {
    if (auto may = permit(**found); !may) return may;
  }
  if (auto removed = database_.run("DELETE FROM tokens WHERE id = $1", id); !removed) {
    return removed;
  }
  const auto account = sole_account(database_, (*found)->grants);
  if (!account) return std::unexpected(account.error());
  auto noted = change->note("token.remove", label(**found), described(**found), "", *account);
  if (!noted) return noted;
  return change->commit();
}

}  // namespace postern::records
