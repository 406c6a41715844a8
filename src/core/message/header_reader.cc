#include "core/message/header_reader.h"

#include <algorithm>

#include "core/base/text.h"

namespace postern::message {
namespace {

constexpr std::size_t kNameLimit = 998;   // RFC 5322 2.1.1: a name that long is none
constexpr std::size_t kValueKept = 1024;  // enough for the words that matter

bool is_name(char c) { return c > ' ' && c < 0x7F && c != ':'; }  // RFC 5322 3.6.8 ftext
bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool has_non_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all >= 0x80;
}

}  // namespace

void HeaderReader::stop(bool malformed) {
  end_field();
  facts_.malformed = malformed;
  state_ = State::ended;
}

void HeaderReader::end_field() {
  const std::string_view value = base::trim(value_);
  if (field_ == Field::tls_required) {
    // A field that is there twice says nothing (RFC 5322 3.6 allows one of each such field).
    ++tls_required_fields_;
    facts_.tls_required_no = tls_required_fields_ == 1 && base::iequals(value, "No");
  }
  if (field_ == Field::content_type) {
    const std::string_view type = base::trim(value.substr(0, value.find(';')));
    for (const std::string_view sealed : {"multipart/signed", "multipart/encrypted",
                                          "application/pkcs7-mime", "application/x-pkcs7-mime"}) {
      if (base::iequals(type, sealed)) facts_.signed_mime = true;
    }
  }
  field_ = Field::other;
  value_.clear();
}

void HeaderReader::begin_field(std::string_view name) {
  end_field();
  while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);  // RFC 5322 4.5
  const auto is = [name](std::string_view word) { return base::iequals(name, word); };
  if (is("Received")) ++facts_.received;
  if (is("Date")) facts_.date = true;
  if (is("Message-ID")) facts_.message_id = true;
  if (is("From")) facts_.from = true;
  if (is("DKIM-Signature")) facts_.dkim_signed = true;
  if (is("TLS-Required")) field_ = Field::tls_required;
  if (is("Content-Type")) field_ = Field::content_type;
}

void HeaderReader::read_line_start(std::string_view& bytes) {
  const char c = bytes.front();
  if (!held_.empty()) {  // after a CR
    if (c == '\n') {
      held_ += c;
      bytes.remove_prefix(1);
    }
    return stop(c != '\n');
  }
  if (c == '\r') {
    held_ += c;
    bytes.remove_prefix(1);
  } else if (is_blank(c)) {
    if (facts_.bytes == 0) return stop(true);  // a continuation of nothing
    state_ = State::value;
  } else {
    state_ = State::name;
  }
}

void HeaderReader::read_name(std::string_view& bytes, std::string& out) {
  while (!bytes.empty()) {
    const char c = bytes.front();
    const bool after_blank = !held_.empty() && is_blank(held_.back());
    const bool in_name = is_name(c) && !after_blank && held_.size() < kNameLimit;
    const bool colon = c == ':' && !held_.empty();
    const bool blank = is_blank(c) && !held_.empty() && held_.size() < kNameLimit;
    if (!in_name && !colon && !blank) return stop(true);
    if (colon) {
      begin_field(held_);
      out += held_;
      facts_.bytes += held_.size() + 1;
      out += c;
      held_.clear();
      bytes.remove_prefix(1);
      state_ = State::value;
      return;
    }
    held_ += c;
    bytes.remove_prefix(1);
  }
}

void HeaderReader::read_value(std::string_view& bytes, std::string& out) {
  const std::size_t lf = bytes.find('\n');
  const bool whole = lf != std::string_view::npos;
  const std::string_view part = bytes.substr(0, whole ? lf + 1 : bytes.size());
  if (field_ != Field::other && value_.size() < kValueKept) {
    value_ += part.substr(0, kValueKept - value_.size());
  }
  if (has_non_ascii(part)) facts_.non_ascii = true;
  out += part;
  facts_.bytes += part.size();
  bytes.remove_prefix(part.size());
  if (whole) state_ = State::line_start;
}

HeaderReader::Status HeaderReader::feed(std::string_view& bytes, std::string& out) {
  while (!bytes.empty() && state_ != State::ended) {
    if (state_ == State::line_start)
      read_line_start(bytes);
    else if (state_ == State::name)
      read_name(bytes, out);
    else
      read_value(bytes, out);
  }
  return ended() ? Status::end : Status::more;
}

void HeaderReader::finish(std::string& out) {
  if (ended()) return;
  stop(!held_.empty());
  if (facts_.malformed) return;
  out += held_;
  held_.clear();
}

}  // namespace postern::message
