#include "core/message/dkim.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/base/text.h"

namespace postern::message {
namespace {

constexpr std::array<std::string_view, 12> kSigned = {"from",
                                                      "to",
                                                      "subject",
                                                      "date",
                                                      "message-id",
                                                      "tls-report-domain",
                                                      "tls-report-submitter",
                                                      "tls-required",
                                                      "auto-submitted",
                                                      "mime-version",
                                                      "content-type",
                                                      "content-transfer-encoding"};

struct Field {
  std::string name;       // lower case
  std::string_view text;  // the whole field without its last line end
};

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::vector<Field> fields_of(std::string_view header) {
  std::vector<Field> fields;
  while (!header.empty()) {
    std::size_t end = header.find("\r\n");
    while (end != std::string_view::npos && end + 2 < header.size() && is_space(header[end + 2])) {
      end = header.find("\r\n", end + 2);
    }
    const std::string_view text = header.substr(0, end);
    fields.push_back({base::lower(base::trim(text.substr(0, text.find(':')))), text});
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + 2);
  }
  return fields;
}

std::string_view header_of(std::string_view message) {
  const auto end = message.find("\r\n\r\n");
  return end == std::string_view::npos ? message : message.substr(0, end);
}

// Runs of white space become one space (3.4.2, 3.4.4); line ends inside a field go.
std::string squeezed(std::string_view text) {
  std::string out;
  bool space = false;
  for (const char c : text) {
    if (c == '\r' || c == '\n') continue;
    if (is_space(c)) {
      space = true;
      continue;
    }
    if (space) out += ' ';
    space = false;
    out += c;
  }
  if (space) out += ' ';
  return out;
}

// 3.4.2: "name:value", without a line end.
std::string relaxed_field(std::string_view field) {
  const auto colon = field.find(':');
  const std::string value = squeezed(field.substr(colon + 1));
  return base::lower(base::trim(field.substr(0, colon))) + ":" + std::string(base::trim(value));
}

}  // namespace

std::string body_to_hash(std::string_view message) {
  const auto start = message.find("\r\n\r\n");
  std::string_view rest = start == std::string_view::npos ? "" : message.substr(start + 4);
  std::string body;
  std::size_t written = 0;  // up to the last line that is not empty
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    std::string line = squeezed(rest.substr(0, end));
    if (line.ends_with(' ')) line.pop_back();
    body += line + "\r\n";
    if (!line.empty()) written = body.size();
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 2);
  }
  body.resize(written);
  return body;
}

DkimParts prepare(const DkimSigner& signer, std::string_view message,
                  std::string_view body_sha256) {
  std::vector<Field> fields = fields_of(header_of(message));
  std::string names;
  std::string input;
  for (const std::string_view name : kSigned) {
    // Of several fields of one name the last is signed first (5.4.2).
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
      if (field->name != name) continue;
      names += (names.empty() ? "" : ":") + field->name;
      input += relaxed_field(field->text) + "\r\n";
    }
  }
  names += ":from";
  DkimParts parts;
  parts.field = fmt::format(
      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={};\r\n s={}; t={};\r\n h={};\r\n"
      " bh={};\r\n b=",
      signer.domain.text(), signer.selector,
      std::chrono::floor<std::chrono::seconds>(signer.now).time_since_epoch().count(), names,
      base::base64(body_sha256));
  parts.input = input + relaxed_field(parts.field);
  return parts;
}

std::string signed_message(const DkimParts& parts, std::string_view signature,
                           std::string_view message) {
  constexpr std::size_t kPiece = 72;
  std::string out = parts.field;
  const std::string text = base::base64(signature);
  for (std::size_t at = 0; at < text.size(); at += kPiece) {
    if (at > 0) out += "\r\n  ";
    out += text.substr(at, kPiece);
  }
  out += "\r\n";
  return out.append(message);
}

dns::Domain dkim_record_name(const dns::Domain& domain, std::string_view selector) {
  return dns::Domain::from_ascii(fmt::format("{}._domainkey.{}", selector, domain.text()))
      .value_or(dns::Domain());
}

std::string dkim_record(std::string_view public_key_der) {
  return "v=DKIM1; k=rsa; s=email:tlsrpt; p=" + base::base64(public_key_der);
}

}  // namespace postern::message
