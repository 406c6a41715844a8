// What was said on a connection, for the probe and the route test to show: bounded, escaped, and
// without secrets (the caller gives what may be shown).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::smtp {

class Transcript {
 public:
  enum class Speaker { client, server, note };
  struct Line {
    Speaker speaker = Speaker::note;
    std::string text;
    bool operator==(const Line&) const = default;
  };
  enum class Keep { nothing, all };

  explicit Transcript(Keep keep) : keep_(keep) {}
  void add(Speaker speaker, std::string_view text);
  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  // "C: EHLO gateway.example", one a line; "S:" for the server, "--" for a note.
  [[nodiscard]] std::string text() const;

 private:
  Keep keep_;
  std::vector<Line> lines_;
};

}  // namespace postern::smtp
