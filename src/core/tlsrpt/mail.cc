#include "core/tlsrpt/mail.h"

#include <fmt/core.h>

#include "core/base/text.h"
#include "core/message/encoding.h"

namespace postern::tlsrpt {
namespace {

constexpr std::size_t kBase64Line = 76;  // RFC 2045 6.8

// The left side of a message id: what an atom may hold (RFC 5322 3.2.3), and dots.
std::string id_left(std::string_view id) {
  std::string left;
  for (const char c : id.substr(0, 200)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '+';
    left += plain ? c : '-';
  }
  return left.empty() ? "report" : left;
}

// <id@submitter>; an id that has a domain already keeps its left part only.
std::string message_id(std::string_view report_id, const dns::Domain& submitter) {
  return fmt::format("<{}@{}>", id_left(report_id.substr(0, report_id.find('@'))),
                     submitter.text());
}

std::string base64_lines(std::string_view bytes) {
  const std::string whole = base::base64(bytes);
  std::string lines;
  for (std::size_t at = 0; at < whole.size(); at += kBase64Line) {
    lines += whole.substr(at, kBase64Line) + "\r\n";
  }
  return lines;
}

std::string sentence_for_people(const ReportMail& mail) {
  return fmt::format(
      "This is a report about TLS (RFC 8460) from {}:\r\n"
      "what it saw in a day when it sent mail to {}.\r\n"
      "The attachment has the numbers, for a program to read. Nobody needs to answer.\r\n",
      mail.submitter.text(), mail.policy_domain.text());
}

}  // namespace

std::string report_subject(const dns::Domain& policy_domain, const dns::Domain& submitter,
                           std::string_view report_id) {
  return fmt::format("Report Domain: {} Submitter: {} Report-ID: {}", policy_domain.text(),
                     submitter.text(), message_id(report_id, submitter));
}

std::string_view media_type(Compression compression) {
  return compression == Compression::gzip ? "application/tlsrpt+gzip" : "application/tlsrpt+json";
}

std::string compose_mail(const ReportMail& mail) {
  using message::fold_field;
  std::string text;
  text += fold_field("From: " + mail.from);
  text += fold_field("To: " + mail.to);
  text +=
      fold_field("Subject: " + report_subject(mail.policy_domain, mail.submitter, mail.report_id));
  text += "Date: " + base::rfc5322_date(mail.now) + "\r\n";
  text += fold_field("Message-ID: " + message_id(mail.report_id, mail.submitter));
  text += fold_field("TLS-Report-Domain: " + mail.policy_domain.text());
  text += fold_field("TLS-Report-Submitter: " + mail.submitter.text());
  text += "TLS-Required: No\r\n";
  text += "Auto-Submitted: auto-generated\r\n";  // RFC 3834 5: no vacation notice comes back
  text += "MIME-Version: 1.0\r\n";
  text += fmt::format(
      "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n boundary=\"{}\"\r\n\r\n",
      mail.boundary);
  text += fmt::format("--{}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{}\r\n",
                      mail.boundary, sentence_for_people(mail));
  text += fmt::format(
      "--{}\r\nContent-Type: {}\r\nContent-Transfer-Encoding: base64\r\n"
      "Content-Disposition: attachment;\r\n filename=\"{}\"\r\n\r\n",
      mail.boundary, media_type(mail.compression), mail.file_name);
  text += base64_lines(mail.content);
  text += fmt::format("--{}--\r\n", mail.boundary);
  return text;
}

}  // namespace postern::tlsrpt
