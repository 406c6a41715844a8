// A Stream for tests that answers from a script and can lose the connection at any step. It never
// waits, so a dialogue over it runs to its end in one go.
//
//   Transcript transcript;
//   auto stream = std::make_unique<ScriptedStream>(
//       Script{says("220 mx ESMTP\r\n"), hears("EHLO gw\r\n"), says("250 mx\r\n"), closes()},
//       transcript);
//   ... run the dialogue ...
//   EXPECT_EQ(transcript.problem, "");
//
// A write is taken whenever it comes, also ahead of the script (pipelining); when the script comes
// to a `hears`, what was written must begin with those bytes. A read while the script waits to hear
// something that was not written times out at once, and is a problem. To replay a script with the
// connection lost at each of its steps, give `lose_at` from 0 to its size - 1: from that step on,
// everything fails.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "io/net/stream.h"

namespace postern::net::testing {

enum class Act { says, hears, hears_line, stays_silent, closes, resets };

struct ScriptStep {
  Act act = Act::closes;
  std::string bytes;
};
using Script = std::vector<ScriptStep>;

// The peer sends these bytes.
inline ScriptStep says(std::string bytes) { return {Act::says, std::move(bytes)}; }
// The peer waits for exactly these bytes.
inline ScriptStep hears(std::string bytes) { return {Act::hears, std::move(bytes)}; }
// The peer waits for a line, up to its CRLF, that begins with this.
inline ScriptStep hears_line(std::string start) { return {Act::hears_line, std::move(start)}; }
// The peer says nothing until a read times out.
inline ScriptStep stays_silent() { return {Act::stays_silent, {}}; }
// The peer closes in order. So does a script at its end.
inline ScriptStep closes() { return {Act::closes, {}}; }
// The connection breaks.
inline ScriptStep resets() { return {Act::resets, {}}; }

// What happened; outlives the stream, which the code under test may destroy.
struct Transcript {
  std::string written;   // everything
  std::string problem;   // the first way in which the script was not followed; empty is good
  std::size_t step = 0;  // the step that the script stood at
  bool finished = false;
  bool closed = false;
};

class ScriptedStream final : public Stream {
 public:
  static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

  // `chunk`: the most bytes a read returns; 1 shows whether the reader minds where reads end.
  ScriptedStream(Script script, Transcript& transcript, std::size_t lose_at = kNever,
                 std::size_t chunk = kNever)
      : script_(std::move(script)), transcript_(transcript), lose_at_(lose_at), chunk_(chunk) {}

  Task<base::Result<std::size_t>> read_some(std::span<char> into, base::Deadline) override {
    co_return read_now(into);
  }

  Task<base::Result<>> write(std::string_view bytes, base::Deadline) override {
    hear();
    if (transcript_.closed) co_return closed_here();
    if (lost() || at(Act::resets)) co_return lost_connection();
    transcript_.written += bytes;
    unheard_ += bytes;
    hear();
    co_return base::Result<>();
  }

  void finish() override { transcript_.finished = true; }
  void close() override { transcript_.closed = true; }
  base::Endpoint peer() const override { return peer_; }
  base::Endpoint local() const override { return local_; }

 private:
  [[nodiscard]] bool lost() const { return transcript_.step >= lose_at_; }
  [[nodiscard]] bool at_end() const { return transcript_.step == script_.size(); }
  [[nodiscard]] const ScriptStep& step() const { return script_[transcript_.step]; }
  [[nodiscard]] bool at(Act act) const { return !at_end() && step().act == act; }

  static std::unexpected<base::Failure> lost_connection() {
    return base::fail("connection-lost", "The script lost the connection.");
  }
  static std::unexpected<base::Failure> closed_here() {
    return base::fail("cancelled", "The stream was closed on this side.");
  }

  void blame(std::string problem) {
    if (transcript_.problem.empty()) transcript_.problem = std::move(problem);
  }

  base::Result<std::size_t> read_now(std::span<char> into) {
    hear();
    while (at(Act::says) && said_ == step().bytes.size()) pass();
    hear();
    if (transcript_.closed) return closed_here();
    if (lost() || at(Act::resets)) return lost_connection();
    if (at(Act::says)) {
      const std::size_t count = std::min({into.size(), chunk_, step().bytes.size() - said_});
      step().bytes.copy(into.data(), count, said_);
      said_ += count;
      if (said_ == step().bytes.size()) pass();
      return count;
    }
    if (at_end() || at(Act::closes)) {
      if (!unheard_.empty()) blame("wrote, unasked: " + unheard_);
      return 0;
    }
    if (at(Act::stays_silent)) {
      pass();
    } else {
      blame("read while the script waits to hear: " + step().bytes);
    }
    return base::fail("timeout", "The script stays silent.");
  }

  // Takes from what was written as long as the script waits to hear it.
  void hear() {
    while (!lost() && !at_end()) {
      std::size_t length = 0;
      if (step().act == Act::hears) {
        length = step().bytes.size();
        if (unheard_.size() < length) return;
      } else if (step().act == Act::hears_line) {
        const std::size_t end = unheard_.find("\r\n");
        if (end == std::string::npos) return;
        length = end + 2;
      } else {
        return;
      }
      if (!unheard_.starts_with(step().bytes)) {
        blame("the script waits to hear: " + step().bytes + "; it heard: " + unheard_);
      }
      unheard_.erase(0, length);
      pass();
    }
  }

  void pass() {
    ++transcript_.step;
    said_ = 0;
  }

  Script script_;
  Transcript& transcript_;
  std::size_t lose_at_;
  std::size_t chunk_;
  std::size_t said_ = 0;  // of the current step
  std::string unheard_;
  base::Endpoint peer_{base::IpAddress::v4(0xC0000201), 25};
  base::Endpoint local_{base::IpAddress::v4(0xC0000202), 40000};
};

}  // namespace postern::net::testing
