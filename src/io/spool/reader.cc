#include "io/spool/reader.h"

#include <pthread.h>

namespace postern::spool {

Reader::Reader(ReadRows rows) : rows_(std::move(rows)), thread_([this] { run(); }) {}

Reader::~Reader() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  arrived_.notify_all();
  thread_.join();
}

void Reader::put(Job job) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(job));
  }
  arrived_.notify_one();
}

void Reader::run() {
  ::pthread_setname_np(::pthread_self(), "spool-reader");  // as `top -H` shows it
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    job(rows_);
    lock.lock();
  }
}

}  // namespace postern::spool
