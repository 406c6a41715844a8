// One SMTP connection of the load generator or the sink: lines in, text out, TLS when asked.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/deadline.h"
#include "io/net/shard.h"
#include "io/net/stream.h"
#include "io/net/task.h"

namespace postern::bench {

// Of the clock that load and sink share, as both run on one machine.
inline std::int64_t microseconds_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

inline double percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

class StampedSocket;

struct Conversation {
  net::Shard& shard;
  std::unique_ptr<net::Stream> stream;
  std::string input;                      // read and not used
  std::string output;                     // to be written before the next wait
  const StampedSocket* stamps = nullptr;  // beneath the stream, if a Client has opened it

  [[nodiscard]] base::Deadline soon() const {
    return {.at = shard.now() + std::chrono::minutes(5)};
  }

  net::Task<bool> flush() {
    if (output.empty()) co_return true;
    std::string bytes = std::exchange(output, {});
    base::Deadline deadline = soon();
    auto written = co_await stream->write(bytes, deadline);
    co_return written.has_value();
  }

  // Reads more; false at the end of the connection.
  net::Task<bool> fill() {
    std::array<char, 65536> buffer;  // NOLINT: overwritten by the read
    std::span<char> into(buffer);
    base::Deadline deadline = soon();
    auto count = co_await stream->read_some(into, deadline);
    if (!count || *count == 0) co_return false;
    input.append(buffer.data(), *count);
    co_return true;
  }

  // The next line without CRLF; false at the end.
  net::Task<bool> line(std::string& out) {
    std::size_t end = input.find("\r\n");
    while (end == std::string::npos) {
      bool flushed = co_await flush();
      bool more = flushed;
      if (flushed) more = co_await fill();
      if (!more) co_return false;
      end = input.find("\r\n");
    }
    out.assign(input, 0, end);
    input.erase(0, end + 2);
    co_return true;
  }

  // The next reply's code, its last line in `text`; 0 at the end.
  net::Task<int> reply(std::string& text) {
    for (;;) {
      bool got = co_await line(text);
      if (!got || text.size() < 3) co_return 0;
      if (text.size() == 3 || text[3] == ' ') co_return std::stoi(text.substr(0, 3));
    }
  }
};

}  // namespace postern::bench
