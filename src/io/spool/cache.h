// Envelopes and places of messages that were committed lately, so that a message that is delivered
// at once costs no read of the database. Thread-safe; forgets the oldest first.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/queue/envelope.h"
#include "io/spool/spool.h"

namespace postern::spool {

struct StoredMessage {
  queue::Envelope envelope;
  std::vector<Extent> extents;
};

class Cache {
 public:
  explicit Cache(std::size_t limit) : limit_(limit) {}

  void put(base::MessageId id, std::shared_ptr<const StoredMessage> message) {
    const std::scoped_lock lock(mutex_);
    messages_[id] = std::move(message);
    order_.push_back(id);
    while (order_.size() > limit_) {
      messages_.erase(order_.front());
      order_.pop_front();
    }
  }
  [[nodiscard]] std::shared_ptr<const StoredMessage> find(base::MessageId id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = messages_.find(id);
    return found == messages_.end() ? nullptr : found->second;
  }
  void erase(base::MessageId id) {
    const std::scoped_lock lock(mutex_);
    messages_.erase(id);  // its place in the order is forgotten in its turn
  }

 private:
  std::size_t limit_;
  mutable std::mutex mutex_;
  std::unordered_map<base::MessageId, std::shared_ptr<const StoredMessage>> messages_;
  std::deque<base::MessageId> order_;
};

}  // namespace postern::spool
