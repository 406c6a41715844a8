#include "core/smtp/client_transcript.h"

#include "core/base/text.h"

namespace postern::smtp {
namespace {

constexpr std::size_t kLinesLimit = 200;
constexpr std::size_t kTextLimit = 512;

std::string_view mark(Transcript::Speaker speaker) {
  switch (speaker) {
    case Transcript::Speaker::client:
      return "C: ";
    case Transcript::Speaker::server:
      return "S: ";
    case Transcript::Speaker::note:
      return "-- ";
  }
  return "";
}

}  // namespace

void Transcript::add(Speaker speaker, std::string_view text) {
  if (keep_ == Keep::nothing || lines_.size() > kLinesLimit) return;
  if (lines_.size() == kLinesLimit) {
    lines_.push_back({Speaker::note, "what follows is left out"});
    return;
  }
  lines_.push_back({speaker, base::printable(text, kTextLimit)});
}

std::string Transcript::text() const {
  std::string out;
  for (const Line& line : lines_) {
    out += mark(line.speaker);
    out += line.text;
    out += '\n';
  }
  return out;
}

}  // namespace postern::smtp
