#include "io/spool/work.h"

namespace postern::spool {
namespace {

constexpr std::size_t kPatientAtMost = 64;  // as many are company enough for each other
constexpr std::size_t kCompany = 4;  // in a batch: then others are at work beside whoever asks

}  // namespace

bool WorkQueue::put(std::unique_ptr<Work>& work) {
  bool is_waited_for = false;
  {
    const std::scoped_lock lock(mutex_);
    if (closed_) return false;
    const bool first_impatient = !work->is_patient() && ++impatient_ == 1;
    waiting_.push_back(std::move(work));
    const std::size_t count = waiting_.size();
    is_waited_for = count == 1 || first_impatient || count == kPatientAtMost || count == wanted_;
  }
  if (is_waited_for) arrived_.notify_one();  // one taker; else it is awake, or sleeps on purpose
  return true;
}

std::vector<std::unique_ptr<Work>> WorkQueue::take(std::size_t count, std::int64_t bytes) {
  std::vector<std::unique_ptr<Work>> taken;
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  arrived_.wait_for(lock, waits_.patience, [this] {
    return closed_ || impatient_ > 0 || waiting_.size() >= kPatientAtMost;
  });
  if (last_ >= kCompany) {
    wanted_ = 2 * last_;
    arrived_.wait_for(lock, waits_.linger,
                      [this] { return closed_ || waiting_.size() >= wanted_; });
    wanted_ = 0;
  }
  std::int64_t sum = 0;
  while (!waiting_.empty() && taken.size() < count) {
    sum += waiting_.front()->bytes();
    if (sum > bytes && !taken.empty()) break;
    if (!waiting_.front()->is_patient()) --impatient_;
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  last_ = taken.size();
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
