#include "io/records/traffic.h"

#include <vector>

namespace postern::records {
namespace {

// The index on (domain, time) serves; what was refused before it was a message counts nowhere.
constexpr std::string_view kCount =
    "SELECT count(DISTINCT message),"
    " count(DISTINCT CASE WHEN outcome IN ('delivered', 'accepted')"
    "  AND version NOT IN ('TLS 1.2', 'TLS 1.3') THEN message END),"
    " count(DISTINCT CASE WHEN outcome IN ('delivered', 'accepted')"
    "  AND method = 'none' THEN message END),"
    " count(DISTINCT CASE WHEN met = 0 THEN message END)"
    " FROM evidence WHERE domain = $1 AND time >= $2 AND account = $3 AND hop = $4"
    " AND message <> 0 AND ($5 = '' OR peer_host = $5)";

// From name to name through the index, so that a million rows of one domain cost one step.
constexpr std::string_view kNames =
    "WITH RECURSIVE names (name) AS (SELECT min(domain) FROM evidence"
    " UNION ALL SELECT (SELECT min(domain) FROM evidence WHERE domain > name)"
    " FROM names WHERE name IS NOT NULL)"
    " SELECT name FROM names WHERE name LIKE '%.' || $1";

base::Result<std::vector<std::string>> names_of(Database& database, const policy::Scope& scope) {
  if (!scope.wildcard) return std::vector<std::string>{scope.base.text()};
  std::vector<std::string> names;
  Query q = database.query(kNames, scope.base.text());
  while (q.next()) {
    auto domain = dns::Domain::from_ascii(q.text(0));
    if (domain && scope.covers(*domain)) names.push_back(domain->text());
  }
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return names;
}

}  // namespace

base::Result<Traffic> count_traffic(Database& database, const TrafficFilter& filter) {
  auto transaction = Transaction::begin(database, Transaction::Kind::read);
  if (!transaction) return std::unexpected(transaction.error());
  auto names = names_of(database, filter.scope);
  if (!names) return std::unexpected(names.error());
  Traffic all;
  for (const std::string& name : *names) {
    Query q = database.query(kCount, name, base::micros(filter.since), filter.account.value,
                             queue::hop_text(filter.hop), filter.peer_host);
    while (q.next()) {
      all.messages += q.integer(0);
      all.without_tls += q.integer(1);
      all.without_proof += q.integer(2);
      all.stopped += q.integer(3);
    }
    if (auto done = q.finish(); !done) return std::unexpected(done.error());
  }
  return all;
}

}  // namespace postern::records
