// Proves enforced internal routes again every day, also where no web application is served: with
// lookups, TLS and a connection to the records of its own, on the main shard.
#pragma once

#include "app/settings.h"
#include "io/observe/event.h"
#include "io/resolver/resolver.h"
#include "service/api/desk.h"
#include "service/delivery/trust_cache.h"
#include "service/prober/reproof.h"

namespace postern::app {

class RouteWatch {
 public:
  struct Needs {
    net::Shard& shard;
    const Settings& settings;
    const service::BookSource& book;
    std::shared_ptr<const crypto::TrustStore> public_cas;
    observe::EventSink& events;
    std::string node;
  };
  [[nodiscard]] static base::Result<std::unique_ptr<RouteWatch>> start(Needs needs);

  void book_changed() { reproof_->book_changed(); }
  [[nodiscard]] net::Task<void> stop() { return reproof_->stop(); }

 private:
  explicit RouteWatch(const Needs& needs)
      : shard_(needs.shard), trust_(needs.public_cas), node_(needs.node) {}
  net::Task<void> record(std::vector<queue::Attempt> attempts);

  net::Shard& shard_;
  delivery::TrustCache trust_;
  std::string node_;
  std::unique_ptr<resolver::Lookups> lookups_;
  std::unique_ptr<crypto::ClientContext> tls_;
  std::unique_ptr<api::Desk> desk_;
  std::unique_ptr<prober::Reproof> reproof_;
};

}  // namespace postern::app
