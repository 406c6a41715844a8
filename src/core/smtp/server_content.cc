#include "core/smtp/server_content.h"

namespace postern::smtp {
namespace {

// RFC 3463 3.7: X.6.0 is the media error without a number of its own.
Reply unfit_reply(Unfit unfit) {
  const char* text = "";
  switch (unfit) {
    case Unfit::none:
      break;
    case Unfit::nul:
      text = "The message holds a NUL byte, which mail cannot carry.";
      break;
    case Unfit::bare_cr:
      text = "The message holds a CR without LF; lines end with CR LF (RFC 5321 2.3.8).";
      break;
    case Unfit::bare_lf:
      text = "The message holds an LF without CR; lines end with CR LF (RFC 5321 2.3.8).";
      break;
    case Unfit::ambiguous_dot:
      text =
          "A lone dot stands beside an LF without CR: is it the end? Use CR LF (RFC 5321 2.3.8).";
      break;
    case Unfit::line_too_long:
      text = "A line of the message is too long.";
      break;
  }
  return Reply{554, "5.6.0", {text}};
}

}  // namespace

ServerContent::ServerContent(const ServerSettings& settings, DataReader::Source source,
                             Completion* completion)
    : limits_(settings.limits),
      completion_(completion),
      reader_(source, settings.line_ends, settings.limits.text_line) {}

void ServerContent::end_header() {
  header_over_ = true;
  if (completion_ != nullptr) {
    text_ += completion_->missing_fields(header_.facts());
    // A body that follows without an empty line would swallow what was added.
    if (header_.facts().malformed) text_ += "\r\n";
  }
  text_ += header_.rest();
}

void ServerContent::pass(std::string_view text) {
  if (!header_over_) {
    if (header_.feed(text, text_) == message::HeaderReader::Status::more) return;
    end_header();
  }
  text_ += text;
}

ServerContent::Status ServerContent::feed(std::string_view& bytes) {
  // Past the header the reader writes to the text itself: no copy in between.
  if (header_over_) {
    const std::size_t before = text_.size();
    const Status status = reader_.feed(bytes, text_);
    size_ += text_.size() - before;
    if (refusal()) text_.clear();
    return status;
  }
  read_.clear();
  const Status status = reader_.feed(bytes, read_);
  size_ += read_.size();
  pass(read_);  // refused or not: the reason must not depend on how the bytes were cut
  if (refusal()) text_.clear();
  return status;
}

void ServerContent::finish() {
  read_.clear();
  reader_.finish_chunks(read_);
  pass(read_);
  if (!header_over_) {
    header_.finish(text_);
    end_header();
  }
  if (refusal()) text_.clear();
}

std::optional<Reply> ServerContent::refusal() const {
  if (reader_.unfit() != Unfit::none) return unfit_reply(reader_.unfit());
  if (size_ > limits_.message || reader_.consumed() > limits_.message * 2) {
    return Reply{552, "5.3.4", {"The message is larger than this server takes."}};
  }
  if (header_.facts().bytes > limits_.header) {
    return Reply{552, "5.3.4", {"The header of the message is larger than this server takes."}};
  }
  if (header_.facts().received > limits_.hops) {
    return Reply{554, "5.4.6", {"Too many hops: the message is in a loop."}};
  }
  return std::nullopt;
}

bool ServerContent::endless() const {
  return reader_.consumed() > 2 * limits_.message && refusal().has_value();
}

}  // namespace postern::smtp
