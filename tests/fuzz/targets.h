// The parsers of what strangers write, each as a function that takes any bytes. It aborts when a
// promise is broken: a value exactly when there is no error, a text that reads back as itself, and
// nothing shown that could drive a terminal.
#pragma once

#include <string_view>

namespace postern::fuzz {

void sts_record(std::string_view bytes);
void sts_policy(std::string_view bytes);
void tlsrpt_record(std::string_view bytes);
void tls_report(std::string_view bytes);  // JSON or gzip
void tlsa(std::string_view bytes);
void report_mail(std::string_view bytes);  // a message that may hold a report

}  // namespace postern::fuzz
