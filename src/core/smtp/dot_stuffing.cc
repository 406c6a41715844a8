#include "core/smtp/dot_stuffing.h"

#include <algorithm>

#include "core/smtp/line_scan.h"

namespace postern::smtp {
namespace {

constexpr std::size_t kBlock = 1024;  // what is looked through at once

}  // namespace

void DotStuffer::add(std::string_view bytes, std::string& out) {
  out.reserve(out.size() + bytes.size() + 64);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kBlock, bytes.size()))) {
    add_block(bytes.substr(0, kBlock), out);
  }
}

void DotStuffer::add_block(std::string_view bytes, std::string& out) {
  const bool dot_first = last_ == '\n' && bytes.front() == '.';
  if (dot_first || has_dot_line(bytes)) {
    add_lines(bytes, out);
  } else {
    out += bytes;
  }
  before_last_ = bytes.size() > 1 ? bytes[bytes.size() - 2] : last_;
  last_ = bytes.back();
}

void DotStuffer::add_lines(std::string_view bytes, std::string& out) const {
  std::size_t copied = 0;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const bool line_start = at == 0 ? last_ == '\n' : bytes[at - 1] == '\n';
    if (line_start && bytes[at] == '.') {
      out += bytes.substr(copied, at - copied);
      out += '.';
      copied = at;
    }
    const std::size_t feed = bytes.find('\n', at);
    if (feed == std::string_view::npos) break;
    at = feed + 1;
  }
  out += bytes.substr(copied);
}

void DotStuffer::finish(std::string& out) {
  const bool closed = before_last_ == '\r' && last_ == '\n';
  out += closed ? ".\r\n" : "\r\n.\r\n";
}

}  // namespace postern::smtp
