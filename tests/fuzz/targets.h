// The parsers of what others write and both dialogues, each as a function that takes any bytes.
// It aborts when a promise is broken: a value exactly when there is no error, a text that reads
// back as itself, nothing shown that could drive a terminal, no MAIL before what is demanded is
// proved, one reply for each command, never two messages out of one.
#pragma once

#include <string_view>

namespace postern::fuzz {

void sts_record(std::string_view bytes);
void sts_policy(std::string_view bytes);
void tlsrpt_record(std::string_view bytes);
void tls_report(std::string_view bytes);  // JSON or gzip
void tlsa(std::string_view bytes);
void report_mail(std::string_view bytes);  // a message that may hold a report

// messages.cc
void mail_header(std::string_view bytes);
void downgraded_mail(std::string_view bytes);
void proxy_header(std::string_view bytes);
void mailbox(std::string_view bytes);
void domain_list(std::string_view bytes);
void acme_answer(std::string_view bytes);

// wire.cc
void message_content(std::string_view bytes);
void spf_record(std::string_view bytes);
void dns_record(std::string_view bytes);
void certificate(std::string_view bytes);  // DER
void queue_row(std::string_view bytes);    // JSON of a row, or the header of an extent

// people.cc
void csv_table(std::string_view bytes);
void request_target(std::string_view bytes);
void api_body(std::string_view bytes);
void settings(std::string_view bytes);

// dialogues.cc: the first two bytes set the session up
void server_session(std::string_view bytes);
void client_session(std::string_view bytes);

}  // namespace postern::fuzz
