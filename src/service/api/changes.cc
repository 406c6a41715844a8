#include "service/api/changes.h"

#include <utility>

namespace postern::api {

namespace {
constexpr std::chrono::seconds patience{2};
}

Changes::Changes(net::Shard& shard, const service::BookSource& book, std::function<void()> refresh)
    : shard_(shard),
      book_(book),
      refresh_(std::move(refresh)),
      next_(std::make_shared<net::Event>(shard)) {}

void Changes::book_changed() {
  auto passed = std::exchange(next_, std::make_shared<net::Event>(shard_));
  passed->notify();
}

net::Task<void> Changes::next(base::Deadline deadline) {
  auto awaited = next_;  // kept: book_changed() replaces it
  (void)co_await awaited->wait(deadline);
}

net::Task<void> Changes::in_force(std::int64_t revision) {
  base::Deadline deadline{.at = shard_.now() + patience};
  while (book_.current()->revision() < revision && shard_.now() < deadline.at) {
    refresh_();
    co_await next(deadline);
  }
}

}  // namespace postern::api
