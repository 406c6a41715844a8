// The coroutine side of a message on its way in.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "io/net/handoff.h"
#include "io/spool/spool.h"
#include "io/spool/works.h"
#include "io/spool/writer.h"

namespace postern::spool {

class DiskUpload : public Upload {
 public:
  DiskUpload(net::Shard& shard, Writer& writer, base::MessageId id)
      : shard_(shard), writer_(writer), id_(id) {}
  ~DiskUpload() override;

  [[nodiscard]] net::Task<base::Result<>> append(std::string_view bytes) override;
  [[nodiscard]] std::int64_t size() const override { return size_; }
  [[nodiscard]] base::MessageId id() const override { return id_; }

  // Waits for the last chunk; then nothing of it is the writer's any more.
  [[nodiscard]] net::Task<base::Result<>> settle_chunks();
  [[nodiscard]] std::unique_ptr<Body> take_body() { return std::move(body_); }
  [[nodiscard]] std::shared_ptr<const std::string> take_rest();

 private:
  [[nodiscard]] net::Task<base::Result<>> spill();
  void make_room(std::size_t bytes);

  net::Shard& shard_;
  Writer& writer_;
  base::MessageId id_;
  std::int64_t size_ = 0;
  std::string buffer_;
  std::unique_ptr<Body> body_;  // once the first chunk is on its way
  // While one chunk is written the next gathers, so memory is bounded by two.
  std::optional<net::Receiver<base::Result<>>> on_its_way_;
  std::optional<base::Failure> failed_;
};

}  // namespace postern::spool
