#include "service/tlsrpt/session_counter.h"

#include <utility>

#include "core/tlsrpt/session.h"

namespace postern::tlsrpt {
namespace {

constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(30);
constexpr std::size_t kMostDays = 3;  // while they cannot be put away

}  // namespace

SessionCounter::SessionCounter(Needs needs) : needs_(needs), group_(needs.shard) {}

void SessionCounter::session(const route::RoutePlan& plan, const route::HostPlan& host,
                             const tls::Observation& seen, const base::IpAddress& from) {
  if (stopped_) return;
  const auto rows = rows_of({plan, host, seen, from});
  if (rows.empty()) return;
  const auto day = std::chrono::floor<std::chrono::days>(needs_.shard.wall_now());
  Tally& tally = counted_.try_emplace(day, day).first->second;
  for (const TallyRow& row : rows) tally.add(row);
  if (counted_.size() > kMostDays) counted_.erase(counted_.begin());
  if (waiting_) return;
  waiting_ = true;
  group_.start(put_away_later());
}

net::Task<void> SessionCounter::put_away_later() {
  base::Deadline then = group_.within(kPatience);
  auto slept = co_await needs_.shard.sleep(then);
  waiting_ = false;
  if (slept) co_await put_away();
}

// What could not be put away is counted on, and goes with the next.
net::Task<void> SessionCounter::put_away() {
  std::map<std::chrono::sys_days, Tally> counted = std::exchange(counted_, {});
  for (const auto& [day, tally] : counted) {
    auto kept = co_await needs_.shelf.add(needs_.shard, tally);
    if (kept) continue;
    counted_.try_emplace(day, day).first->second.add(tally);
    needs_.events.emit(observe::Event::tls_report_not_kept, {{"why", kept.error().text}});
  }
}

net::Task<void> SessionCounter::stop() {
  stopped_ = true;
  group_.cancel();
  co_await group_.join();
  co_await put_away();
}

}  // namespace postern::tlsrpt
