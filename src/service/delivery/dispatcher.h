// Delivery as a whole: takes messages hot from receipt, finds the others in the queue when they are
// due, and spreads them over the shards, each destination on one of them.
//
// Steps of its life: construct, when shards, resolvers and TLS contexts exist -> start() ->
// accepted() from any thread -> drain() -> the shards may stop. It never holds a message: what it
// drops, because memory is full or the program ends, is in the queue.
//
// The search for what is due goes on where it stopped: what becomes due is offered once. A
// destination takes what it has room for and leaves the rest in the queue; once it has room again,
// a sweep through all that is due finds it more, some pages a turn, and rests while everybody is
// full. So neither a long queue nor a destination that stalls costs the others more than a turn.
// When the time of day went back, what waits would wait longer by as much; so it is tried at once.
//
// recalculate() makes deliveries due that wait for a requirement, and those whose way changed since
// the last time: a changed policy, route or exception is met within seconds, not at the next retry.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "io/crypto/tls.h"
#include "io/net/event.h"
#include "io/observe/event.h"
#include "io/observe/metrics.h"
#include "io/resolver/resolver.h"
#include "io/spool/spool.h"
#include "service/book/book_source.h"
#include "service/delivery/own_mail.h"
#include "service/delivery/settings.h"
#include "service/mtasts/policies.h"
#include "service/receipt/next.h"

namespace postern::delivery {

struct Common;
class ShardDispatcher;
class TrustCache;

enum class Told;

class Dispatcher final : public receipt::AcceptedSink {
 public:
  struct Needs {
    spool::Spool& spool;
    const service::BookSource& book;
    observe::EventSink& events;
    observe::Metrics& metrics;
    std::shared_ptr<const crypto::TrustStore> public_cas;
    OwnMailbox* own_mail = nullptr;  // null: mail to the gateway itself waits
  };
  struct OnShard {
    net::Shard& shard;
    resolver::Lookups& lookups;           // of that shard
    crypto::ClientContext& tls;           // of that shard
    mtasts::PolicySource* sts = nullptr;  // of that shard; null: MTA-STS is not asked for
    SessionWatch* sessions = nullptr;     // of that shard; null: nobody counts
  };

  // At least one shard; the queue is scanned on the first.
  Dispatcher(Needs needs, DeliverySettings settings, std::vector<OnShard> shards);
  // After drain(), when the shards do not run any more.
  ~Dispatcher() override;

  // All of these are thread-safe.
  void start();
  void accepted(receipt::AcceptedMessage message) override;
  void queue_changed();  // by an administrator's hand: what waits in memory is read again
  void recalculate();    // also to be called when the PolicyBook changes

  // Finishes what is under way on every shard; after `grace` it breaks off. Await it on `shard`.
  [[nodiscard]] net::Task<void> drain(net::Shard& shard, std::chrono::milliseconds grace);

 private:
  [[nodiscard]] std::size_t shard_for(const queue::Delivery& delivery) const;
  void hand_over(std::vector<queue::Delivery> deliveries, Told told);
  void will_be_due(base::Instant due);
  void wake_scan();
  void look_again();
  net::Task<void> scan_loop();
  struct Scanned {
    base::Instant until;  // up to when it looked
    bool more = false;    // to be done at once
  };
  net::Task<Scanned> scan();
  enum class Pass { ended, paused, stopped };
  net::Task<Pass> pass(spool::Spool::Cursor& at, base::Instant until);
  net::Task<Pass> sweep(base::Instant now);
  void begin_where_something_changed();
  net::Task<void> mind_the_clock();
  [[nodiscard]] bool was_set_back();
  net::Task<base::Instant> next_wake(base::Instant scanned);
  net::Task<void> make_due_what_waits_for_the_configuration();
  net::Task<void> retry(spool::Places places);

  DeliverySettings settings_;
  std::vector<OnShard> on_shards_;
  std::unique_ptr<TrustCache> trust_;
  std::unique_ptr<Common> common_;
  std::vector<std::unique_ptr<ShardDispatcher>> shards_;
  net::TaskGroup scanning_;  // on the first shard
  net::Event wake_;
  std::atomic<bool> wake_posted_{false};
  std::atomic<bool> recalculate_{false};
  std::shared_ptr<const policy::PolicyBook> recalculated_;  // by which book, the last time
  std::atomic<std::int64_t> sleeping_until_{0};  // of the scan, in microseconds of wall-clock time

  // Where the search stands; the scan's own, but for what is atomic.
  struct Sweep {
    spool::Spool::Cursor at;
    base::Instant until;
    bool whole = false;  // also while nobody is hungry
  };
  spool::Spool::Cursor searched_{};  // what was due up to here has been offered
  std::optional<Sweep> sweep_;
  base::Steady next_sweep_{};
  std::optional<base::Duration> clock_;     // how far the time of day is ahead of the steady clock
  std::atomic<std::int64_t> changed_from_;  // deliveries with this due time may be new
  std::atomic<bool> sweep_all_{false};
};

}  // namespace postern::delivery
