// A stream that a client cannot hold open by crawling, and whose idle waits end when the service
// stops. The dialogue's own timeout is for one read; a client that sends a byte now and then would
// never meet it. So a read also ends when the dialogue has made no progress (a whole line, or a few
// KiB of content) for as long as one read may take. A message's turn (turn.h) lapses here, too,
// when its content does not come.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "io/net/shard.h"
#include "io/net/stream.h"
#include "service/receipt/turn.h"

namespace postern::receipt {

// What a session knows of its pace. It outlives the stream.
class Pace {
 public:
  virtual ~Pace() = default;
  [[nodiscard]] virtual std::uint64_t progress() const = 0;
  [[nodiscard]] virtual bool idle() const = 0;  // between messages
};

class PacedStream final : public net::Stream {
 public:
  PacedStream(net::Shard& shard, std::unique_ptr<net::Stream> inner, const Pace& pace,
              std::chrono::milliseconds patience, base::Cancellation& stopping, Turn& turn)
      : shard_(shard),
        inner_(std::move(inner)),
        pace_(pace),
        patience_(patience),
        stopping_(stopping),
        turn_(turn) {}

  [[nodiscard]] net::Task<base::Result<std::size_t>> read_some(std::span<char> into,
                                                               base::Deadline deadline) override {
    const std::uint64_t progress = pace_.progress();
    if (progress != progress_ || !started_) {
      progress_ = progress;
      started_ = true;
      stalls_at_ = shard_.now() + patience_;
    }
    deadline = deadline.no_later_than(stalls_at_);
    if (pace_.idle()) deadline.cancellation = &stopping_;
    return said_at_ || turn_.held() ? read_watched(into, deadline)
                                    : inner_->read_some(into, deadline);
  }
  [[nodiscard]] net::Task<base::Result<>> write(std::string_view bytes,
                                                base::Deadline deadline) override {
    said_at_ = shard_.now();
    return inner_->write(bytes, deadline);
  }
  void more_follows() override { inner_->more_follows(); }
  void finish() override { inner_->finish(); }
  void close() override { inner_->close(); }
  [[nodiscard]] base::Endpoint peer() const override { return inner_->peer(); }
  [[nodiscard]] base::Endpoint local() const override { return inner_->local(); }

  // For a handshake, which takes the socket over.
  [[nodiscard]] std::unique_ptr<net::Stream> release() { return std::move(inner_); }

 private:
  [[nodiscard]] net::Task<base::Result<std::size_t>> read_watched(std::span<char> into,
                                                                  base::Deadline deadline) {
    const bool held = turn_.held();
    const base::Deadline lapse = held ? deadline.no_later_than(turn_.lapses_at()) : deadline;
    auto count = co_await inner_->read_some(into, lapse);
    if (held && !count && count.error().code == "timeout") {
      turn_.lapse();
      count = co_await inner_->read_some(into, deadline);
    }
    if (said_at_) turn_.answered_after(shard_.now() - *std::exchange(said_at_, std::nullopt));
    if (count) turn_.received(*count);
    co_return count;
  }

  net::Shard& shard_;
  std::unique_ptr<net::Stream> inner_;
  const Pace& pace_;
  std::chrono::milliseconds patience_;
  base::Cancellation& stopping_;
  Turn& turn_;
  std::optional<base::Steady> said_at_;  // our last words, until something comes back
  std::uint64_t progress_ = 0;
  bool started_ = false;
  base::Steady stalls_at_;
};

}  // namespace postern::receipt
