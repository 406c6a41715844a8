#include "io/spool/upload.h"

#include <algorithm>

#include "io/spool/failures.h"

namespace postern::spool {

DiskUpload::~DiskUpload() {
  if (!body_) return;
  std::unique_ptr<Work> work = std::make_unique<AbandonWork>(std::move(body_));
  static_cast<void>(writer_.put(work));
}

net::Task<base::Result<>> DiskUpload::append(std::string_view bytes) {
  size_ += static_cast<std::int64_t>(bytes.size());
  while (!bytes.empty() && !failed_) {
    // A body that fits stays whole: it is sent on only when more follows.
    if (buffer_.size() == kExtentBytes) {
      auto spilled = co_await spill();
      if (!spilled) break;
    }
    const std::size_t taken = std::min(bytes.size(), kExtentBytes - buffer_.size());
    make_room(taken);
    buffer_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
  }
  if (failed_) co_return std::unexpected(*failed_);
  co_return base::Result<>();
}

// In steps of four: what is not written to costs no memory, and each step copies what is there.
void DiskUpload::make_room(std::size_t bytes) {
  const std::size_t wanted = buffer_.size() + bytes;
  if (wanted <= buffer_.capacity()) return;
  const auto most = static_cast<std::size_t>(kExtentBytes);
  buffer_.reserve(std::max(wanted, std::min(most, 4 * buffer_.capacity())));
}

net::Task<base::Result<>> DiskUpload::spill() {
  auto settled = co_await settle_chunks();
  if (!settled) co_return settled;
  if (!body_) {
    body_ = std::make_unique<Body>();
    body_->message = id_;
  }
  auto [receiver, sender] = net::handoff<base::Result<>>(shard_);
  std::unique_ptr<Work> work =
      std::make_unique<ChunkWork>(*body_, std::exchange(buffer_, {}), std::move(sender));
  if (!writer_.put(work)) work->answer(std::unexpected(spool_closed()));
  on_its_way_.emplace(std::move(receiver));
  co_return base::Result<>();
}

// Delivery counts a body that it holds by its size, so that is what it may cost.
std::shared_ptr<const std::string> DiskUpload::take_rest() {
  if (buffer_.capacity() > 2 * buffer_.size()) buffer_.shrink_to_fit();
  return std::make_shared<const std::string>(std::move(buffer_));
}

net::Task<base::Result<>> DiskUpload::settle_chunks() {
  if (on_its_way_) {
    auto receiver = std::move(*on_its_way_);
    on_its_way_.reset();
    auto written = co_await receiver;
    if (!written && !failed_) failed_ = std::move(written.error());
  }
  if (failed_) co_return std::unexpected(*failed_);
  co_return base::Result<>();
}

}  // namespace postern::spool
