#include "service/api/desk.h"

#include <utility>

namespace postern::api {

Desk::Desk(std::unique_ptr<records::Records> records)
    : records_(std::move(records)), thread_([this] { work(); }) {}

Desk::~Desk() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Desk::put(Job job) {
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void Desk::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job(*records_);
    lock.lock();
  }
}

}  // namespace postern::api
