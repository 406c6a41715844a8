#include "core/smtp/data_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/smtp/line_scan.h"

namespace postern::smtp {
namespace {

constexpr std::size_t kBlock = 1024;  // what is looked through at once

bool has_eight_bit(std::string_view text) {  // without a branch a byte, so that it is vectorised
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all >= 0x80;
}

}  // namespace

Unfit DataReader::unfit() const {
  return fit() ? Unfit::none : static_cast<Unfit>(std::countr_zero(faults_));
}

void DataReader::put(std::string_view text, std::string& out) {
  if (text.empty()) return;
  line_length_ += text.size();
  if (line_length_ > line_limit_) mark(Unfit::line_too_long);
  if (std::memchr(text.data(), '\0', text.size()) != nullptr) mark(Unfit::nul);
  if (!eight_bit_ && has_eight_bit(text)) eight_bit_ = true;
  if (fit()) out.append(text);
}

// An LF without CR. Strictly it is a byte like others, in a message that is refused.
void DataReader::lone_lf(std::string& out) {
  if (line_ends_ == LineEnds::strict) {
    mark(Unfit::bare_lf);
    state_ = State::text;
    return;
  }
  if (only_a_dot_) mark(Unfit::ambiguous_dot);
  if (fit()) out.append("\r\n");
  state_ = State::line_start;
  line_length_ = 0;
  only_a_dot_ = false;
  line_began_after_lf_ = true;
}

// A dot began the line and was dropped; what follows tells stuffing from the end.
void DataReader::read_after_dot(std::string_view& bytes) {
  if (bytes.front() == '\r') {
    bytes.remove_prefix(1);
    state_ = State::dot_cr;
    return;
  }
  if (bytes.front() != '\n') only_a_dot_ = false;
  state_ = State::text;
}

void DataReader::read_text(std::string_view& bytes, std::string& out) {
  const std::size_t lf = bytes.find('\n');
  std::string_view line = bytes.substr(0, lf);
  const bool cr = line.ends_with('\r');
  if (cr) line.remove_suffix(1);
  if (line.find('\r') != std::string_view::npos) mark(Unfit::bare_cr);
  if (lf == std::string_view::npos) {
    put(line, out);
    bytes = {};
    if (cr) state_ = State::text_cr;
    return;
  }
  put(line, out);
  bytes.remove_prefix(lf + 1);
  if (!cr) return lone_lf(out);
  if (fit()) out.append("\r\n");
  state_ = State::line_start;
  line_length_ = 0;
  only_a_dot_ = false;
  line_began_after_lf_ = false;
}

// Whether no line of the block, with what stood of its first one before, is too long.
bool DataReader::lines_fit(std::string_view block) const {
  std::size_t room = line_length_ < line_limit_ ? line_limit_ - line_length_ : 0;
  while (block.size() > room + 2) {
    const std::size_t feed = block.rfind('\n', room + 1);
    if (feed == std::string_view::npos) return false;
    block.remove_prefix(feed + 1);
    room = line_limit_;
  }
  return true;
}

// Passes a block of whole lines on that need no look at each. Every line would end as it does here
// if they were read one by one.
bool DataReader::read_ordinary_lines(std::string_view& bytes, std::string& out) {
  if ((state_ != State::text && state_ != State::line_start) || !fit()) return false;
  const std::string_view lines = bytes.substr(0, bytes.substr(0, kBlock).rfind('\n') + 1);
  if (lines.empty()) return false;
  const LineScan found = scan_lines(lines);
  const bool dots = found.dot_line || (state_ == State::line_start && lines.front() == '.');
  if (found.odd || (dots && source_ == Source::dotted) || !lines_fit(lines)) return false;
  eight_bit_ |= found.eight_bit;
  out.append(lines);
  bytes.remove_prefix(lines.size());
  state_ = State::line_start;
  line_length_ = 0;
  only_a_dot_ = false;
  line_began_after_lf_ = false;
  return true;
}

DataReader::Status DataReader::feed(std::string_view& bytes, std::string& out) {
  const std::size_t before = bytes.size();
  const char* one_by_one_to = bytes.data();
  while (!bytes.empty()) {
    if (bytes.data() >= one_by_one_to) {
      if (read_ordinary_lines(bytes, out)) continue;
      one_by_one_to = bytes.data() + std::min(bytes.size(), kBlock);
    }
    switch (state_) {
      case State::line_start:
        state_ = State::text;
        if (source_ == Source::dotted && bytes.front() == '.') {
          bytes.remove_prefix(1);
          only_a_dot_ = true;
          state_ = State::dot;
        }
        break;
      case State::dot:
        read_after_dot(bytes);
        break;
      case State::dot_cr:
        if (bytes.front() != '\n') {
          mark(Unfit::bare_cr);
          only_a_dot_ = false;
          state_ = State::text;
          break;
        }
        if (line_began_after_lf_) {
          mark(Unfit::ambiguous_dot);
          state_ = State::text_cr;
          break;
        }
        bytes.remove_prefix(1);
        state_ = State::line_start;
        consumed_ += before - bytes.size();
        return Status::end;
      case State::text:
        read_text(bytes, out);
        break;
      case State::text_cr:
        if (bytes.front() != '\n') {
          mark(Unfit::bare_cr);
          state_ = State::text;
          break;
        }
        bytes.remove_prefix(1);
        if (fit()) out.append("\r\n");
        state_ = State::line_start;
        line_length_ = 0;
        only_a_dot_ = false;
        line_began_after_lf_ = false;
        break;
    }
  }
  consumed_ += before;
  return Status::more;
}

void DataReader::finish_chunks(std::string& out) {
  if (state_ == State::text_cr) mark(Unfit::bare_cr);
  if (state_ != State::line_start && fit()) out.append("\r\n");
  state_ = State::line_start;
}

}  // namespace postern::smtp
