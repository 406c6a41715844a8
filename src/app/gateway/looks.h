// What looks at the world for administrators: jobs, and the draft that they fill. Lives on the main
// shard with lookups and TLS of its own there, so that it never slows mail down.
#pragma once

#include "app/settings.h"
#include "io/resolver/resolver.h"
#include "service/api/drafts.h"
#include "service/api/probes.h"
#include "service/delivery/trust_cache.h"

namespace postern::app {

// What a look needs on the shard that it runs on; without a limit to where it goes. The trust cache
// and the book must outlive it.
[[nodiscard]] prober::ProberNeeds prober_needs(const Settings& settings, net::Shard& shard,
                                               resolver::Lookups& lookups,
                                               crypto::ClientContext& tls,
                                               delivery::TrustCache& trust,
                                               const service::BookSource& book);

class Looks {
 public:
  struct Needs {
    net::Shard& shard;
    const Settings& settings;
    const service::BookSource& book;
    std::shared_ptr<const crypto::TrustStore> public_cas;
    resolver::Lookups& lookups;
    mtasts::PolicySource& sts;
    crypto::ClientContext& tls;
    spool::Spool& spool;
    receipt::AcceptedSink& sink;
    api::Desk& reads;
    api::Desk& writes;
    api::Changes& changes;
  };
  explicit Looks(Needs needs);

  [[nodiscard]] api::Jobs& jobs() { return jobs_; }
  [[nodiscard]] api::Probes& probes() { return probes_; }
  [[nodiscard]] api::Drafts& drafts() { return drafts_; }

  [[nodiscard]] net::Task<void> stop();

 private:
  delivery::TrustCache trust_;
  api::TestMessages messages_;
  api::Jobs jobs_;
  api::Probes probes_;
  api::Drafts drafts_;
};

}  // namespace postern::app
