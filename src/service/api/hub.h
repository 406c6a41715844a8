// Tells those who listen that something happened; on one shard. A listener that is told may leave,
// or others may.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace postern::api {

template <class... What>
class Hub {
 public:
  using Listener = std::function<void(const What&...)>;

  // Listens for as long as it lives; may outlive the hub.
  class Subscription {
   public:
    Subscription(Subscription&& other) noexcept
        : state_(std::move(other.state_)), number_(other.number_) {}
    Subscription& operator=(Subscription&&) = delete;
    ~Subscription() {
      if (auto state = state_.lock()) state->listeners.erase(number_);
    }

   private:
    friend class Hub;
    struct State {
      std::map<std::uint64_t, Listener> listeners;
      std::uint64_t next = 0;
    };
    Subscription(std::weak_ptr<State> state, std::uint64_t number)
        : state_(std::move(state)), number_(number) {}
    std::weak_ptr<State> state_;
    std::uint64_t number_;
  };

  [[nodiscard]] Subscription subscribe(Listener listener) {
    const std::uint64_t number = state_->next++;
    state_->listeners.emplace(number, std::move(listener));
    return Subscription(state_, number);
  }

  void tell(const What&... what) const {
    auto at = state_->listeners.begin();
    while (at != state_->listeners.end()) {
      const std::uint64_t number = at->first;
      const Listener listener = at->second;  // kept: it may leave while it is told
      listener(what...);
      at = state_->listeners.upper_bound(number);
    }
  }

 private:
  std::shared_ptr<typename Subscription::State> state_ =
      std::make_shared<typename Subscription::State>();
};

}  // namespace postern::api
