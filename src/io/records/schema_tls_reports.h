// TLS reports (RFC 8460): tls_reports.h says what they are. Lists hold a line for each entry. A day
// is counted from 1970-01-01; an empty result_type counts the sessions that went well.
#pragma once

#include <string_view>

namespace postern::records {

inline constexpr std::string_view kTlsReports = R"(
CREATE TABLE tls_sessions (
  day            INTEGER NOT NULL,
  domain         TEXT NOT NULL,
  policy_type    TEXT NOT NULL,
  policy_domain  TEXT NOT NULL,
  policy_strings TEXT NOT NULL,
  mx_hosts       TEXT NOT NULL,
  result_type    TEXT NOT NULL,
  sending_ip     TEXT NOT NULL,
  receiving_mx   TEXT NOT NULL,
  receiving_helo TEXT NOT NULL,
  receiving_ip   TEXT NOT NULL,
  information    TEXT NOT NULL,
  reason_code    TEXT NOT NULL,
  sessions       INTEGER NOT NULL,
  PRIMARY KEY (day, domain, policy_type, policy_domain, policy_strings, mx_hosts, result_type,
               sending_ip, receiving_mx, receiving_helo, receiving_ip, information, reason_code)
) STRICT, WITHOUT ROWID;

CREATE TABLE tls_sendings (
  day         INTEGER NOT NULL,
  domain      TEXT NOT NULL,
  destination TEXT NOT NULL,
  state       TEXT NOT NULL,
  report_id   TEXT NOT NULL,
  attempts    INTEGER NOT NULL,
  due         INTEGER NOT NULL,
  detail      TEXT NOT NULL,
  PRIMARY KEY (day, domain, destination)
) STRICT, WITHOUT ROWID;
CREATE INDEX tls_sendings_due ON tls_sendings (due) WHERE state = 'waiting';

CREATE TABLE tls_received (
  id           INTEGER NOT NULL PRIMARY KEY,
  account      INTEGER NOT NULL,
  domain       TEXT NOT NULL,
  received     INTEGER NOT NULL,
  organization TEXT NOT NULL,
  contact      TEXT NOT NULL,
  report_id    TEXT NOT NULL,
  begins       INTEGER NOT NULL,
  ends         INTEGER NOT NULL,
  UNIQUE (domain, organization, report_id)
) STRICT;
CREATE INDEX tls_received_account ON tls_received (account, begins);
CREATE TABLE tls_received_results (
  report         INTEGER NOT NULL REFERENCES tls_received (id) ON DELETE CASCADE,
  position       INTEGER NOT NULL,
  policy_type    TEXT NOT NULL,
  policy_domain  TEXT NOT NULL,
  policy_strings TEXT NOT NULL,
  mx_hosts       TEXT NOT NULL,
  successful     INTEGER NOT NULL,
  failed         INTEGER NOT NULL,
  PRIMARY KEY (report, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE tls_received_failures (
  report         INTEGER NOT NULL,
  position       INTEGER NOT NULL,
  line           INTEGER NOT NULL,
  result_type    TEXT NOT NULL,
  sending_ip     TEXT NOT NULL,
  receiving_mx   TEXT NOT NULL,
  receiving_helo TEXT NOT NULL,
  receiving_ip   TEXT NOT NULL,
  information    TEXT NOT NULL,
  reason_code    TEXT NOT NULL,
  sessions       INTEGER NOT NULL,
  PRIMARY KEY (report, position, line),
  FOREIGN KEY (report, position) REFERENCES tls_received_results (report, position)
    ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX tls_received_failures_kind ON tls_received_failures (result_type, receiving_mx);
)";

}  // namespace postern::records
