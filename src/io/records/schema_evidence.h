// The migration that lets evidence be asked for by account without reading it all: indices, and the
// sums that evidence_sums.h explains. What was recorded before is summed later, a little at a time:
// here, a million rows would keep the gateway from starting for the better part of a minute.
#pragma once

#include <string_view>

namespace postern::records {

// `row` stands in each index so that pages go by it; hop and outcome, so that a filter is tried
// before the row is fetched.
inline constexpr std::string_view kEvidenceByAccount = R"(
CREATE INDEX evidence_account ON evidence (account, time, row, hop, outcome);
CREATE INDEX evidence_partner ON evidence (account, domain, time, row, hop, outcome);
CREATE INDEX audit_account ON audit (account, sequence);

CREATE TABLE evidence_hours (
  account INTEGER NOT NULL,
  start   INTEGER NOT NULL,
  hop     TEXT NOT NULL,
  proof   TEXT NOT NULL,
  outcome TEXT NOT NULL,
  total   INTEGER NOT NULL,
  PRIMARY KEY (account, start, hop, proof, outcome)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence_days (
  account INTEGER NOT NULL,
  domain  TEXT NOT NULL,
  start   INTEGER NOT NULL,
  hop     TEXT NOT NULL,
  proof   TEXT NOT NULL,
  outcome TEXT NOT NULL,
  would_fail TEXT NOT NULL,
  total   INTEGER NOT NULL,
  PRIMARY KEY (account, domain, start, hop, proof, outcome, would_fail)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence_unmet (
  account INTEGER NOT NULL,
  start   INTEGER NOT NULL,
  hop     TEXT NOT NULL,
  domain  TEXT NOT NULL,
  host    TEXT NOT NULL,
  reason  TEXT NOT NULL,
  total   INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  PRIMARY KEY (account, start, hop, domain, host, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence_peers (
  account INTEGER NOT NULL,
  hop     TEXT NOT NULL,
  domain  TEXT NOT NULL,
  host    TEXT NOT NULL,
  seen    INTEGER NOT NULL,
  certificate_sha256 TEXT NOT NULL,
  expiry  TEXT NOT NULL,
  required TEXT NOT NULL,
  delivered INTEGER NOT NULL,
  PRIMARY KEY (account, hop, domain, host)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_peers_expiry ON evidence_peers (account, expiry) WHERE expiry <> '';

-- The rows below this one are summed while the gateway runs (EvidenceSums::catch_up).
INSERT INTO meta (name, value)
  SELECT 'evidence_unsummed', max(row) + 1 FROM evidence HAVING max(row) IS NOT NULL;
)";

}  // namespace postern::records
