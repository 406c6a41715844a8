// The event stream of an account: server-sent events over one long response.
//
// A stream ends by itself after five minutes and the client connects again, as EventSource does: so
// a session that has ended, or a role that was taken away, hears nothing for long. It never
// outlives its session, and keeps none alive: a page that nobody touches is signed out like any
// other. A comment every fifteen seconds shows both sides that the other is there.
#pragma once

#include "service/api/event_feed.h"
#include "service/api/operations.h"

namespace postern::api {

class EventHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    EventFeed& feed;
    std::chrono::milliseconds keep_alive{std::chrono::seconds(15)};
    std::chrono::milliseconds life{std::chrono::minutes(5)};
  };
  explicit EventHandlers(Needs needs) : needs_(needs) {}

  [[nodiscard]] net::Task<http::Response> stream(Call call);

 private:
  Needs needs_;
};

void declare_events(Operations& operations, EventHandlers* handlers);

}  // namespace postern::api
