// A message's turn to be taken in. Between the end of its data and our reply, a client that loses
// the connection does not know whether the message was taken, and will send it again; so that time
// is to be short (RFC 5321 6.1, RFC 1047). When more clients have a message than the machine can
// store at once, somebody has to wait, and who waits before his 354 risks nothing. So a shard asks
// for the content of a few messages at a time, first come, first served, and holds as many in
// memory, not as many as there are clients: more of them where the disk takes longer.
//
// A turn is for a client that uses it. Whose last answer took long, because he is far away or slow,
// waits in line with the others and then holds nobody up: his content comes when it comes. Without
// content, or with content that comes more slowly than the machine could take it, a turn lapses
// within a tenth of a second and somebody else begins; the message is taken in all the same. And
// nobody waits for his turn longer than half a second.
//
//   take() -> held, lapses_at() --received()--> later --content ends, no more reads--> held
//   held --end()--> over;  held --lapses_at() passes while reading--> lapse()
//   take() after a slow answer -> not held
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "io/net/event.h"
#include "io/net/shard.h"

namespace postern::receipt {

class Turn {
 public:
  // Messages at a time on a shard whose disk needs no time, and as many more for each 1.5 ms that
  // it needs for a sync: who waits for the disk keeps nobody from a processor. Measured on two
  // shards with 50 clients that never pause, 4 KB over TLS, with a sync of 0.3 ms: 3, 5, 6, 9 and
  // 16 store 2,400, 3,600, 4,000, 5,100 and 5,500 messages a second, and the 99th of a hundred
  // replies to the end of data comes after 6, 8, 9, 11 and 17 ms. With each sync 5 ms longer six
  // store 1,687 messages a second; a fixed eight, 708.
  static constexpr std::size_t kAtATime = 8;
  static constexpr std::chrono::microseconds kAsManyMore{1500};
  static constexpr std::size_t kMost = 64;  // what a shard holds in memory has an end
  // What a busy client in the next room needs to answer a 354, and the pace that it sends at.
  static constexpr std::chrono::milliseconds kForFirst{20};
  static constexpr std::int64_t kBytesAMillisecond = 4 << 10;
  // How long content that came faster may pause. With 20 ms, p99 of 50 clients that send 1 MB each
  // was 218 ms instead of 127: a busy machine pauses, too.
  static constexpr std::chrono::milliseconds kPause{100};
  // Until when an answer is that of such a client, though a busy one.
  static constexpr std::chrono::milliseconds kStillQuick{40};
  static constexpr std::chrono::milliseconds kLongestWait{500};

  [[nodiscard]] static std::size_t at_a_time(std::size_t usual, std::chrono::nanoseconds sync) {
    const double times = std::chrono::duration<double>(sync) / kAsManyMore;
    const double wanted = static_cast<double>(usual) * (1 + times);
    return static_cast<std::size_t>(std::min(wanted, static_cast<double>(std::max(usual, kMost))));
  }

  Turn(net::Shard& shard, net::Semaphore& turns) : shard_(shard), turns_(turns) {}

  // The client took so long for its answer to our last words.
  void answered_after(base::Steady::duration time) {
    is_quick_ = time <= (is_quick_ ? kStillQuick : kForFirst);
  }

  // Waits for it; where it does not come in time, the message goes on without. Failure:
  // "cancelled".
  [[nodiscard]] net::Task<base::Result<>> take(base::Deadline deadline) {
    end();
    const base::Deadline in_time = deadline.no_later_than(shard_.now() + kLongestWait);
    auto permit = co_await turns_.acquire(in_time);
    if (!permit && permit.error().code != "timeout") co_return std::unexpected(permit.error());
    if (permit && is_quick_) permit_.emplace(std::move(*permit));
    began_ = heard_ = shard_.now();
    bytes_ = 0;
    co_return base::Result<>();
  }

  [[nodiscard]] bool held() const { return permit_.has_value(); }
  void received(std::size_t bytes) {
    bytes_ += static_cast<std::int64_t>(bytes);
    heard_ = shard_.now();
  }
  // Only while it is held. Content that came fast does not buy silence later on.
  [[nodiscard]] base::Steady lapses_at() const {
    const std::chrono::milliseconds paid(bytes_ / kBytesAMillisecond);
    return std::min(began_ + kForFirst + paid, heard_ + kPause);
  }
  void end() { permit_.reset(); }
  // It was not used.
  void lapse() {
    end();
    is_quick_ = false;
  }

 private:
  net::Shard& shard_;
  net::Semaphore& turns_;
  std::optional<net::Semaphore::Permit> permit_;
  bool is_quick_ = true;
  base::Steady began_;
  base::Steady heard_;  // when content came last
  std::int64_t bytes_ = 0;
};

}  // namespace postern::receipt
