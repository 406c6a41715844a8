#include "service/delivery/dispatcher.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "core/policy/same_way.h"
#include "core/tls/judge.h"
#include "io/net/handoff.h"
#include "service/delivery/shard_dispatcher.h"
#include "service/delivery/trust_cache.h"

namespace postern::delivery {
namespace {

constexpr std::size_t kPage = 500;
constexpr int kPagesATurn = 20;
constexpr std::chrono::milliseconds kSleepMost = std::chrono::seconds(10);
// What was dropped without a trace, should that ever happen, is found by then.
constexpr std::chrono::minutes kBetweenSweeps{5};
constexpr std::chrono::seconds kSetBack{10};  // by less it is drifting, not set
constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::max();
constexpr std::chrono::milliseconds kSleepLeast = std::chrono::milliseconds(20);
constexpr std::chrono::milliseconds kAfterError = std::chrono::seconds(1);

// Would a change of policies be news to it?
bool waits_for_a_requirement(const spool::Waiting& waiting) {
  if (waiting.leg == queue::Leg::internal) return true;
  return !tls::reason_info(waiting.code).result_type.empty();
}

// Which destinations are reached by another way than they were.
class Moved {
 public:
  Moved(const policy::PolicyBook& before, const policy::PolicyBook& after)
      : before_(before), after_(after) {}
  bool operator()(const std::pair<base::AccountId, dns::Domain>& place) const {
    return &before_ != &after_ && !policy::same_way(before_, after_, place.first, place.second);
  }

 private:
  const policy::PolicyBook& before_;
  const policy::PolicyBook& after_;
};

// A destination is left alone for less than the first wait of the schedule, so that a retry that is
// due makes an attempt.
DeliverySettings fitted(DeliverySettings settings) {
  if (settings.schedule.waits.empty()) return settings;
  const auto half = std::chrono::floor<std::chrono::milliseconds>(settings.schedule.waits[0] / 2);
  settings.back_off = std::min(settings.back_off, half);
  return settings;
}

// On the thread of the shard: drains it, then tells the one who waits. `scanning`: of the first
// shard; it ends before its shard does.
net::Task<void> drain_shard(ShardDispatcher& dispatcher, net::TaskGroup* scanning,
                            std::chrono::milliseconds grace, net::Sender<bool> done) {
  if (scanning != nullptr) {
    scanning->cancel();
    co_await scanning->join();
  }
  co_await dispatcher.drain(grace);
  done.set(true);
}

}  // namespace

Dispatcher::Dispatcher(Needs needs, DeliverySettings settings, std::vector<OnShard> shards)
    : settings_(fitted(std::move(settings))),
      on_shards_(std::move(shards)),
      trust_(std::make_unique<TrustCache>(std::move(needs.public_cas))),
      common_(new Common{needs.spool, needs.book, needs.events, needs.metrics, *trust_, settings_,
                         on_shards_.size(), needs.own_mail, nullptr, nullptr, nullptr, nullptr}),
      scanning_(on_shards_.front().shard),
      wake_(on_shards_.front().shard),
      recalculated_(needs.book.current()),
      changed_from_(kNothing) {
  common_->hand_over = [this](auto deliveries) {
    hand_over(std::move(deliveries), Told::by_commit);
  };
  common_->will_be_due = [this](base::Instant due) { will_be_due(due); };
  common_->has_room = [this] {
    sweep_all_ = true;
    wake_scan();
  };
  common_->is_hungry = [this] { wake_scan(); };
  for (const OnShard& on : on_shards_) {
    shards_.push_back(std::make_unique<ShardDispatcher>(
        ShardDispatcher::Needs{on.shard, on.lookups, on.tls, on.sts, on.sessions}, *common_));
  }
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::start() {
  on_shards_.front().shard.post([this] { scanning_.start(scan_loop()); });
}

std::size_t Dispatcher::shard_for(const queue::Delivery& delivery) const {
  const std::size_t account = std::hash<base::AccountId>{}(delivery.account);
  const std::size_t domain = std::hash<dns::Domain>{}(delivery.destination.domain);
  return (account * 31 + domain) % shards_.size();
}

void Dispatcher::accepted(receipt::AcceptedMessage message) {
  for (queue::Delivery& delivery : message.deliveries) {
    const std::size_t index = shard_for(delivery);
    Job job{std::move(delivery), message.envelope, message.body, Told::by_commit};
    ShardDispatcher* shard = shards_[index].get();
    on_shards_[index].shard.post(
        [shard, moved = std::move(job)]() mutable { shard->offer(std::move(moved)); });
  }
}

void Dispatcher::hand_over(std::vector<queue::Delivery> deliveries, Told told) {
  std::vector<std::vector<Job>> by_shard(shards_.size());
  for (queue::Delivery& delivery : deliveries) {
    const std::size_t index = shard_for(delivery);
    by_shard[index].push_back({std::move(delivery), nullptr, nullptr, told});
  }
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    if (by_shard[i].empty()) continue;
    on_shards_[i].shard.post([shard = shards_[i].get(), jobs = std::move(by_shard[i])]() mutable {
      for (Job& job : jobs) shard->offer(std::move(job));
    });
  }
}

void Dispatcher::will_be_due(base::Instant due) {
  std::int64_t from = changed_from_;
  while (base::micros(due) < from &&
         !changed_from_.compare_exchange_weak(from, base::micros(due))) {
  }
  if (base::micros(due) < sleeping_until_) wake_scan();
}

void Dispatcher::wake_scan() {
  if (wake_posted_.exchange(true)) return;
  on_shards_.front().shard.post([this] {
    wake_posted_ = false;
    wake_.notify();
  });
}

void Dispatcher::look_again() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    on_shards_[i].shard.post([shard = shards_[i].get()] { shard->look_again(); });
  }
}

// A scan that begins from now on sees the change, and may come to a shard before this does.
void Dispatcher::queue_changed() {
  look_again();
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    on_shards_[i].shard.post([shard = shards_[i].get(), scan = common_->scan_started.load()] {
      shard->release_waiting(scan);
    });
  }
  changed_from_ = 0;
  wake_scan();
}

void Dispatcher::recalculate() {
  recalculate_ = true;
  look_again();
  wake_scan();
}

// --- finding what is due -------------------------------------------------------------------------

net::Task<void> Dispatcher::scan_loop() {
  net::Shard& shard = on_shards_.front().shard;
  next_sweep_ = shard.now() + kBetweenSweeps;
  while (!scanning_.cancellation().requested()) {
    wake_.reset();
    co_await mind_the_clock();
    if (recalculate_.exchange(false)) co_await make_due_what_waits_for_the_configuration();
    const Scanned scanned = co_await scan();
    // Never without a breath: a waking that repeats itself must not turn into a loop.
    base::Deadline breath = scanning_.within(kSleepLeast);
    auto breathed = co_await shard.sleep(breath);
    if (!breathed) break;
    if (scanned.more) continue;
    // What is postponed while the queue is asked may be in the answer or not.
    sleeping_until_ = base::micros(base::Instant::max());
    if (changed_from_ <= base::micros(scanned.until)) continue;  // changed while it looked
    base::Instant next = co_await next_wake(scanned.until);
    sleeping_until_ = base::micros(next);
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - shard.wall_now());
    base::Deadline until = scanning_.within(std::max(wait, kSleepLeast));
    auto woken = co_await wake_.wait(until);
    sleeping_until_ = 0;
    if (!woken && woken.error().code == "cancelled") break;
  }
}

// One turn. What is claimed already may be offered again and is not taken: a claim costs a look
// into a set.
net::Task<Dispatcher::Scanned> Dispatcher::scan() {
  const std::uint64_t number = ++common_->scan_started;
  const base::Instant now = on_shards_.front().shard.wall_now();
  common_->looked_until = base::micros(now);  // before it looks
  begin_where_something_changed();
  const Pass searched = co_await pass(searched_, now);
  const Pass swept = co_await sweep(now);
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    on_shards_[i].shard.post([target = shards_[i].get(), number] { target->scan_ended(number); });
  }
  const bool stopped = searched == Pass::stopped || swept == Pass::stopped;
  co_return Scanned{now, !stopped && (searched == Pass::paused || swept == Pass::paused)};
}

// A delivery that was put off before the search came by, and written after that.
void Dispatcher::begin_where_something_changed() {
  const std::int64_t from = changed_from_.exchange(kNothing);
  if (from <= base::micros(searched_.due)) searched_ = {base::instant(from), {}};
}

// Offers what is due by `until`, from `at` on, some pages of it.
net::Task<Dispatcher::Pass> Dispatcher::pass(spool::Spool::Cursor& at, base::Instant until) {
  net::Shard& shard = on_shards_.front().shard;
  for (int i = 0; i < kPagesATurn; ++i) {
    if (scanning_.cancellation().requested()) co_return Pass::stopped;
    if (common_->room() == 0) {
      common_->turned_away = true;
      co_return Pass::stopped;
    }
    auto page = co_await common_->spool.due(shard, at, until, kPage);
    if (!page) co_return Pass::stopped;
    const bool last = page->size() < kPage;
    if (!page->empty()) at = {page->back().due, page->back().id};
    if (last)
      at = std::max(at, {until, {}}, [](const auto& a, const auto& b) { return a.due < b.due; });
    hand_over(*std::move(page), Told::by_queue);
    if (last) co_return Pass::ended;
  }
  co_return Pass::paused;
}

net::Task<Dispatcher::Pass> Dispatcher::sweep(base::Instant now) {
  const base::Steady steady = on_shards_.front().shard.now();
  const bool all = sweep_all_.exchange(false) || steady >= next_sweep_;
  if (all || (!sweep_ && common_->hungry > 0)) {
    ++common_->sweep;
    sweep_ = Sweep{{}, now, all};
    next_sweep_ = steady + kBetweenSweeps;
  }
  if (!sweep_ || (!sweep_->whole && common_->hungry <= 0)) co_return Pass::ended;
  const Pass passed = co_await pass(sweep_->at, sweep_->until);
  if (passed != Pass::ended) co_return passed;
  sweep_.reset();
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    on_shards_[i].shard.post([target = shards_[i].get(), number = common_->sweep.load()] {
      target->sweep_ended(number);
    });
  }
  co_return common_->hungry > 0 ? Pass::paused : Pass::ended;
}

// What became due since the scan looked has not been seen: it counts as next, not as past.
net::Task<base::Instant> Dispatcher::next_wake(base::Instant scanned) {
  net::Shard& shard = on_shards_.front().shard;
  auto next = co_await common_->spool.next_due(shard, scanned);
  const base::Instant now = shard.wall_now();
  if (!next) co_return now + kAfterError;
  co_return std::min<base::Instant>(next->value_or(now + kSleepMost), now + kSleepMost);
}

net::Task<void> Dispatcher::make_due_what_waits_for_the_configuration() {
  net::Shard& shard = on_shards_.front().shard;
  const auto before = std::exchange(recalculated_, common_->book.current());
  Moved moved(*before, *recalculated_);
  spool::Places places;
  std::optional<base::AccountId> every;
  auto waiting = co_await common_->spool.waiting(shard, every);
  if (!waiting) co_return;
  for (const spool::Waiting& one : *waiting) {
    auto domain = dns::Domain::from_ascii(one.domain);
    if (!domain) continue;
    const std::pair place(one.account, *std::move(domain));
    if (waits_for_a_requirement(one) || moved(place)) places.emplace(one.account, one.domain);
  }
  if (!places.empty()) co_await retry(std::move(places));
}

// However many they are, the queue is looked through once.
net::Task<void> Dispatcher::retry(spool::Places places) {
  net::Shard& shard = on_shards_.front().shard;
  spool::ListFilter filter;
  filter.places = std::make_shared<const spool::Places>(std::move(places));
  (void)co_await common_->spool.act(shard, spool::Spool::Action::retry, std::move(filter),
                                    std::nullopt, shard.wall_now());
  changed_from_ = 0;
}

// --- the time of day -----------------------------------------------------------------------------

bool Dispatcher::was_set_back() {
  const net::Shard& shard = on_shards_.front().shard;
  const base::Duration ahead = shard.wall_now().time_since_epoch() -
                               std::chrono::floor<base::Duration>(shard.now().time_since_epoch());
  const auto before = std::exchange(clock_, ahead);
  return before && ahead < *before - kSetBack;
}

// At the start nothing is known of an earlier time of day but what the queue says.
net::Task<void> Dispatcher::mind_the_clock() {
  net::Shard& shard = on_shards_.front().shard;
  const bool is_start = !clock_;
  bool set_back = was_set_back();
  if (is_start) {
    const base::Instant last = shard.wall_now() + queue::longest_wait(settings_.schedule);
    auto next = co_await common_->spool.next_due(shard, shard.wall_now());
    set_back = next && *next && **next > last + kSetBack;
  }
  if (!set_back) co_return;
  common_->events.emit(observe::Event::clock_set_back, {});
  look_again();
  spool::ListFilter all;
  all.state = queue::State::queued;
  (void)co_await common_->spool.act(shard, spool::Spool::Action::retry, std::move(all),
                                    std::nullopt, shard.wall_now());
  changed_from_ = 0;
}

// --- the end -------------------------------------------------------------------------------------

net::Task<void> Dispatcher::drain(net::Shard& shard, std::chrono::milliseconds grace) {
  std::vector<net::Receiver<bool>> finished;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    auto [receiver, sender] = net::handoff<bool>(shard);
    finished.push_back(std::move(receiver));
    on_shards_[i].shard.post([this, i, grace, done = std::move(sender)]() mutable {
      net::TaskGroup* scanning = i == 0 ? &scanning_ : nullptr;
      shards_[i]->closing().start(drain_shard(*shards_[i], scanning, grace, std::move(done)));
    });
  }
  for (auto& receiver : finished) co_await receiver;
}

}  // namespace postern::delivery
