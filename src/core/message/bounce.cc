#include "core/message/bounce.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/message/encoding.h"

namespace postern::message {

namespace {

std::string_view action_word(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::failed:
      return "failed";
    case NoticeKind::delayed:
      return "delayed";
    case NoticeKind::relayed:
      return "relayed";
  }
  return "failed";
}

std::string_view status_class(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::failed:
      return "5";
    case NoticeKind::delayed:
      return "4";
    case NoticeKind::relayed:
      return "2";
  }
  return "5";
}

// The class of the status must fit the action (RFC 3464 2.3.4); subject and detail stay.
std::string status_code(NoticeKind kind, const std::string& enhanced) {
  std::size_t dot = enhanced.find('.');
  std::string rest = dot == std::string::npos ? ".0.0" : enhanced.substr(dot);
  return std::string(status_class(kind)) + rest;
}

std::string subject(const NoticeInput& input) {
  std::string to = input.recipients.size() == 1
                       ? base::printable(input.recipients.front().recipient.address, 200)
                       : fmt::format("{} recipients", input.recipients.size());
  switch (input.kind) {
    case NoticeKind::failed:
      return "Not delivered: your message to " + to;
    case NoticeKind::delayed:
      return "Delayed: your message to " + to;
    case NoticeKind::relayed:
      return "Passed on: your message to " + to;
  }
  return {};
}

std::string opening(const NoticeInput& input) {
  switch (input.kind) {
    case NoticeKind::failed:
      return "Your message could not be delivered to the recipients below. We have stopped trying.";
    case NoticeKind::delayed:
      return "Your message has not been delivered to the recipients below yet. We keep trying; you "
             "need not send it again.";
    case NoticeKind::relayed:
      return "Your message was handed on to the next mail server of the recipients below. That "
             "server "
             "does not report deliveries, so this is the last that we can tell.";
  }
  return {};
}

// Texts of a Status are escaped where they are made; a line end here would still start a new line
// of ours, so none gets through.
std::string one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = ' ';
  }
  return out;
}

void append_recipient_text(std::string& text, const NoticeInput& input,
                           const NoticeRecipient& one) {
  text += fmt::format("  {}\n", base::printable(one.recipient.address));
  if (!one.status.text.empty()) {
    text += fmt::format("    {}: {}\n", input.kind == NoticeKind::relayed ? "What happened" : "Why",
                        one_line(one.status.text));
  }
  if (!one.status.host.empty())
    text += fmt::format("    Mail server: {}\n", one_line(one.status.host));
  if (!one.status.diagnostic.empty()) {
    text += fmt::format("    It answered: {}\n", one_line(one.status.diagnostic));
  }
  if (!one.remedy.empty()) text += fmt::format("    What can be done: {}\n", one.remedy);
  if (!one.status.code.empty()) text += fmt::format("    Reason code: {}\n", one.status.code);
  text += '\n';
}

std::string human_text(const NoticeInput& input) {
  std::string text = opening(input) + "\n\n";
  for (const NoticeRecipient& one : input.recipients) append_recipient_text(text, input, one);
  if (input.kind == NoticeKind::delayed && input.retry_until) {
    text += fmt::format("We try until {}; then you are told that it failed.\n\n",
                        base::rfc5322_date(*input.retry_until));
  }
  text += fmt::format(
      "When you ask your mail administrator, quote this number: {}\n\n"
      "-- \nThis report was written by the mail gateway {}.\n",
      base::queue_id(input.original_id), input.reporting_mta);
  return text;
}

// RFC 6533 3: utf-8 addresses are written as themselves in message/global-delivery-status; here
// they take the 7-bit form with \x{HEX}, which every reader of RFC 3464 can show.
std::string typed_address(std::string_view address) {
  if (base::is_ascii(address)) return "rfc822; " + base::printable(address, 1000);
  return "utf-8; " + utf8_address_xtext(address);
}

std::string original_recipient(const queue::Recipient& recipient) {
  // ORCPT travels as "type;xtext" (RFC 3461 4.2) and is shown with the xtext undone.
  std::size_t semicolon = recipient.original.find(';');
  if (semicolon == std::string::npos) return {};
  std::string type = base::printable(recipient.original.substr(0, semicolon), 40);
  std::string address = xtext_decode(std::string_view(recipient.original).substr(semicolon + 1));
  return fmt::format("{}; {}", type, base::printable(address, 1000));
}

std::string machine_text(const NoticeInput& input) {
  std::string out = fmt::format("Reporting-MTA: dns; {}\r\n", input.reporting_mta);
  if (!input.original.dsn_envelope_id.empty()) {
    out += fmt::format("Original-Envelope-Id: {}\r\n",
                       base::printable(xtext_decode(input.original.dsn_envelope_id), 500));
  }
  out += fmt::format("Arrival-Date: {}\r\n", base::rfc5322_date(input.original.accepted));
  for (const NoticeRecipient& one : input.recipients) {
    out += "\r\n";
    if (std::string original = original_recipient(one.recipient); !original.empty()) {
      out += fmt::format("Original-Recipient: {}\r\n", original);
    }
    out += fmt::format("Final-Recipient: {}\r\n", typed_address(one.recipient.address));
    out += fmt::format("Action: {}\r\n", action_word(input.kind));
    out += fmt::format("Status: {}\r\n", status_code(input.kind, one.status.enhanced));
    if (!one.status.host.empty()) {
      out += fmt::format("Remote-MTA: dns; {}\r\n", ascii_only(one.status.host, 255));
    }
    if (!one.status.diagnostic.empty()) {
      out += fold_field(
          fmt::format("Diagnostic-Code: smtp; {}", ascii_only(one.status.diagnostic, 900)));
    }
    if (!one.status.code.empty()) {
      out += fmt::format("X-Postern-Reason: {}\r\n", ascii_only(one.status.code, 80));
    }
    out += fmt::format("Last-Attempt-Date: {}\r\n", base::rfc5322_date(input.now));
    if (input.kind == NoticeKind::delayed && input.retry_until) {
      out += fmt::format("Will-Retry-Until: {}\r\n", base::rfc5322_date(*input.retry_until));
    }
  }
  return out;
}

struct Enclosure {
  std::string type;
  std::string_view bytes;
};

Enclosure enclosure(const NoticeInput& input) {
  bool full = input.original.dsn_return == "FULL" && input.original_complete &&
              !input.original.require_tls && input.kind == NoticeKind::failed;
  bool international = input.original.smtputf8;
  if (full) return {international ? "message/global" : "message/rfc822", input.original_start};
  std::size_t end = input.original_start.find("\r\n\r\n");
  std::string_view headers = end == std::string_view::npos
                                 ? input.original_start.substr(0, original_limit)
                                 : input.original_start.substr(0, end + 2);
  return {international ? "message/global-headers" : "text/rfc822-headers", headers};
}

std::string part(std::string_view boundary, std::string_view type, std::string_view encoding,
                 std::string_view description, std::string_view content) {
  std::string out = fmt::format("--{}\r\nContent-Type: {}\r\n", boundary, type);
  if (!description.empty()) out += fmt::format("Content-Description: {}\r\n", description);
  if (!encoding.empty()) out += fmt::format("Content-Transfer-Encoding: {}\r\n", encoding);
  out += "\r\n";
  out += content;
  if (!content.ends_with("\r\n")) out += "\r\n";
  return out + "\r\n";
}

std::string top_headers(const NoticeInput& input) {
  std::string to = input.original.sender;
  std::string out = fmt::format("Date: {}\r\n", base::rfc5322_date(input.now));
  out += fmt::format("From: Mail gateway <MAILER-DAEMON@{}>\r\n", input.reporting_mta);
  out += fmt::format("To: <{}>\r\n", to);
  out += unstructured_field("Subject", subject(input));
  out += fmt::format("Message-ID: <{}.{}@{}>\r\n", base::queue_id(input.original_id),
                     input.boundary, input.reporting_mta);
  out += "Auto-Submitted: auto-replied\r\n";  // RFC 3834 5
  out += "MIME-Version: 1.0\r\n";
  out += fmt::format(
      "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"{}\"\r\n\r\n",
      input.boundary);
  return out;
}

}  // namespace

bool wants_notice(const queue::Envelope& original, const queue::Recipient& recipient,
                  NoticeKind kind) {
  if (original.sender.empty()) return false;
  if (recipient.notify & queue::notify_never) return false;
  switch (kind) {
    case NoticeKind::failed:
      return recipient.notify == 0 || (recipient.notify & queue::notify_failure);
    case NoticeKind::delayed:
      return recipient.notify == 0 || (recipient.notify & queue::notify_delay);
    case NoticeKind::relayed:
      return recipient.notify & queue::notify_success;
  }
  return false;
}

Notice compose_notice(const NoticeInput& input) {
  Enclosure enclosed = enclosure(input);
  bool eight_bit = !base::is_ascii(enclosed.bytes);
  std::string body = top_headers(input);
  body += "This is a report in several parts; the first is for people.\r\n\r\n";
  body += part(input.boundary, "text/plain; charset=utf-8", "quoted-printable", "Notification",
               quoted_printable(human_text(input)));
  body +=
      part(input.boundary, "message/delivery-status", "", "Delivery report", machine_text(input));
  body += part(input.boundary, enclosed.type, eight_bit ? "8bit" : "7bit", "Your message",
               enclosed.bytes);
  body += fmt::format("--{}--\r\n", input.boundary);

  Notice notice;
  notice.envelope.account = input.original.account;
  notice.envelope.accepted = input.now;
  notice.envelope.body = eight_bit ? queue::BodyType::eight_bit : queue::BodyType::seven_bit;
  notice.envelope.smtputf8 = input.original.smtputf8 || !base::is_ascii(input.original.sender);
  notice.envelope.require_tls = input.original.require_tls;
  notice.envelope.from_host = input.reporting_mta;
  notice.envelope.size = static_cast<std::int64_t>(body.size());
  notice.body = std::move(body);
  return notice;
}

}  // namespace postern::message
