#include "service/api/event_handlers.h"

#include <charconv>

namespace postern::api {

namespace {

class EventStream : public http::BodyStream {
 public:
  EventStream(const EventHandlers::Needs& needs, std::unique_ptr<EventFeed::Listener> listener,
              base::Steady ends)
      : shard_(needs.shard),
        keep_alive_(needs.keep_alive),
        listener_(std::move(listener)),
        ends_(ends) {}

  net::Task<base::Result<std::string>> next(base::Deadline deadline) override {
    // Something at once, so that the client knows that it is heard; it comes back after a second.
    if (!std::exchange(greeted_, true)) co_return std::string("retry: 1000\n\n");
    const base::Steady now = shard_.now();
    if (now >= ends_) co_return std::string();
    base::Deadline until = deadline.no_later_than(std::min(now + keep_alive_, ends_));
    auto text = co_await listener_->next(until);
    co_return text;
  }

 private:
  net::Shard& shard_;
  std::chrono::milliseconds keep_alive_;
  std::unique_ptr<EventFeed::Listener> listener_;
  base::Steady ends_;
  bool greeted_ = false;
};

std::int64_t last_event(const Call& call) {
  const std::string text = call.header("last-event-id");
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

}  // namespace

net::Task<http::Response> EventHandlers::stream(Call call) {
  base::Steady ends = needs_.shard.now() + needs_.life;
  for (const Time end : {call.who.expires, call.who.idle_until}) {
    if (end == Time{}) continue;
    ends = std::min(ends, needs_.shard.now() + (end - needs_.shard.wall_now()));
  }
  const EventFeed::Scope scope = call.who.is_platform_administrator()
                                     ? EventFeed::Scope::account_and_gateway
                                     : EventFeed::Scope::account;
  auto listener = needs_.feed.listen(call.account->id, scope);
  const std::int64_t seen = last_event(call);
  if (seen > 0) co_await needs_.feed.catch_up(*listener, seen);
  http::Response response;
  response.content_type = "text/event-stream";
  response.headers["Cache-Control"] = "no-store";
  response.headers["X-Accel-Buffering"] = "no";
  response.stream = std::make_unique<EventStream>(needs_, std::move(listener), ends);
  co_return response;
}

void declare_events(Operations& operations, EventHandlers* handlers) {
  operations.add_type<Event>();
  operations.add_raw<Nothing>(
      {.method = Method::get,
       .path = "/accounts/{account}/events",
       .id = "streamEvents",
       .summary = "What changes, as it changes: events change, draft, queue and job",
       .access = Access::viewer,
       .content_type = "text/event-stream",
       .behind = Behind::page},
      [handlers](Call call, Nothing) { return handlers->stream(std::move(call)); });
}

}  // namespace postern::api
