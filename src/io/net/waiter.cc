#include "io/net/waiter.h"

#include <fmt/core.h>

#include "io/net/loop.h"

namespace postern::net {

Waiter::Waiter(Shard& shard, base::Deadline deadline, List<Waiter>* source)
    : shard_(shard), deadline_(deadline), source_(source) {}

Waiter::~Waiter() {
  if (waiting_ && deadline_.cancellation != nullptr) deadline_.cancellation->detach(*this);
}

bool Waiter::await_ready() noexcept {
  const auto refused = shard_.loop().refusal(deadline_);
  if (refused) why_ = *refused;
  return refused.has_value();
}

void Waiter::await_suspend(std::coroutine_handle<> caller) noexcept {
  caller_ = caller;
  waiting_ = true;
  if (source_ != nullptr) source_->push_back(*this);
  if (deadline_.at != base::Steady::max()) shard_.loop().set_timer(*this, deadline_.at);
  if (deadline_.cancellation != nullptr) deadline_.cancellation->attach(*this);
}

void Waiter::wake(Wake why) noexcept {
  if (!waiting_ || woken_) return;
  woken_ = true;
  why_ = why;
  TimerWheel::Entry::unlink();
  if (deadline_.cancellation != nullptr) deadline_.cancellation->detach(*this);
  shard_.loop().ready.push_back(*this);
}

void wake_all(List<Waiter>& source, Wake why) {
  // Each one moves to its shard's ready list.
  List<Waiter> waiting;
  waiting.take_all(source);
  while (Waiter* waiter = waiting.pop_front()) waiter->wake(why);
}

std::unexpected<base::Failure> wait_failure(Wake why, std::string_view doing) {
  if (why == Wake::timeout) {
    return base::fail("timeout", fmt::format("Time ran out while {}.", doing));
  }
  return base::fail("cancelled", fmt::format("Stopped on this side while {}.", doing));
}

}  // namespace postern::net
