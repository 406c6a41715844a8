// The body of a message on its way out: small ones in memory, others read as they go.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/deadline.h"
#include "core/message/downgrade.h"
#include "core/smtp/step.h"
#include "io/net/stream.h"
#include "io/net/task.h"
#include "io/spool/spool.h"

namespace postern::delivery {

class MessageBody {
 public:
  // Bodies up to this size are held in memory.
  static constexpr std::int64_t kHeld = 64 * 1024;

  explicit MessageBody(std::shared_ptr<const std::string> held);
  // Takes a small one into memory. Failure "body-unreadable".
  [[nodiscard]] static base::Result<MessageBody> from(std::unique_ptr<spool::BodyReader> reader);

  [[nodiscard]] std::int64_t size() const { return size_; }
  // The whole, if it is held.
  [[nodiscard]] std::optional<std::string_view> held() const;
  // The beginning, at most `limit` bytes: for a bounce.
  [[nodiscard]] base::Result<std::string> beginning(std::size_t limit);

  // Does it hold 8-bit text, and could that be converted? Reads all of it.
  [[nodiscard]] base::Result<message::BodyTraits> inspect();

  // Writes it to a peer, a block at a time.
  struct Way {
    smtp::SendBody step;
    base::Cancellation* cancellation = nullptr;
    std::chrono::milliseconds block_timeout{};
  };
  [[nodiscard]] net::Task<base::Result<>> send(net::Shard& shard, net::Stream& stream, Way way);

 private:
  MessageBody() = default;
  void rewind();
  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into);

  std::shared_ptr<const std::string> held_;
  std::unique_ptr<spool::BodyReader> reader_;
  std::size_t at_ = 0;  // in held_
  std::int64_t size_ = 0;
};

}  // namespace postern::delivery
