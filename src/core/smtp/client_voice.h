// The client's mouth: what goes to the peer, and what of it may be shown.
#pragma once

#include <string>
#include <string_view>

#include "core/smtp/client_transcript.h"

namespace postern::smtp {

class ClientVoice {
 public:
  explicit ClientVoice(Transcript::Keep keep) : transcript_(keep) {}

  // One command line, without CRLF.
  void say(std::string_view line) { say(line, line); }
  // A line that holds a secret, and what the transcript shows in its place.
  void say(std::string_view line, std::string_view shown) {
    output_ += line;
    output_ += "\r\n";
    transcript_.add(Transcript::Speaker::client, shown);
  }
  // Bytes of a message: never in the transcript.
  [[nodiscard]] std::string& raw() { return output_; }

  [[nodiscard]] Transcript& transcript() { return transcript_; }
  [[nodiscard]] const Transcript& transcript() const { return transcript_; }

 private:
  std::string output_;
  Transcript transcript_;
};

}  // namespace postern::smtp
