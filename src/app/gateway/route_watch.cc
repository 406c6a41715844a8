#include "app/gateway/route_watch.h"

#include <random>

#include "app/gateway/looks.h"
#include "app/wiring.h"

namespace postern::app {

base::Result<std::unique_ptr<RouteWatch>> RouteWatch::start(Needs needs) {
  std::unique_ptr<RouteWatch> watch(new RouteWatch(needs));
  auto resolver = resolver::make_resolver(needs.shard, resolver_settings(needs.settings));
  if (!resolver) return std::unexpected(resolver.error());
  watch->lookups_ = std::move(*resolver);
  auto context = crypto::ClientContext::make({});
  if (!context) return std::unexpected(context.error());
  watch->tls_ = std::move(*context);
  auto records = records::Records::open(needs.settings.records_path());
  if (!records) return std::unexpected(records.error());
  watch->desk_ = std::make_unique<api::Desk>(std::move(*records));
  RouteWatch* self = watch.get();
  prober::Reproof::Needs reproof{
      .prober = prober_needs(needs.settings, needs.shard, *self->lookups_, *self->tls_,
                             self->trust_, needs.book),
      .book = needs.book,
      .events = needs.events,
      .node = needs.node,
      .every = needs.settings.delivery.route_reproof,
      .record = [self](std::vector<queue::Attempt> made) { return self->record(std::move(made)); },
      .chance =
          [engine = std::mt19937(std::random_device{}())]() mutable {
            return std::uniform_real_distribution<double>()(engine);
          }};
  watch->reproof_ = std::make_unique<prober::Reproof>(std::move(reproof));
  watch->reproof_->start();
  return watch;
}

// The node's own evidence is numbered by its queue; this has a name and numbers of its own. What
// cannot be recorded is not lost for good: tomorrow comes the next proof.
net::Task<void> RouteWatch::record(std::vector<queue::Attempt> attempts) {
  std::vector<std::pair<std::int64_t, queue::Attempt>> numbered;
  for (queue::Attempt& attempt : attempts) {
    const auto number = base::micros(attempt.time) + static_cast<std::int64_t>(numbered.size());
    numbered.emplace_back(number, std::move(attempt));
  }
  std::function<base::Result<>(records::Records&)> work =
      [name = node_ + "/routes", numbered = std::move(numbered)](records::Records& records) {
        return records.record(name, numbered);
      };
  (void)co_await desk_->run<base::Result<>>(shard_, std::move(work));
}

}  // namespace postern::app
