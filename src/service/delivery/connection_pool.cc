#include "service/delivery/connection_pool.h"

#include <utility>

namespace postern::delivery {

ConnectionPool::ConnectionPool(net::TaskGroup& group, Limits limits)
    : group_(group), limits_(limits), drained_(group.shard()) {}

std::unique_ptr<HostConnection> ConnectionPool::take(const std::string& key) {
  const auto found = idle_.find(key);
  if (found == idle_.end()) return nullptr;
  std::unique_ptr<HostConnection> connection = std::move(found->second.back().connection);
  found->second.pop_back();
  if (found->second.empty()) idle_.erase(found);
  --size_;
  return connection;
}

void ConnectionPool::put(std::unique_ptr<HostConnection> connection) {
  const bool worn = connection->dialogue().messages() >= limits_.messages;
  if (draining_ || worn || size_ >= limits_.connections || limits_.idle.count() == 0) {
    group_.start(say_goodbye(std::move(connection)));
    return;
  }
  std::string key = connection->key();
  idle_[std::move(key)].push_back({std::move(connection), group_.shard().now()});
  ++size_;
  if (sweeping_) return;
  sweeping_ = true;
  group_.start(sweep());
}

net::Task<void> ConnectionPool::say_goodbye(std::unique_ptr<HostConnection> connection) {
  co_await connection->quit();
}

// Runs while connections wait: looks four times in the idle time.
net::Task<void> ConnectionPool::sweep() {
  while (size_ > 0) {
    base::Deadline next = group_.within(limits_.idle / 4 + std::chrono::milliseconds(1));
    auto drained = co_await drained_.wait(next);
    if (drained || drained.error().code != "timeout") break;
    sweep_now(group_.shard().now() - limits_.idle);
  }
  sweeping_ = false;
}

void ConnectionPool::sweep_now(base::Steady older_than) {
  for (auto entry = idle_.begin(); entry != idle_.end();) {
    // The front waits longest: taking and putting happen at the back.
    std::vector<Idle>& waiting = entry->second;
    std::size_t old = 0;
    while (old < waiting.size() && waiting[old].since <= older_than) {
      group_.start(say_goodbye(std::move(waiting[old].connection)));
      ++old;
      --size_;
    }
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(old));
    entry = waiting.empty() ? idle_.erase(entry) : std::next(entry);
  }
}

void ConnectionPool::drain() {
  draining_ = true;
  drained_.notify();
  sweep_now(base::Steady::max());
}

}  // namespace postern::delivery
