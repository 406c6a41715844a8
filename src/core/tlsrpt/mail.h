// A TLS report as a message (RFC 8460 5.3): multipart/report with a sentence for a person and the
// report as an attachment. The headers let the receiver file it unopened.
//
// The message carries "TLS-Required: No" (RFC 8689), for a report about broken TLS has to arrive
// when TLS is broken. It still wants a DKIM signature of the sender's domain, whose key's s= says
// "tlsrpt" or "*"; whoever sends it signs, and counts no session with it.
#pragma once

#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/tlsrpt/report.h"

namespace postern::tlsrpt {

struct ReportMail {
  dns::Domain submitter;      // our name
  dns::Domain policy_domain;  // whom it is about
  std::string from;           // an address at the submitter, ASCII
  std::string to;             // an address, ASCII
  std::string report_id;
  std::string file_name;
  std::string_view content;  // JSON, or its gzip
  Compression compression = Compression::gzip;
  base::Instant now;
  std::string boundary;  // unique text, 16-60 characters of [A-Za-z0-9]: the caller has chance
};

// "Report Domain: example.net Submitter: mail.sender.example.com Report-ID: <735ff@sender.example>"
[[nodiscard]] std::string report_subject(const dns::Domain& policy_domain,
                                         const dns::Domain& submitter, std::string_view report_id);

// "application/tlsrpt+gzip", also for the POST to an https: destination (5.4).
[[nodiscard]] std::string_view media_type(Compression compression);

[[nodiscard]] std::string compose_mail(const ReportMail& mail);  // lines end with CRLF

}  // namespace postern::tlsrpt
