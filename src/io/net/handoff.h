// A value that crosses threads once: a worker (the spool's writer, the records' thread, a resolver)
// sets it, a coroutine on a shard awaits it. The worker never runs the coroutine itself: it posts
// the resumption to the shard.
//
//   auto [receiver, sender] = net::handoff<Result<MessageId>>(shard);
//   writer.enqueue(Work{..., std::move(sender)});
//   auto result = co_await receiver;
//
// The sender must set the value in every case; a sender dropped without one ends the program, as
// the waiting coroutine could never be resumed. The wait has no deadline and cannot be cancelled:
// the worker always answers. A receiver that is dropped first leaves the value to be destroyed,
// maybe on the worker's thread. The shard outlives the sender.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "io/net/shard.h"

namespace postern::net {

namespace detail {
template <class T>
struct HandoffState {
  explicit HandoffState(Shard& s) : shard(s) {}
  Shard& shard;
  // Written by the sender before it arrives, read by the receiver after both have.
  std::optional<T> value;
  // Only ever touched on the shard's thread.
  std::coroutine_handle<> waiting;
  // The second of {value set, receiver waits} resumes.
  std::atomic<int> arrivals{0};
};
}  // namespace detail

template <class T>
class [[nodiscard]] Receiver {
 public:
  explicit Receiver(std::shared_ptr<detail::HandoffState<T>> state) : state_(std::move(state)) {}
  Receiver(Receiver&&) noexcept = default;
  Receiver& operator=(Receiver&&) = delete;
  ~Receiver() {
    // A frame destroyed while it waits must not be resumed by a value that is on its way.
    if (state_) state_->waiting = nullptr;
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> caller) noexcept {
    state_->waiting = caller;
    return state_->arrivals.fetch_add(1) == 0;  // the value is already here: go on at once
  }
  T await_resume() { return std::move(*state_->value); }

 private:
  std::shared_ptr<detail::HandoffState<T>> state_;
};

template <class T>
class Sender {
 public:
  explicit Sender(std::shared_ptr<detail::HandoffState<T>> state) : state_(std::move(state)) {}
  Sender(Sender&&) noexcept = default;
  Sender& operator=(Sender&& other) noexcept {
    drop();
    state_ = std::move(other.state_);
    return *this;
  }
  ~Sender() { drop(); }

  void set(T value) {
    auto state = std::exchange(state_, nullptr);
    state->value.emplace(std::move(value));
    if (state->arrivals.fetch_add(1) == 0) return;
    Shard& shard = state->shard;
    shard.post([arrived = std::move(state)] {
      if (arrived->waiting) arrived->waiting.resume();
    });
  }

 private:
  void drop() noexcept {
    if (state_ == nullptr) return;
    std::fputs("postern: a handoff's sender was dropped without a value\n", stderr);
    std::abort();
  }

  std::shared_ptr<detail::HandoffState<T>> state_;
};

template <class T>
struct HandoffPair {
  Receiver<T> receiver;
  Sender<T> sender;
};

template <class T>
[[nodiscard]] HandoffPair<T> handoff(Shard& shard) {
  auto state = std::make_shared<detail::HandoffState<T>>(shard);
  return {Receiver<T>(state), Sender<T>(state)};
}

}  // namespace postern::net
