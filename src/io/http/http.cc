#include "io/http/http.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sstream>

#include "core/base/text.h"
#include "io/http/url.h"

namespace postern::http {

namespace {

namespace beast = boost::beast::http;
constexpr std::chrono::seconds request_timeout{30};
constexpr std::chrono::seconds idle_timeout{60};
constexpr std::uint32_t header_limit = 16 << 10;

struct Connection {
  std::unique_ptr<net::Stream> stream;
  std::string buffer;  // read and not yet parsed
};

enum class Read { complete, closed, refused };

// Feeds the parser from the stream until a message is complete.
template <class Parser>
net::Task<base::Result<Read>> read_message(net::Stream& stream, std::string& buffer, Parser& parser,
                                           base::Deadline deadline) {
  std::string chunk(16 << 10, '\0');
  while (!parser.is_done()) {
    if (!buffer.empty()) {
      boost::system::error_code error;
      std::size_t used = parser.put(boost::asio::buffer(buffer), error);
      buffer.erase(0, used);
      if (error && error != beast::error::need_more) co_return Read::refused;
      if (parser.is_done()) break;
      if (!error && used > 0) continue;
    }
    std::span<char> into(chunk);
    auto count = co_await stream.read_some(into, deadline);
    if (!count) co_return std::unexpected(count.error());
    if (*count == 0) {
      if (!parser.got_some()) co_return Read::closed;  // put_eof wants to have seen something
      boost::system::error_code error;
      parser.put_eof(error);
      co_return !error && parser.is_done() ? Read::complete : Read::closed;
    }
    buffer.append(chunk.data(), *count);
  }
  co_return Read::complete;
}

template <class Message>
std::string serialized(const Message& message) {
  std::ostringstream out;
  out << message;
  return std::move(out).str();
}

std::string wire(const Response& response, bool keep_alive, bool head_only) {
  beast::response<beast::string_body> message{
      beast::int_to_status(static_cast<unsigned>(response.status)), 11};
  message.set(beast::field::content_type, response.content_type);
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  message.body() = response.body;
  message.prepare_payload();
  if (head_only) message.body().clear();
  return serialized(message);
}

bool fill(const beast::request<beast::string_body>& message, Request& out) {
  out.method = std::string(message.method_string());
  if (!split_target(std::string_view(message.target().data(), message.target().size()), out.path,
                    out.query)) {
    return false;
  }
  for (const auto& field : message) {
    out.headers[base::lower(std::string_view(
        field.name_string().data(), field.name_string().size()))] = std::string(field.value());
  }
  out.body = message.body();
  return true;
}

Response plain(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(text),
          .headers = {}};
}

}  // namespace

struct Server::State {
  State(net::Shard& s, Handler& h, std::size_t limit)
      : shard(s), handler(h), body_limit(limit), acceptors(s), sessions(s) {}

  net::Shard& shard;
  Handler& handler;
  std::size_t body_limit;
  std::vector<std::unique_ptr<net::Listener>> listeners;
  net::TaskGroup acceptors;
  net::TaskGroup sessions;

  net::Task<void> accept_all(net::Listener* listener);
  net::Task<void> session(std::unique_ptr<net::Stream> stream);
  net::Task<bool> one_request(Connection& connection);
  net::Task<bool> answer(Connection& connection, Response response, bool keep_alive,
                         bool head_only);
};

net::Task<bool> Server::State::answer(Connection& connection, Response response, bool keep_alive,
                                      bool head_only) {
  std::string bytes = wire(response, keep_alive, head_only);
  base::Deadline deadline = sessions.within(request_timeout);
  auto written = co_await connection.stream->write(bytes, deadline);
  co_return written.has_value() && keep_alive;
}

net::Task<bool> Server::State::one_request(Connection& connection) {
  beast::request_parser<beast::string_body> parser;
  parser.header_limit(header_limit);
  parser.body_limit(body_limit);
  parser.eager(true);
  base::Deadline deadline = sessions.within(idle_timeout);
  auto read = co_await read_message(*connection.stream, connection.buffer, parser, deadline);
  if (!read || *read == Read::closed) co_return false;
  if (*read == Read::refused) {
    Response refusal = plain(400, "The request is malformed or too large.\n");
    co_return co_await answer(connection, std::move(refusal), false, false);
  }
  Request request;
  request.peer = connection.stream->peer();
  bool keep_alive = parser.get().keep_alive();
  bool head_only = parser.get().method() == beast::verb::head;
  if (!fill(parser.get(), request)) {
    Response refusal = plain(400, "The address is malformed.\n");
    co_return co_await answer(connection, std::move(refusal), false, false);
  }
  if (head_only) request.method = "GET";
  Response response = co_await handler.handle(std::move(request));
  co_return co_await answer(connection, std::move(response), keep_alive, head_only);
}

net::Task<void> Server::State::session(std::unique_ptr<net::Stream> stream) {
  Connection connection{std::move(stream), {}};
  bool more = true;
  while (more) more = co_await one_request(connection);
  connection.stream->finish();
}

net::Task<void> Server::State::accept_all(net::Listener* listener) {
  base::Deadline deadline{.at = base::Steady::max(), .cancellation = &acceptors.cancellation()};
  for (;;) {
    auto socket = co_await listener->accept(deadline);
    if (!socket) co_return;
    sessions.start(session(std::move(*socket)));
  }
}

Server::Server(net::Shard& shard, Handler& handler, std::size_t body_limit)
    : state_(std::make_unique<State>(shard, handler, body_limit)) {}
Server::~Server() = default;

void Server::serve(std::unique_ptr<net::Listener> listener) {
  state_->listeners.push_back(std::move(listener));
  state_->acceptors.start(state_->accept_all(state_->listeners.back().get()));
}

net::Task<void> Server::stop() {
  state_->acceptors.cancel();
  co_await state_->acceptors.join();
  state_->listeners.clear();
  state_->sessions.cancel();
  co_await state_->sessions.join();
}

net::Task<base::Result<Response>> exchange(net::Stream& stream, Request request,
                                           base::Deadline deadline) {
  beast::request<beast::string_body> message{beast::string_to_verb(request.method),
                                             make_target(request.path, request.query), 11};
  message.set(beast::field::host, "postern");
  for (const auto& [name, value] : request.headers) message.set(name, value);
  message.body() = std::move(request.body);
  message.prepare_payload();
  std::string bytes = serialized(message);
  auto written = co_await stream.write(bytes, deadline);
  if (!written) co_return std::unexpected(written.error());
  beast::response_parser<beast::string_body> parser;
  parser.body_limit(64 << 20);
  parser.eager(true);
  std::string buffer;
  auto read = co_await read_message(stream, buffer, parser, deadline);
  if (!read) co_return std::unexpected(read.error());
  if (*read != Read::complete) {
    co_return base::fail("http-malformed", "The answer was cut off or malformed.");
  }
  Response response;
  response.status = static_cast<int>(parser.get().result_int());
  response.content_type = std::string(parser.get()[beast::field::content_type]);
  response.body = std::move(parser.get().body());
  co_return response;
}

}  // namespace postern::http
