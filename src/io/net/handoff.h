// A value that crosses threads once: a worker (the spool's writer, the records' thread, a resolver)
// sets it, a coroutine on a shard awaits it. The worker never runs the coroutine itself: it posts
// the resumption to the shard.
//
//   auto [receiver, sender] = net::handoff<Result<MessageId>>(shard);
//   writer.enqueue(Work{..., std::move(sender)});
//   auto result = co_await receiver;
//
// The sender must set the value in every case; a sender dropped without one ends the program, as
// the waiting coroutine could never be resumed.
#pragma once

#include <atomic>
#include <coroutine>
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
  std::optional<T> value;
  std::coroutine_handle<> waiting;
  std::atomic<int> arrivals{0};  // the second of {value set, receiver waits} resumes
};
}  // namespace detail

template <class T>
class [[nodiscard]] Receiver {
 public:
  explicit Receiver(std::shared_ptr<detail::HandoffState<T>> state) : state_(std::move(state)) {}
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
  Sender& operator=(Sender&&) noexcept = default;
  ~Sender() {
    if (state_) std::abort();
  }

  void set(T value) {
    auto state = std::exchange(state_, nullptr);
    state->value.emplace(std::move(value));
    if (state->arrivals.fetch_add(1) == 0) return;
    state->shard.post([state] { state->waiting.resume(); });
  }

 private:
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
