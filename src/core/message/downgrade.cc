// Lines are the unit: a header is held until its end, as the field that names the encoding may come
// anywhere in it; a body line is held until it is known not to be a boundary.
#include "core/message/downgrade.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"

namespace postern::message {
namespace {

constexpr std::size_t kHeldLine = 1000;            // a boundary line is far shorter
constexpr std::size_t kHeaderLimit = 1024 * 1024;  // of one part
constexpr std::size_t kDepthLimit = 32;

bool has_eight_bit(std::string_view text) { return !base::is_ascii(text); }

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// "Multipart/Mixed; boundary=x" -> "multipart/mixed".
std::string media_type(std::string_view value) {
  return base::lower(base::trim(value.substr(0, value.find(';'))));
}

// In lower case, and masked what stands in quotation marks: no parameter begins there.
std::string searchable(std::string_view value) {
  std::string text = base::lower(value);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = quoted && text[i] == '\\';
    if (text[i] == '"') quoted = !quoted;
    if (quoted) text[i] = '"';
    if (escape && i + 1 < text.size()) text[++i] = '"';
  }
  return text;
}

// The boundary parameter of a Content-Type, quoted or not; "" without one.
std::string boundary_of(std::string_view value) {
  const std::string folded = searchable(value);
  std::size_t at = 0;
  while ((at = folded.find("boundary", at)) != std::string::npos) {
    std::size_t next = at + 8;
    const bool parameter = at > 0 && (folded[at - 1] == ';' || folded[at - 1] == ' ' ||
                                      folded[at - 1] == '\t' || folded[at - 1] == '\n');
    while (next < folded.size() && (folded[next] == ' ' || folded[next] == '\t')) ++next;
    if (!parameter || next >= folded.size() || folded[next] != '=') {
      at = next;
      continue;
    }
    std::string_view rest = base::trim(value.substr(next + 1));
    if (!rest.starts_with('"')) return std::string(base::trim(rest.substr(0, rest.find(';'))));
    std::string out;
    for (std::size_t i = 1; i < rest.size() && rest[i] != '"'; ++i) {
      if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
      out += rest[i];
    }
    return out;
  }
  return {};
}

}  // namespace

void Downgrade::add(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const std::size_t feed = bytes.find('\n');
    const std::string_view part = bytes.substr(0, feed == std::string_view::npos ? feed : feed + 1);
    bytes.remove_prefix(part.size());
    if (mid_line_) {
      on_body_text(part, out);
      mid_line_ = feed == std::string_view::npos;
      continue;
    }
    line_ += part;
    if (feed != std::string_view::npos) {
      on_line(std::exchange(line_, {}), out);
    } else if (state_ == State::body && line_.size() > kHeldLine) {
      on_body_text(std::exchange(line_, {}), out);
      mid_line_ = true;
    }
  }
}

void Downgrade::finish(std::string& out) {
  // A field that is cut off must not run into those that are written behind it.
  if (state_ == State::header && !line_.empty()) line_ += "\r\n";
  if (!line_.empty()) on_line(std::exchange(line_, {}), out);
  if (state_ == State::header) end_header("", out);
  end_part(out);
}

void Downgrade::on_line(std::string_view line, std::string& out) {
  if (state_ == State::header) return on_header_line(line, out);
  if (at_boundary(line, out)) return;
  on_body_text(line, out);
}

void Downgrade::on_header_line(std::string_view line, std::string& out) {
  const std::string_view text = without_line_end(line);
  if (text.empty()) return end_header(line, out);
  if (!top_ && at_boundary(line, out)) return;  // a part that has a header only
  header_bytes_ += line.size();
  if (header_bytes_ > kHeaderLimit) {
    seal("its header is too large to be understood");
    return end_header("", out);
  }
  if (has_eight_bit(line)) traits_.eight_bit = traits_.utf8_headers = true;
  const bool continuation = text[0] == ' ' || text[0] == '\t';
  if (continuation && !fields_.empty()) {
    fields_.back().text += line;
    return;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    // Not a header at all: the body begins here, as far as anybody can tell.
    end_header("", out);
    return on_body_text(line, out);
  }
  fields_.push_back({base::lower(base::trim(text.substr(0, colon))), std::string(line)});
}

bool Downgrade::has_field(std::string_view name) const {
  return std::ranges::find(fields_, name, &Field::name) != fields_.end();
}

std::string Downgrade::value_of(std::string_view name) const {
  const auto found = std::ranges::find(fields_, name, &Field::name);
  if (found == fields_.end()) return {};
  return std::string(base::trim(std::string_view(found->text).substr(found->text.find(':') + 1)));
}

// The header is complete: what kind of part is it, and how is it to be written?
void Downgrade::end_header(std::string_view blank, std::string& out) {
  const std::string content_type = value_of("content-type");
  const std::string type = content_type.empty() ? "text/plain" : media_type(content_type);
  const std::string encoding = base::lower(value_of("content-transfer-encoding"));
  if (top_ && has_field("dkim-signature")) {
    seal("it is signed (DKIM)");
  }
  if (type == "multipart/signed") seal("a part of it is signed (multipart/signed)");
  const bool open = encoding.empty() || encoding == "7bit" || encoding == "8bit";
  if (open && (type == "application/pkcs7-mime" || type == "application/x-pkcs7-mime")) {
    seal("it is signed or encrypted (S/MIME)");
  }
  const std::string boundary = type.starts_with("multipart/") ? boundary_of(content_type) : "";
  const bool nested = type == "message/rfc822" || type == "message/global";
  const bool composite = !boundary.empty() || nested;
  if (composite && open) {
    write_header(encoding == "8bit" ? "7bit" : "", out);
    writing_ = Writing::masked;  // preamble and epilogue, for nobody
  } else if (open && type != "message/delivery-status") {
    write_header("quoted-printable", out);
    writing_ = Writing::quoted;
  } else {
    write_header("", out);
    writing_ = Writing::as_it_is;
  }
  out += blank.empty() ? "\r\n" : blank;
  if (boundaries_.size() >= kDepthLimit) {
    seal("its parts are nested too deeply");
  } else if (!boundary.empty()) {
    boundaries_.push_back(boundary);
  }
  state_ = nested && open ? State::header : State::body;
  top_ = false;
  fields_.clear();
  header_bytes_ = 0;
}

// The fields as they came, but for the encoding; "" leaves that too.
void Downgrade::write_header(std::string_view encoding, std::string& out) {
  for (const Field& field : fields_) {
    if (!encoding.empty() && field.name == "content-transfer-encoding") continue;
    out += field.text;
  }
  if (encoding.empty()) return;
  if (top_ && !has_field("mime-version")) {
    out += "MIME-Version: 1.0\r\n";
    // RFC 1428 3: text of a character set that nobody named.
    if (!has_field("content-type")) out += "Content-Type: text/plain; charset=unknown-8bit\r\n";
  }
  out += "Content-Transfer-Encoding: ";
  out += encoding;
  out += "\r\n";
}

void Downgrade::on_body_text(std::string_view text, std::string& out) {
  const bool eight_bit = has_eight_bit(text);
  traits_.eight_bit = traits_.eight_bit || eight_bit;
  if (writing_ == Writing::quoted) return encoder_.add(text, out);
  if (writing_ == Writing::as_it_is && eight_bit) {
    seal("a part of it holds 8-bit bytes under another encoding than it says");
  }
  const std::size_t from = out.size();
  out += text;
  if (writing_ != Writing::masked || !eight_bit) return;
  for (std::size_t i = from; i < out.size(); ++i) {
    if (static_cast<unsigned char>(out[i]) >= 0x80) out[i] = '?';
  }
}

void Downgrade::end_part(std::string& out) {
  encoder_.finish(out);
  encoder_ = {};
}

// A boundary of any open multipart ends all parts inside that one (RFC 2046 5.1.2).
bool Downgrade::at_boundary(std::string_view line, std::string& out) {
  if (!line.starts_with("--") || boundaries_.empty()) return false;
  std::string_view text = without_line_end(line).substr(2);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  for (std::size_t i = boundaries_.size(); i-- > 0;) {
    const std::string& boundary = boundaries_[i];
    if (!text.starts_with(boundary)) continue;
    const std::string_view tail = text.substr(boundary.size());
    if (!tail.empty() && tail != "--") continue;
    end_part(out);
    if (state_ == State::header) {
      write_header("", out);
      fields_.clear();
      header_bytes_ = 0;
    }
    boundaries_.resize(tail.empty() ? i + 1 : i);
    state_ = tail.empty() ? State::header : State::body;
    writing_ = Writing::masked;
    out += line;
    return true;
  }
  return false;
}

void Downgrade::seal(std::string_view why) {
  if (!traits_.sealed) traits_.sealed = std::string(why);
}

}  // namespace postern::message
