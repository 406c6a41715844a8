// Delivery on one shard: destinations with their waiting messages, the workers that carry them, the
// open connections. A destination (account and domain) belongs to one shard, so nothing here is
// shared and nothing is locked.
//
// Steps of a job: offer() claims it -> it waits at its destination -> a worker with a slot runs the
// attempt -> the outcome is settled behind the worker's back, which goes on with the next message;
// but not when the disk is so far behind that many outcomes wait for it.
// Slots are given out first come, first served, and a worker goes to the end of the queue after its
// turn, so a busy destination starves nobody. Partners get nine tenths of them at most: when all of
// those are stuck, as in lookups without DNS, mail to our own servers still flows.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/queue/dispatch.h"
#include "io/net/event.h"
#include "io/observe/event.h"
#include "io/observe/metrics.h"
#include "io/resolver/resolver.h"
#include "io/spool/spool.h"
#include "service/book/book_source.h"
#include "service/delivery/conclusion.h"
#include "service/delivery/connection_pool.h"
#include "service/delivery/find_route.h"
#include "service/delivery/host_order.h"
#include "service/delivery/run.h"
#include "service/delivery/settings.h"
#include "service/delivery/trust_cache.h"

namespace postern::delivery {

// What all shards of a dispatcher use; what changes is atomic.
struct Common {
  spool::Spool& spool;
  const service::BookSource& book;
  observe::EventSink& events;
  observe::Metrics& metrics;
  TrustCache& trust;
  const DeliverySettings& settings;
  std::size_t shards = 1;
  OwnMailbox* own_mail = nullptr;
  std::function<void(std::vector<queue::Delivery>)> hand_over{};  // new deliveries, to their shards
  std::function<void(base::Instant)> will_be_due{};               // thread-safe
  std::function<void()> has_room{};                               // thread-safe
  std::function<void()> is_hungry{};                              // thread-safe
  std::atomic<std::size_t> waiting{0};                            // jobs in memory
  std::atomic<std::size_t> waiting_bytes{0};
  std::atomic<bool> turned_away{false};        // a job was dropped because memory was full
  std::atomic<std::uint64_t> scan_started{0};  // the number of the newest scan of the queue
  // What was due by then may have come here through the queue before its commit told us.
  std::atomic<std::int64_t> looked_until{0};  // in microseconds of wall-clock time
  std::atomic<std::uint64_t> sweep{0};        // the number of the newest sweep through all of it
  std::atomic<int> hungry{0};  // destinations that have room again for what was left in the queue

  // Deliveries that may still come into memory. Also the most that one destination may have there:
  // so each takes at most as much as it leaves, and none can crowd the others out.
  [[nodiscard]] std::size_t room() const {
    const std::size_t held = waiting.load(std::memory_order_relaxed);
    return held < settings.waiting_limit ? settings.waiting_limit - held : 0;
  }
};

class ShardDispatcher {
 public:
  struct Needs {
    net::Shard& shard;
    resolver::Lookups& lookups;
    crypto::ClientContext& tls;
    mtasts::PolicySource* sts = nullptr;  // null: MTA-STS is not asked for
    SessionWatch* sessions = nullptr;     // null: nobody counts
  };
  ShardDispatcher(Needs needs, Common& common);
  ~ShardDispatcher();
  ShardDispatcher(const ShardDispatcher&) = delete;
  ShardDispatcher& operator=(const ShardDispatcher&) = delete;

  // All of these run on the shard.
  // Claims the job, unless it is claimed already, or was settled since the queue was read.
  void offer(Job job);
  // All jobs that scan number `scan` found have been offered.
  void scan_ended(std::uint64_t scan);
  // Sweep number `sweep` has offered everything that was due when it began.
  void sweep_ended(std::uint64_t sweep);
  // What waits in memory goes back to the queue, which an administrator changed while scan number
  // `scan` was the newest: that one may have read it before.
  void release_waiting(std::uint64_t scan);
  // Plans and back-offs are forgotten: policies changed, or somebody asks for a fresh look.
  void look_again();
  // Finishes the messages under way, says goodbye, and returns; after `grace` it breaks off.
  [[nodiscard]] net::Task<void> drain(std::chrono::milliseconds grace);
  // Where the owner runs drain().
  [[nodiscard]] net::TaskGroup& closing() { return closing_; }

 private:
  struct Destination;
  struct Attempted;

  Destination& destination_of(const queue::Delivery& delivery);
  void start_worker(Destination& destination);
  net::Task<void> work(Destination& destination);
  net::Task<void> wait_for_outward_turn(Destination& destination,
                                        std::optional<net::Semaphore::Permit>& permit);
  net::Task<void> attempt(Destination& destination, Job job);
  Run::Needs run_needs();
  net::Task<void> read_own(std::unique_ptr<Attempted> attempted);
  net::Task<std::shared_ptr<const PlannedRoute>> route_for(Destination& destination);
  net::Task<bool> load_envelope(Job& job);
  void learn(Destination& destination, const Ended& ended);
  net::Task<void> begin_to_settle(std::unique_ptr<Attempted> attempted);
  net::Task<void> settle(std::unique_ptr<Attempted> attempted,
                         base::Result<net::Semaphore::Permit> permit);
  net::Task<void> break_off(std::chrono::milliseconds grace);
  [[nodiscard]] bool may_be_done(const Job& job) const;
  net::Task<void> offer_if_still_there(Job job);
  Job take(Destination& destination);
  void leave_in_queue(Destination& destination);
  void ask_for_more(Destination& destination);
  void fed(Destination& destination);
  void finish(base::DeliveryId delivery, std::uint64_t scan);
  void forget_idle_destinations();

  Needs needs_;
  Common& common_;
  net::TaskGroup group_;
  net::TaskGroup timer_;
  net::TaskGroup closing_;
  net::Semaphore slots_;
  net::Semaphore outward_;  // before a slot, for partners: the last tenth is for our own servers
  net::Semaphore settling_;
  ConnectionPool pool_;
  Chance chance_;
  std::unordered_map<std::string, std::unique_ptr<Destination>> destinations_;
  std::unordered_set<base::DeliveryId> claimed_;
  std::unordered_set<base::DeliveryId>
      asked_;  // about which the queue was asked; gone when settled
  std::unordered_map<base::DeliveryId, std::uint64_t> settled_;  // since which scan
  std::uint64_t scan_seen_ = 0;
  bool draining_ = false;
};

}  // namespace postern::delivery
