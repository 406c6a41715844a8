#include "io/net/event.h"

#include "io/net/loop.h"
#include "io/net/waiter.h"

namespace postern::net {

void Event::notify() {
  notified_ = true;
  wake_all(waiting_, Wake::ready);
}

Task<base::Result<>> Event::wait(base::Deadline deadline) {
  if (notified_) co_return base::Result<>();
  Waiter waiter(shard_, deadline, &waiting_);
  const Wake why = co_await waiter;
  if (why != Wake::ready) co_return wait_failure(why, "waiting for an event");
  co_return base::Result<>();
}

// A permit is given to a waiter when it is woken, not when it runs: else whoever asks in between
// would overtake it. If the waiter is destroyed before it runs, the permit goes back.
class Semaphore::Turn : public Waiter {
 public:
  Turn(Semaphore& semaphore, base::Deadline deadline)
      : Waiter(semaphore.shard_, deadline, &semaphore.waiting_), semaphore_(semaphore) {}
  ~Turn() override {
    if (given_) semaphore_.release();
  }
  void give() {
    given_ = true;
    wake(Wake::ready);
  }
  [[nodiscard]] Permit take() {
    given_ = false;
    return Permit(semaphore_);
  }

 private:
  Semaphore& semaphore_;
  bool given_ = false;
};

void Semaphore::admit() {
  while (in_use_ < limit_) {
    Waiter* first = waiting_.pop_front();
    if (first == nullptr) return;
    ++in_use_;
    static_cast<Turn*>(first)->give();
  }
}

void Semaphore::release() {
  --in_use_;
  admit();
}

void Semaphore::set_limit(std::size_t permits) {
  limit_ = permits;
  admit();
}

Task<base::Result<Semaphore::Permit>> Semaphore::acquire(base::Deadline deadline) {
  if (const auto why = shard_.loop().refusal(deadline)) {
    co_return wait_failure(*why, "waiting for a permit");
  }
  if (in_use_ < limit_ && waiting_.empty()) {
    ++in_use_;
    co_return Permit(*this);
  }
  Turn turn(*this, deadline);
  const Wake why = co_await turn;
  if (why != Wake::ready) co_return wait_failure(why, "waiting for a permit");
  co_return turn.take();
}

}  // namespace postern::net
