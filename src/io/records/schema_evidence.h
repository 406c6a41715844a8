// The migration that lets evidence be asked for by account without reading it all: indices, and the
// sums that evidence_sums.h explains. What was recorded before is summed here once.
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

CREATE TEMPORARY VIEW attempts AS SELECT *,
  time - time % 3600000000 AS hour, time - time % 86400000000 AS day,
  CASE WHEN outcome NOT IN ('accepted', 'delivered') THEN 'none' WHEN version = 'none' THEN 'clear'
    WHEN method = 'none' THEN 'encrypted' ELSE 'authenticated' END AS proof,
  CASE WHEN hop IN ('gateway-to-internal', 'gateway-to-partner') THEN peer_host ELSE '' END AS host
  FROM evidence;
INSERT INTO evidence_hours SELECT account, hour, hop, proof, outcome, count(*)
  FROM attempts GROUP BY account, hour, hop, proof, outcome;
INSERT INTO evidence_days SELECT account, domain, day, hop, proof, outcome, would_fail, count(*)
  FROM attempts WHERE domain <> '' GROUP BY account, domain, day, hop, proof, outcome, would_fail;
INSERT INTO evidence_unmet SELECT account, hour, hop, domain, host, reason, count(*), max(time)
  FROM attempts WHERE met = 0 GROUP BY account, hour, hop, domain, host, reason;
INSERT INTO evidence_peers SELECT account, hop, domain, host, 0, '', '', 'opportunistic',
  max(CASE WHEN outcome = 'delivered' THEN time + took ELSE 0 END)
  FROM attempts WHERE host <> '' AND (outcome = 'delivered' OR expiry <> '')
  GROUP BY account, hop, domain, host;
UPDATE evidence_peers SET (seen, certificate_sha256, expiry, required) =
  (SELECT time, certificate_sha256, expiry, required FROM evidence AS e
    WHERE e.account = evidence_peers.account AND e.domain = evidence_peers.domain
      AND e.hop = evidence_peers.hop AND e.peer_host = evidence_peers.host AND e.expiry <> ''
    ORDER BY time DESC, row DESC LIMIT 1)
  WHERE EXISTS (SELECT 1 FROM evidence AS e
    WHERE e.account = evidence_peers.account AND e.domain = evidence_peers.domain
      AND e.hop = evidence_peers.hop AND e.peer_host = evidence_peers.host AND e.expiry <> '');
DROP VIEW attempts;
)";

}  // namespace postern::records
