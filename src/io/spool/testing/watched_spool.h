// For tests: a queue in which something happens at the moment between two questions of the
// dispatcher. All else is the real spool.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "io/spool/spool.h"

namespace postern::spool::testing {

class WatchedSpool final : public Spool {
 public:
  explicit WatchedSpool(std::unique_ptr<Spool> real) : real_(std::move(real)) {}

  // Happens once, after the next look for what is due, before the dispatcher hears its answer.
  std::function<net::Task<void>()> after_looking;
  // Before each envelope is read.
  std::function<net::Task<void>()> before_reading;
  std::optional<std::chrono::nanoseconds> sync;  // the disk's time, if not the real one's
  int acts = 0;                                  // how often act() was asked for

  net::Task<base::Result<std::vector<queue::Delivery>>> due(net::Shard& shard, Cursor after,
                                                            base::Instant until,
                                                            std::size_t limit) override {
    auto found = co_await real_->due(shard, after, until, limit);
    if (auto happens = std::exchange(after_looking, nullptr)) co_await happens();
    co_return found;
  }

  std::chrono::nanoseconds sync_time() const override { return sync.value_or(real_->sync_time()); }
  std::unique_ptr<Upload> begin(net::Shard& shard) override { return real_->begin(shard); }
  net::Task<base::Result<Accepted>> commit(net::Shard& shard, std::unique_ptr<Upload> upload,
                                           queue::Envelope envelope,
                                           std::vector<queue::Destination> destinations,
                                           std::vector<queue::Attempt> evidence) override {
    return real_->commit(shard, std::move(upload), std::move(envelope), std::move(destinations),
                         std::move(evidence));
  }
  net::Task<base::Result<std::vector<queue::Delivery>>> settle(net::Shard& shard,
                                                               Settlement settlement) override {
    return real_->settle(shard, std::move(settlement));
  }
  net::Task<base::Result<std::optional<base::Instant>>> next_due(net::Shard& shard,
                                                                 base::Instant after) override {
    return real_->next_due(shard, after);
  }
  net::Task<base::Result<MessageInfo>> message(net::Shard& shard, base::MessageId id) override {
    return real_->message(shard, id);
  }
  net::Task<base::Result<queue::Envelope>> envelope(net::Shard& shard,
                                                    base::MessageId id) override {
    if (before_reading) co_await before_reading();
    co_return co_await real_->envelope(shard, id);
  }
  net::Task<base::Result<std::unique_ptr<BodyReader>>> body(net::Shard& shard,
                                                            base::MessageId id) override {
    return real_->body(shard, id);
  }
  net::Task<base::Result<std::vector<MessageInfo>>> list(net::Shard& shard,
                                                         ListFilter filter) override {
    return real_->list(shard, std::move(filter));
  }
  net::Task<base::Result<QueueCounts>> counts(net::Shard& shard) override {
    return real_->counts(shard);
  }
  [[nodiscard]] AccountCounts counts_of(base::AccountId account) const override {
    return real_->counts_of(account);
  }
  net::Task<base::Result<std::vector<Waiting>>> waiting(
      net::Shard& shard, std::optional<base::AccountId> account) override {
    return real_->waiting(shard, account);
  }
  net::Task<base::Result<std::int64_t>> act(net::Shard& shard, Action action, ListFilter which,
                                            std::optional<base::MessageId> one,
                                            base::Instant now) override {
    ++acts;
    return real_->act(shard, action, std::move(which), one, now);
  }
  base::Result<std::vector<OutboxEntry>> outbox(std::size_t limit) override {
    return real_->outbox(limit);
  }
  base::Result<> outbox_done(std::int64_t up_to) override { return real_->outbox_done(up_to); }

 private:
  std::unique_ptr<Spool> real_;
};

}  // namespace postern::spool::testing
