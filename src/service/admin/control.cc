#include "service/admin/control.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "service/admin/queue_json.h"

namespace postern::admin {

namespace {

constexpr std::size_t page_limit = 1000;
constexpr std::string_view kCertificates = "/v1/certificates/";
constexpr std::int64_t export_limit = 128 << 20;

http::Response json_response(base::JsonWriter json) {
  return {.status = 200,
          .content_type = "application/json",
          .body = std::move(json).take() + "\n",
          .headers = {}};
}

http::Response text_response(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(text),
          .headers = {}};
}

http::Response failure_response(const base::Failure& failure) {
  if (failure.code == "not-found") return problem(404, failure.code, failure.text);
  return problem(503, failure.code, failure.text);
}

std::string parameter(const http::Request& request, const std::string& name) {
  auto found = request.query.find(name);
  return found == request.query.end() ? std::string() : found->second;
}

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// The filter of a request; a Failure names the parameter.
base::Result<spool::ListFilter> filter_of(const http::Request& request,
                                          const policy::PolicyBook& book) {
  spool::ListFilter filter;
  if (std::string domain = parameter(request, "domain"); !domain.empty()) {
    auto parsed = dns::Domain::parse(domain);
    if (!parsed) return base::fail("invalid-domain", "domain: " + parsed.error().text);
    filter.domain = parsed->text();
  }
  if (std::string name = parameter(request, "account"); !name.empty()) {
    const policy::Account* account = book.account_named(name);
    if (!account)
      return base::fail("invalid-account",
                        fmt::format("account: there is none named \"{}\"", base::printable(name)));
    filter.account = account->id;
  }
  std::string state = parameter(request, "state");
  if (state == "held") filter.state = queue::State::held;
  if (state == "queued") filter.state = queue::State::queued;
  if (!state.empty() && !filter.state)
    return base::fail("invalid-state", "state: must be \"queued\" or \"held\"");
  if (std::string after = parameter(request, "after"); !after.empty()) {
    auto id = base::parse_queue_id(after);
    if (!id) return base::fail("invalid-id", "after: is no queue id");
    filter.after = *id;
  }
  if (std::string limit = parameter(request, "limit"); !limit.empty()) {
    auto count = number(limit);
    if (!count || *count == 0)
      return base::fail("invalid-limit", "limit: must be a positive number");
    filter.limit = std::min(static_cast<std::size_t>(*count), page_limit);
  }
  return filter;
}

}  // namespace

http::Response problem(int status, std::string title, std::string detail) {
  base::JsonWriter json;
  json.begin_object().field("type", "about:blank").field("title", title).field("status", status);
  json.field("detail", detail).end_object();
  return {.status = status,
          .content_type = "application/problem+json",
          .body = std::move(json).take() + "\n",
          .headers = {}};
}

Control::Control(ControlNeeds needs)
    : needs_(std::move(needs)),
      hand_({needs_.shard, needs_.spool, needs_.events, needs_.queue_changed, needs_.recalculate}) {
}

net::Task<http::Response> Control::handle(http::Request request) {
  bool reading = request.method == "GET";
  if (!reading && request.method != "POST") {
    co_return problem(405, "method-not-allowed", "Only GET and POST are known here.");
  }
  net::Task<http::Response> answer = reading ? get(std::move(request)) : post(std::move(request));
  http::Response response = co_await answer;
  co_return response;
}

net::Task<http::Response> Control::get(http::Request request) {
  if (request.path == "/v1/version") {
    base::JsonWriter json;
    json.begin_object().field("version", POSTERN_VERSION).end_object();
    co_return json_response(std::move(json));
  }
  if (request.path == "/v1/status") {
    co_return http::Response{.status = 200,
                             .content_type = "application/json",
                             .body = needs_.status() + "\n",
                             .headers = {}};
  }
  if (request.path == "/v1/certificates") {
    co_return http::Response{.status = 200,
                             .content_type = "application/json",
                             .body = needs_.certificates() + "\n",
                             .headers = {}};
  }
  if (request.path == "/v1/queue") co_return co_await list(std::move(request));
  if (request.path == "/v1/queue/counts") co_return co_await counts();
  std::string_view rest = request.path;
  if (!rest.starts_with("/v1/queue/"))
    co_return problem(404, "not-found", "There is no such page.");
  rest.remove_prefix(std::string_view("/v1/queue/").size());
  bool wants_body = rest.ends_with("/body");
  if (wants_body) rest.remove_suffix(5);
  auto id = base::parse_queue_id(rest);
  if (!id) co_return problem(404, "not-found", "That is no queue id; see: postern queue list");
  if (wants_body) co_return co_await body(*id);
  co_return co_await show(*id);
}

net::Task<http::Response> Control::post(http::Request request) {
  if (request.path == "/v1/queue/recalculate") {
    hand_.recalculate("cli");
    base::JsonWriter json;
    json.begin_object().field("action", "recalculate").end_object();
    co_return json_response(std::move(json));
  }
  if (request.path == "/v1/policies/refresh") {
    needs_.refresh();
    base::JsonWriter json;
    json.begin_object().field("action", "refresh").end_object();
    co_return json_response(std::move(json));
  }
  if (request.path == "/v1/tls-reports/send") {
    needs_.send_reports();
    base::JsonWriter json;
    json.begin_object().field("action", "send").end_object();
    co_return json_response(std::move(json));
  }
  if (request.path.starts_with(kCertificates)) co_return act_on_certificate(request);
  std::string_view verb = request.path;
  if (verb.starts_with("/v1/queue/")) verb.remove_prefix(std::string_view("/v1/queue/").size());
  std::string word(verb);
  co_return co_await act(std::move(word), std::move(request));
}

http::Response Control::act_on_certificate(const http::Request& request) {
  const std::string verb = request.path.substr(kCertificates.size());
  auto done = needs_.act_on_certificate(verb, parameter(request, "name"));
  if (!done && done.error().code.starts_with("invalid")) {
    return problem(400, done.error().code, done.error().text);
  }
  if (!done) return failure_response(done.error());
  needs_.events.emit(observe::Event::certificate_changed_by_hand,
                     {{"action", verb}, {"name", parameter(request, "name")}});
  return {.status = 200, .content_type = "application/json", .body = *done + "\n", .headers = {}};
}

net::Task<http::Response> Control::list(http::Request request) {
  auto filter = filter_of(request, *needs_.book.current());
  if (!filter) co_return problem(400, filter.error().code, filter.error().text);
  auto messages = co_await needs_.spool.list(needs_.shard, *filter);
  if (!messages) co_return failure_response(messages.error());
  base::JsonWriter json;
  json.begin_object().key("messages").begin_array();
  for (const spool::MessageInfo& message : *messages) write_message(json, message);
  json.end_array();
  if (messages->size() == filter->limit) json.field("next", base::queue_id(messages->back().id));
  json.end_object();
  co_return json_response(std::move(json));
}

net::Task<http::Response> Control::counts() {
  auto counted = co_await needs_.spool.counts(needs_.shard);
  if (!counted) co_return failure_response(counted.error());
  base::JsonWriter json;
  write_counts(json, *counted);
  co_return json_response(std::move(json));
}

net::Task<http::Response> Control::show(base::MessageId id) {
  auto message = co_await needs_.spool.message(needs_.shard, id);
  if (!message) co_return failure_response(message.error());
  base::JsonWriter json;
  write_message(json, *message);
  co_return json_response(std::move(json));
}

net::Task<http::Response> Control::body(base::MessageId id) {
  auto reader = co_await needs_.spool.body(needs_.shard, id);
  if (!reader) co_return failure_response(reader.error());
  if ((*reader)->size() > export_limit) {
    co_return problem(413, "too-large", "The message is larger than an export may be.");
  }
  std::string bytes(static_cast<std::size_t>((*reader)->size()), '\0');
  std::span<char> rest(bytes);
  while (!rest.empty()) {
    auto count = (*reader)->read(rest);
    if (!count) co_return failure_response(count.error());
    if (*count == 0) co_return problem(503, "body-unreadable", "The body ends too early on disk.");
    rest = rest.subspan(*count);
  }
  co_return http::Response{
      .status = 200, .content_type = "message/rfc822", .body = std::move(bytes), .headers = {}};
}

net::Task<http::Response> Control::act(std::string verb, http::Request request) {
  auto action = action_named(verb);
  if (!action) co_return problem(404, "not-found", "There is no such action.");
  auto filter = filter_of(request, *needs_.book.current());
  if (!filter) co_return problem(400, filter.error().code, filter.error().text);
  std::optional<base::MessageId> one;
  if (std::string id = parameter(request, "id"); !id.empty()) {
    one = base::parse_queue_id(id);
    if (!one) co_return problem(400, "invalid-id", "id: is no queue id; see: postern queue list");
  }
  // Everything at once only when asked for by name: an empty filter is more often a slip.
  if (!one && filter->domain.empty() && !filter->account && parameter(request, "all") != "yes") {
    co_return problem(400, "nothing-chosen",
                      "Name a queue id, a domain or an account, or say all.");
  }
  QueueHand::Deed deed{*action, std::move(*filter), one, "cli"};
  auto changed = co_await hand_.act(std::move(deed));
  if (!changed) co_return failure_response(changed.error());
  if (one && *changed == 0) {
    co_return problem(404, "not-found",
                      "No such message is in the queue, or there was nothing to change.");
  }
  base::JsonWriter json;
  json.begin_object().field("action", verb).field("deliveries", *changed).end_object();
  co_return json_response(std::move(json));
}

net::Task<void> Observation::refresh_gauges() {
  auto counted = co_await needs_.spool.counts(needs_.shard);
  if (!counted) co_return;
  needs_.metrics.set(observe::Metric::queue_messages, counted->messages);
  needs_.metrics.set(observe::Metric::queue_deliveries, counted->deliveries);
  needs_.metrics.set(observe::Metric::queue_bytes, counted->disk_bytes);
}

net::Task<http::Response> Observation::handle(http::Request request) {
  if (request.method != "GET") co_return text_response(405, "Only GET is known here.\n");
  if (request.path == "/healthz") co_return text_response(200, "alive\n");
  if (request.path == "/readyz") {
    bool ready = needs_.ready();
    co_return text_response(ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
  }
  if (request.path == "/metrics") {
    co_await refresh_gauges();
    co_return http::Response{.status = 200,
                             .content_type = "text/plain; version=0.0.4; charset=utf-8",
                             .body = needs_.metrics.prometheus(),
                             .headers = {}};
  }
  co_return text_response(404, "There is /metrics, /healthz and /readyz.\n");
}

}  // namespace postern::admin
