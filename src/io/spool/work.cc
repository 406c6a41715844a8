#include "io/spool/work.h"

namespace postern::spool {

bool WorkQueue::put(std::unique_ptr<Work>& work) {
  bool was_empty = false;
  {
    const std::scoped_lock lock(mutex_);
    if (closed_) return false;
    was_empty = waiting_.empty();
    waiting_.push_back(std::move(work));
  }
  if (was_empty) arrived_.notify_one();  // one taker; while something waits, it is awake
  return true;
}

std::vector<std::unique_ptr<Work>> WorkQueue::take(std::size_t count, std::int64_t bytes) {
  std::vector<std::unique_ptr<Work>> taken;
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  std::int64_t sum = 0;
  while (!waiting_.empty() && taken.size() < count) {
    sum += waiting_.front()->bytes();
    if (sum > bytes && !taken.empty()) break;
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return taken;
}

void WorkQueue::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  arrived_.notify_all();
}

}  // namespace postern::spool
