#include "io/records/evidence_csv.h"

#include "core/base/csv.h"
#include "io/records/describe.h"

namespace postern::records {

std::string_view evidence_csv_heading() {
  return "row,time,took_us,node,account,message,hop,domain,peer_host,peer_address,required,"
         "sources,met,would_fail,used_exception,tls_version,cipher,group,certificate_sha256,"
         "issuer,expiry,matched_name,authentication,outcome,reason,detail\r\n";
}

std::string evidence_csv_line(const EvidenceRow& row, const std::string& account) {
  const queue::Attempt& one = row.attempt;
  base::JsonWriter sources;
  describe(sources, one.sources);
  const std::string cells[] = {std::to_string(row.row),
                               base::rfc3339(one.time),
                               std::to_string(one.took.count()),
                               one.node,
                               account,
                               one.message ? base::queue_id(one.message) : "",
                               std::string(queue::hop_text(one.hop)),
                               one.domain,
                               one.peer_host,
                               one.peer_address,
                               std::string(tls::api_value(one.required)),
                               sources.text(),
                               one.met ? "yes" : "no",
                               one.would_fail,
                               one.used_exception ? "yes" : "no",
                               std::string(tls::version_text(one.version)),
                               one.cipher,
                               one.group,
                               one.certificate_sha256,
                               one.issuer,
                               one.expiry,
                               one.matched_name,
                               std::string(tls::method_text(one.method)),
                               std::string(queue::outcome_text(one.outcome)),
                               one.reason,
                               one.detail};
  std::string line;
  for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + base::csv_cell(cell);
  return line + "\r\n";
}

}  // namespace postern::records
