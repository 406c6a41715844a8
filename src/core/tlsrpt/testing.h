// For tests: the report of RFC 8460 appendix B.
#pragma once

#include "core/tlsrpt/report.h"

namespace postern::tlsrpt::testing {

inline Report example_report() {
  Report report;
  report.organization = "Company-X";
  report.contact = "sts-reporting@company-x.example";
  report.id = "5065427c-23d3-47ca-b6e0-946ea0e8c4be";
  report.begin = *base::parse_rfc3339("2016-04-01T00:00:00Z");
  report.end = *base::parse_rfc3339("2016-04-01T23:59:59Z");
  PolicyResult result;
  result.policy.type = PolicyType::sts;
  result.policy.strings = {"version: STSv1", "mode: testing", "mx: *.mail.company-y.example",
                           "max_age: 86400"};
  result.policy.domain = "company-y.example";
  result.policy.mx_hosts = {"*.mail.company-y.example"};
  result.successful_sessions = 5326;
  result.failed_sessions = 303;
  result.failures = {{{.result_type = "certificate-expired",
                       .sending_mta_ip = "2001:db8:abcd:12::1",
                       .receiving_mx = "mx1.mail.company-y.example"},
                      100},
                     {{.result_type = "starttls-not-supported",
                       .sending_mta_ip = "2001:db8:abcd:13::1",
                       .receiving_mx = "mx2.mail.company-y.example",
                       .receiving_ip = "203.0.113.56",
                       .additional_information = "https://reports.company-x.example/report_info"},
                      200},
                     {{.result_type = "validation-failure",
                       .sending_mta_ip = "198.51.100.62",
                       .receiving_mx = "mx-backup.mail.company-y.example",
                       .receiving_ip = "203.0.113.58",
                       .reason_code = "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED"},
                      3}};
  report.policies = {result};
  return report;
}

}  // namespace postern::tlsrpt::testing
