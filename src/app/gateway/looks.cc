#include "app/gateway/looks.h"

#include "app/names.h"
#include "app/wiring.h"

namespace postern::app {

namespace {

// Over the network nobody sends us where only we can go. In a practice world everything is inside.
probe::Reach reach_of(const Settings& settings) {
  probe::Reach reach;
  if (settings.delivery.special_addresses) return reach;
  reach.limits = probe::Reach::Limits::world;
  for (const std::string& text : settings.admin.allow_ranges) {
    if (auto range = base::IpRange::parse(text)) reach.allowed.push_back(*range);
  }
  return reach;
}

prober::ProberNeeds limited(const Settings& settings, mtasts::PolicySource& sts,
                            prober::ProberNeeds needs) {
  needs.sts = &sts;
  needs.reach = reach_of(settings);
  return needs;
}

}  // namespace

prober::ProberNeeds prober_needs(const Settings& settings, net::Shard& shard,
                                 resolver::Lookups& lookups, crypto::ClientContext& tls,
                                 delivery::TrustCache& trust, const service::BookSource& book) {
  return {.shard = shard,
          .lookups = lookups,
          .tls = tls,
          .trust = [&trust,
                    &book](base::AccountId id) { return trust.for_account(*book.current(), id); },
          .helo_name = hostname(settings),
          .route = route_settings(settings)};
}

Looks::Looks(Needs needs)
    : trust_(needs.public_cas),
      messages_({needs.shard, needs.spool, needs.sink, hostname(needs.settings)}),
      jobs_({needs.shard,
             limited(needs.settings, needs.sts,
                     prober_needs(needs.settings, needs.shard, needs.lookups, needs.tls, trust_,
                                  needs.book)),
             messages_}),
      probes_(jobs_),
      drafts_({needs.shard, needs.reads, needs.writes, needs.changes, needs.book, jobs_}) {}

net::Task<void> Looks::stop() {
  co_await jobs_.stop();
  co_await drafts_.stop();
}

}  // namespace postern::app
