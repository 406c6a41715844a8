// One shard with all that lives on it, and the thread that is it.
#pragma once

#include <memory>
#include <thread>

#include "io/crypto/tls.h"
#include "io/net/handoff.h"
#include "io/net/shard.h"
#include "io/resolver/resolver.h"
#include "service/mtasts/policies.h"
#include "service/receipt/receipt_service.h"

namespace postern::app {

class ShardHost {
 public:
  ShardHost() : chores_(shard_), watches_(shard_) {}
  ~ShardHost();
  ShardHost(const ShardHost&) = delete;
  ShardHost& operator=(const ShardHost&) = delete;

  [[nodiscard]] base::Result<> furnish(resolver::ResolverSettings resolver,
                                       crypto::ClientContext::Settings tls);
  // MTA-STS policies for what is delivered from here.
  void host_policies(mtasts::Policies::Needs needs);
  void host_receipt(std::unique_ptr<receipt::ReceiptService> receipt);
  void run();  // starts the thread, and receipt on it

  // Stops receipt on its shard; awaited on `caller`.
  [[nodiscard]] net::Task<void> stop_receipt(net::Shard& caller,
                                             std::chrono::milliseconds patience);
  // Says whether DNSSEC validation works, from now on.
  void watch_dnssec(observe::EventSink& events);
  // Ends lookups of policies; after the deliveries that wait for them.
  [[nodiscard]] net::Task<void> stop_policies(net::Shard& caller);
  void end();  // the loop and the thread

  [[nodiscard]] net::Shard& shard() { return shard_; }
  [[nodiscard]] resolver::Lookups& lookups() { return *lookups_; }
  [[nodiscard]] crypto::ClientContext& tls() { return *tls_; }
  [[nodiscard]] mtasts::Policies& policies() { return *policies_; }
  [[nodiscard]] receipt::ReceiptService& receipt() { return *receipt_; }

 private:
  net::Task<void> stop_here(std::chrono::milliseconds patience, net::Sender<bool> done);
  net::Task<void> stop_policies_here(net::Sender<bool> done);

  net::Shard shard_;
  net::TaskGroup chores_;
  net::TaskGroup watches_;  // ended with the lookups of policies
  std::unique_ptr<resolver::Lookups> lookups_;
  std::unique_ptr<crypto::ClientContext> tls_;
  std::unique_ptr<mtasts::Policies> policies_;
  std::unique_ptr<receipt::ReceiptService> receipt_;
  std::thread thread_;
};

}  // namespace postern::app
