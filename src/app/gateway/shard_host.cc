#include "app/gateway/shard_host.h"

#include <utility>

#include "app/gateway/dnssec_check.h"

namespace postern::app {

ShardHost::~ShardHost() { end(); }

base::Result<> ShardHost::furnish(resolver::ResolverSettings resolver,
                                  crypto::ClientContext::Settings tls) {
  auto lookups = resolver::make_resolver(shard_, std::move(resolver));
  if (!lookups) return std::unexpected(lookups.error());
  lookups_ = std::move(*lookups);
  auto context = crypto::ClientContext::make(std::move(tls));
  if (!context) return std::unexpected(context.error());
  tls_ = std::move(*context);
  return {};
}

void ShardHost::host_receipt(std::unique_ptr<receipt::ReceiptService> receipt) {
  receipt_ = std::move(receipt);
}

void ShardHost::host_policies(mtasts::Policies::Needs needs) {
  policies_ = std::make_unique<mtasts::Policies>(std::move(needs));
}

void ShardHost::watch_dnssec(observe::EventSink& events) {
  shard_.post([this, &events] { watches_.start(app::watch_dnssec(watches_, *lookups_, events)); });
}

net::Task<void> ShardHost::stop_policies_here(net::Sender<bool> done) {
  watches_.cancel();
  co_await watches_.join();
  co_await policies_->stop();
  done.set(true);
}

net::Task<void> ShardHost::stop_policies(net::Shard& caller) {
  net::HandoffPair<bool> pair = net::handoff<bool>(caller);
  shard_.post([this, done = std::move(pair.sender)]() mutable {
    chores_.start(stop_policies_here(std::move(done)));
  });
  (void)co_await pair.receiver;
}

void ShardHost::run() {
  shard_.post([this] { receipt_->start(); });
  thread_ = std::thread([this] { shard_.run(); });
}

net::Task<void> ShardHost::stop_here(std::chrono::milliseconds patience, net::Sender<bool> done) {
  co_await receipt_->stop(patience);
  done.set(true);
}

net::Task<void> ShardHost::stop_receipt(net::Shard& caller, std::chrono::milliseconds patience) {
  net::HandoffPair<bool> pair = net::handoff<bool>(caller);
  shard_.post([this, patience, done = std::move(pair.sender)]() mutable {
    chores_.start(stop_here(patience, std::move(done)));
  });
  (void)co_await pair.receiver;
}

void ShardHost::end() {
  if (!thread_.joinable()) return;
  shard_.stop();
  thread_.join();
}

}  // namespace postern::app
