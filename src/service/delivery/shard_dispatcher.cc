#include "service/delivery/shard_dispatcher.h"

#include <algorithm>
#include <utility>

#include "core/route/message_wish.h"
#include "service/delivery/report.h"

namespace postern::delivery {
namespace {

using Fate = queue::RecipientResult::Fate;

constexpr std::chrono::milliseconds kSettleAgain = std::chrono::seconds(1);
// A lookup has its own limit; this one bounds them all together.
constexpr std::chrono::milliseconds kLookupLimit = std::chrono::seconds(60);
constexpr std::size_t kSettledAtOnce = 500;
constexpr std::size_t kDestinationsKept = 10'000;
constexpr std::size_t kNoticeOriginal = message::original_limit;

constexpr std::size_t kKeptShare = 10;  // one slot in so many is for our own servers

std::size_t share(std::size_t whole, std::size_t shards) {
  return std::max<std::size_t>(1, (whole + shards - 1) / shards);
}

std::size_t for_partners(std::size_t slots) {
  return slots > 1 ? slots - (slots + kKeptShare - 1) / kKeptShare : 1;
}

bool all_deferred(const Ended& ended) {
  return std::ranges::all_of(ended.results, [](const auto& r) { return r.fate == Fate::deferred; });
}

std::size_t bytes_of(const Job& job) { return job.body ? job.body->size() : 0; }

}  // namespace

struct ShardDispatcher::Destination {
  Destination(base::AccountId owner, dns::Domain name, const DeliverySettings& settings)
      : account(owner),
        domain(std::move(name)),
        window(settings.connections_per_destination),
        back_off(settings.back_off, settings.back_off_limit) {}

  base::AccountId account;
  dns::Domain domain;
  std::deque<Job> waiting;
  std::size_t workers = 0;
  std::size_t without_slot = 0;  // of them
  bool left_some = false;        // in the queue, for want of room, since
  std::uint64_t left_in_sweep = 0;
  bool hungry = false;  // there is room again, and the queue is asked
  queue::Window window;
  queue::BackOff back_off;
  std::optional<Ended> fate;  // of the attempt that reached nobody: shared while backing off
  std::shared_ptr<const PlannedRoute> route;
  base::Steady route_until{};
  std::int64_t route_revision = -1;
};

// An attempt that is over, with all that its settlement needs.
struct ShardDispatcher::Attempted {
  Job job;
  std::shared_ptr<const policy::PolicyBook> book;
  std::optional<Run> run;
  Ended ended;
};

ShardDispatcher::ShardDispatcher(Needs needs, Common& common)
    : needs_(needs),
      common_(common),
      group_(needs.shard),
      timer_(needs.shard),
      closing_(needs.shard),
      slots_(needs.shard, share(common.settings.connections, common.shards)),
      outward_(needs.shard, for_partners(share(common.settings.connections, common.shards))),
      settling_(needs.shard, kSettledAtOnce),
      pool_(group_, {common.settings.idle, common.settings.messages_per_connection,
                     share(common.settings.connections, common.shards)}),
      chance_(static_cast<std::uint64_t>(needs.shard.wall_now().time_since_epoch().count())) {}

ShardDispatcher::~ShardDispatcher() = default;

// --- what waits ----------------------------------------------------------------------------------

ShardDispatcher::Destination& ShardDispatcher::destination_of(const queue::Delivery& delivery) {
  std::string key = std::to_string(delivery.account.value);
  key += '|';
  key += delivery.destination.domain.text();
  const auto found = destinations_.find(key);
  if (found != destinations_.end()) return *found->second;
  if (destinations_.size() >= kDestinationsKept) forget_idle_destinations();
  auto destination = std::make_unique<Destination>(delivery.account, delivery.destination.domain,
                                                   common_.settings);
  return *destinations_.emplace(std::move(key), std::move(destination)).first->second;
}

void ShardDispatcher::offer(Job job) {
  const base::DeliveryId id = job.delivery.id;
  if (draining_ || claimed_.contains(id) || settled_.contains(id)) return;
  if (job.delivery.state == queue::State::held) return;
  if (may_be_done(job)) {
    group_.start(offer_if_still_there(std::move(job)));
    return;
  }
  const std::size_t room = common_.room();
  if (room == 0) {
    common_.turned_away = true;
    return;
  }
  Destination& destination = destination_of(job.delivery);
  if (destination.waiting.size() >= room) {
    leave_in_queue(destination);
    return;
  }
  const bool too_much = common_.waiting_bytes.load(std::memory_order_relaxed) + bytes_of(job) >
                        common_.settings.waiting_bytes;
  if (too_much) job.body.reset();
  claimed_.insert(id);
  ++common_.waiting;
  common_.waiting_bytes += bytes_of(job);
  destination.waiting.push_back(std::move(job));
  start_worker(destination);
}

// A busy thread can hear of a commit so late that the queue was looked through meanwhile, and the
// message was found, delivered, settled and forgotten. Only the queue knows then whether it is
// still there.
bool ShardDispatcher::may_be_done(const Job& job) const {
  return job.told == Told::by_commit && base::micros(job.delivery.due) <= common_.looked_until;
}

net::Task<void> ShardDispatcher::offer_if_still_there(Job job) {
  const base::DeliveryId id = job.delivery.id;
  asked_.insert(id);
  auto found = co_await common_.spool.message(needs_.shard, job.delivery.message);
  const bool settled_meanwhile = asked_.erase(id) == 0;
  if (settled_meanwhile || !found) co_return;
  const auto same = std::ranges::find(found->deliveries, id, &queue::Delivery::id);
  // With another due time it was tried, and waits.
  if (same == found->deliveries.end() || same->due != job.delivery.due) co_return;
  job.delivery = *same;  // it may be held by now
  job.told = Told::by_queue;
  offer(std::move(job));
}

Job ShardDispatcher::take(Destination& destination) {
  Job job = std::move(destination.waiting.front());
  destination.waiting.pop_front();
  --common_.waiting;
  common_.waiting_bytes -= bytes_of(job);
  const bool room = common_.waiting < common_.settings.waiting_limit / 2;
  if (room && common_.turned_away.exchange(false)) common_.has_room();
  if (destination.left_some) ask_for_more(destination);
  return job;
}

void ShardDispatcher::leave_in_queue(Destination& destination) {
  destination.left_some = true;
  destination.left_in_sweep = common_.sweep;
  fed(destination);
}

void ShardDispatcher::ask_for_more(Destination& destination) {
  const std::size_t held = destination.waiting.size();
  if (destination.hungry || (held > 0 && held * 2 >= common_.room())) return;
  destination.hungry = true;
  ++common_.hungry;
  common_.is_hungry();
}

void ShardDispatcher::fed(Destination& destination) {
  if (std::exchange(destination.hungry, false)) --common_.hungry;
}

// Who was left nothing since that sweep began has nothing in the queue that is due and not here.
void ShardDispatcher::sweep_ended(std::uint64_t sweep) {
  for (auto& [key, destination] : destinations_) {
    if (!destination->left_some || destination->left_in_sweep >= sweep) continue;
    destination->left_some = false;
    fed(*destination);
  }
}

// `scan`: the newest of those that may still offer the row as it was.
void ShardDispatcher::finish(base::DeliveryId delivery, std::uint64_t scan) {
  claimed_.erase(delivery);
  asked_.erase(delivery);
  if (scan > scan_seen_) settled_[delivery] = scan;
}

void ShardDispatcher::scan_ended(std::uint64_t scan) {
  scan_seen_ = scan;
  std::erase_if(settled_, [&](const auto& entry) { return entry.second <= scan; });
}

void ShardDispatcher::release_waiting(std::uint64_t scan) {
  for (auto& [key, destination] : destinations_) {
    while (!destination->waiting.empty()) finish(take(*destination).delivery.id, scan);
  }
}

void ShardDispatcher::look_again() {
  for (auto& [key, destination] : destinations_) {
    destination->back_off.forget();
    destination->fate.reset();
    destination->route.reset();
  }
}

void ShardDispatcher::forget_idle_destinations() {
  const base::Steady now = needs_.shard.now();
  std::erase_if(destinations_, [&](const auto& entry) {
    const Destination& d = *entry.second;
    return d.workers == 0 && d.waiting.empty() && !d.left_some && !d.back_off.holds(now);
  });
}

// --- the work ------------------------------------------------------------------------------------

void ShardDispatcher::start_worker(Destination& destination) {
  const bool enough = destination.workers >= destination.window.size() ||
                      destination.without_slot >= destination.waiting.size();
  if (enough || draining_) return;
  ++destination.workers;
  ++destination.without_slot;
  group_.start(work(destination));
}

net::Task<void> ShardDispatcher::work(Destination& destination) {
  base::Deadline forever{base::Steady::max(), &group_.cancellation()};
  std::optional<net::Semaphore::Permit> outward;
  co_await wait_for_outward_turn(destination, outward);
  auto slot = co_await slots_.acquire(forever);
  --destination.without_slot;
  int turn = common_.settings.messages_per_connection;
  while (slot && !draining_ && !destination.waiting.empty() && turn-- > 0) {
    Job job = take(destination);
    co_await attempt(destination, std::move(job));
  }
  --destination.workers;
  start_worker(destination);  // behind those who wait, if there is more
}

net::Task<void> ShardDispatcher::wait_for_outward_turn(
    Destination& destination, std::optional<net::Semaphore::Permit>& permit) {
  if (destination.waiting.empty()) co_return;
  const queue::Delivery& next = destination.waiting.front().delivery;
  if (next.destination.leg != queue::Leg::external) co_return;
  base::Deadline forever{base::Steady::max(), &group_.cancellation()};
  auto turn = co_await outward_.acquire(forever);
  if (turn) permit = *std::move(turn);
}

net::Task<bool> ShardDispatcher::load_envelope(Job& job) {
  if (job.envelope) co_return true;
  auto envelope = co_await common_.spool.envelope(needs_.shard, job.delivery.message);
  if (!envelope) co_return false;
  job.envelope = std::make_shared<const queue::Envelope>(*std::move(envelope));
  co_return true;
}

namespace {

route::MessageWish wish_of(const queue::Envelope& envelope) {
  if (envelope.require_tls) return route::MessageWish::require_tls;
  return envelope.tls_required_no ? route::MessageWish::tls_not_required : route::MessageWish::none;
}

}  // namespace

net::Task<void> ShardDispatcher::attempt(Destination& destination, Job job) {
  bool loaded = co_await load_envelope(job);
  if (!loaded) {
    // Removed meanwhile, or unreadable for now: the queue knows.
    finish(job.delivery.id, common_.scan_started);
    co_return;
  }
  auto attempted = std::make_unique<Attempted>();
  attempted->job = std::move(job);
  attempted->book = common_.book.current();
  if (attempted->job.delivery.destination.leg == queue::Leg::gateway) {
    co_await read_own(std::move(attempted));
    co_return;
  }
  auto route = co_await route_for(destination);
  const route::MessageWish wish = wish_of(*attempted->job.envelope);
  if (wish != route::MessageWish::none) {
    route = planned(route::plan_for(route->plan, wish), destination.account, route->trust);
  }
  std::vector<std::size_t> order = order_of_hosts(route->plan, chance_);
  attempted->run.emplace(run_needs(), attempted->job, route, std::move(order));
  // What befell ordinary messages says nothing of one with a wish of its own, nor the other way.
  const bool ordinary = wish == route::MessageWish::none;
  if (ordinary && destination.fate && destination.back_off.holds(needs_.shard.now())) {
    attempted->ended = *destination.fate;
    const std::size_t recipients = attempted->job.delivery.destination.recipients.size();
    attempted->ended.results.resize(recipients, destination.fate->results.front());
    attempted->ended.dsn_passed.resize(recipients);
  } else {
    attempted->ended = co_await attempted->run->go();
    // Broken off by our own end: nothing is known, and the queue has it as it was.
    if (group_.cancellation().requested() && all_deferred(attempted->ended)) co_return;
    if (ordinary) learn(destination, attempted->ended);
  }
  co_await begin_to_settle(std::move(attempted));
}

Run::Needs ShardDispatcher::run_needs() {
  return {{needs_.shard, needs_.tls, common_.settings.connect, nullptr, &group_.cancellation()},
          pool_,
          common_.spool,
          common_.metrics,
          common_.settings.node,
          common_.settings.walk,
          needs_.sessions};
}

// Mail that goes no further: the same queue, notices and settlement, without a next hop.
net::Task<void> ShardDispatcher::read_own(std::unique_ptr<Attempted> attempted) {
  const queue::Delivery& delivery = attempted->job.delivery;
  auto nowhere = std::make_shared<const PlannedRoute>();
  attempted->run.emplace(run_needs(), attempted->job, std::move(nowhere),
                         std::vector<std::size_t>());
  queue::RecipientResult result{Fate::deferred, {}};
  auto text = co_await attempted->run->original(OwnMailbox::longest);
  if (!text) {
    result.status = queue::status_for_now(text.error(), "");
  } else if (common_.own_mail == nullptr) {
    const base::Failure nobody{"mailbox-not-read", "This gateway reads no mail of its own.", {}};
    result.status = queue::status_for_now(nobody, "");
  } else {
    OwnMail mail{delivery.account, delivery.destination.domain, needs_.shard.wall_now(),
                 *std::move(text)};
    result = co_await common_.own_mail->take(needs_.shard, std::move(mail));
  }
  const std::size_t recipients = delivery.destination.recipients.size();
  attempted->ended.results.assign(recipients, result);
  attempted->ended.dsn_passed.assign(recipients, false);
  attempted->ended.reached_a_host = true;
  co_await begin_to_settle(std::move(attempted));
}

// A plan holds for some seconds, and for as long as its policies are in force.
net::Task<std::shared_ptr<const PlannedRoute>> ShardDispatcher::route_for(
    Destination& destination) {
  auto book = common_.book.current();
  const bool fresh = destination.route && destination.route_revision == book->revision() &&
                     needs_.shard.now() < destination.route_until;
  if (fresh) co_return destination.route;
  if (destination.route_revision != book->revision()) {
    destination.back_off.forget();  // what failed under other policies need not fail now
    destination.fate.reset();
  }
  Answerers answerers{needs_.lookups, needs_.sts};
  RouteWanted wanted{book, destination.account, destination.domain, common_.settings.route};
  base::Deadline deadline = group_.within(kLookupLimit);
  route::RoutePlan plan = co_await find_route(needs_.shard, answerers, std::move(wanted), deadline);
  auto trust = common_.trust.for_account(*book, destination.account);
  auto route = planned(std::move(plan), destination.account, std::move(trust));
  destination.route = route;
  destination.route_revision = book->revision();
  destination.route_until = needs_.shard.now() + common_.settings.plan_life;
  co_return route;
}

void ShardDispatcher::learn(Destination& destination, const Ended& ended) {
  if (ended.reached_a_host || !all_deferred(ended)) {
    destination.back_off.succeeded();
    destination.window.succeeded();
    destination.fate.reset();
    return;
  }
  destination.back_off.failed(needs_.shard.now());
  destination.window.failed();
  destination.fate = ended;
  destination.fate->evidence.clear();  // it belongs to the attempt that was made
  destination.fate->results.resize(1);
  destination.fate->moved_mx.clear();
}

net::Task<void> ShardDispatcher::begin_to_settle(std::unique_ptr<Attempted> attempted) {
  base::Deadline forever{base::Steady::max(), &group_.cancellation()};
  auto permit = co_await settling_.acquire(forever);
  // Without one we are being ended, and what is known is written all the same.
  group_.start(settle(std::move(attempted), std::move(permit)));
}

net::Task<void> ShardDispatcher::settle(
    std::unique_ptr<Attempted> attempted,
    [[maybe_unused]] base::Result<net::Semaphore::Permit> permit) {
  const Job& job = attempted->job;
  const base::Instant now = needs_.shard.wall_now();
  ReportFacts facts{std::move(attempted->ended.moved_mx), attempted->ended.unmet, now};
  Conclusion conclusion = conclude(job, std::move(attempted->ended), common_.settings.schedule, now,
                                   chance_.fraction());
  if (conclusion.needs_original(*job.envelope)) {
    auto original = co_await attempted->run->original(kNoticeOriginal);
    std::string text = std::move(original).value_or("");
    NoticeFacts notice{common_.settings.connect.hostname, now, chance_.below(~0ULL), text};
    add_notices(conclusion, job, *attempted->book, notice);
  }
  // Policies changed while the attempt was under way: it is made again under the new ones.
  const bool outdated = attempted->book->revision() != common_.book.current()->revision();
  if (outdated) conclusion.settlement.due = now;
  for (;;) {
    spool::Settlement settlement = conclusion.settlement;
    auto settled = co_await common_.spool.settle(needs_.shard, std::move(settlement));
    if (settled) {
      finish(job.delivery.id, common_.scan_started);
      if (!settled->empty()) common_.hand_over(*std::move(settled));
      break;
    }
    // A full disk, say. Until it is written the claim stays: nobody gets the message twice.
    base::Deadline again = group_.within(kSettleAgain);
    auto slept = co_await needs_.shard.sleep(again);
    if (!slept) co_return;
  }
  report(common_.events, common_.metrics, job, conclusion, facts);
  if (!conclusion.settlement.remaining.empty()) common_.will_be_due(conclusion.settlement.due);
}

// --- the end -------------------------------------------------------------------------------------

net::Task<void> ShardDispatcher::drain(std::chrono::milliseconds grace) {
  draining_ = true;
  release_waiting(common_.scan_started);
  pool_.drain();
  timer_.start(break_off(grace));
  co_await group_.join();
  timer_.cancel();
  co_await timer_.join();
}

net::Task<void> ShardDispatcher::break_off(std::chrono::milliseconds grace) {
  base::Deadline end = timer_.within(grace);
  auto slept = co_await needs_.shard.sleep(end);
  if (slept) group_.cancel();
}

}  // namespace postern::delivery
