#include <fmt/format.h>

#include <array>
#include <span>

#include "io/crypto/tls.h"
#include "io/http/http.h"
#include "io/http/seats.h"
#include "io/http/wire.h"

namespace postern::http {

namespace {

struct Connection {
  Seats::Seat& seat;
  std::unique_ptr<net::Stream> stream;
  std::string buffer{};  // read and not yet parsed
};

std::string why_refused(int status) {
  if (status == 503) return "Too much is being uploaded just now. Try again.";
  if (status == 400) return "The request is malformed.";
  return "The request is too large.";
}

// A place among the few large bodies, from when it is taken to the end of the request.
class LargeBody {
 public:
  LargeBody(std::size_t& taken, std::size_t limit) : taken_(taken), limit_(limit) {}
  LargeBody(const LargeBody&) = delete;
  LargeBody& operator=(const LargeBody&) = delete;
  ~LargeBody() {
    if (state_ == State::taken) --taken_;
  }
  [[nodiscard]] bool take() {
    state_ = taken_ < limit_ ? State::taken : State::refused;
    if (state_ == State::taken) ++taken_;
    return state_ == State::taken;
  }
  [[nodiscard]] bool refused() const { return state_ == State::refused; }

 private:
  enum class State { none, taken, refused };
  std::size_t& taken_;
  std::size_t limit_;
  State state_ = State::none;
};

std::string chunk_of(const std::string& piece) {  // RFC 9112 7.1
  return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

}  // namespace

Response Handler::refusal(int status, std::string why) const {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(why) + "\n",
          .headers = {}};
}

struct Server::State {
  State(net::Shard& s, Handler& h, ServerLimits l)
      : shard(s),
        handler(h),
        limits(l),
        seats({l.connections, l.connections_per_address}),
        acceptors(s),
        sessions(s) {}

  net::Shard& shard;
  Handler& handler;
  ServerLimits limits;
  Seats seats;
  std::size_t large_bodies = 0;
  std::vector<std::unique_ptr<net::Listener>> listeners;
  net::TaskGroup acceptors;
  net::TaskGroup sessions;

  void start(std::unique_ptr<net::Listener> listener, ContextSource contexts);
  net::Task<void> accept_all(net::Listener* listener, ContextSource contexts);
  net::Task<void> plain_session(std::unique_ptr<net::Socket> socket,
                                std::unique_ptr<Seats::Seat> seat);
  net::Task<void> tls_session(std::unique_ptr<net::Socket> socket,
                              std::unique_ptr<Seats::Seat> seat,
                              std::shared_ptr<const crypto::ServerContext> context);
  net::Task<void> converse(Connection connection);
  net::Task<bool> one_request(Connection& connection);
  net::Task<base::Result<ReadEnd>> read_request(Connection& connection, IncomingRequest& incoming,
                                                LargeBody& large);
  net::Task<bool> answer(Connection& connection, Response response, Manner manner);
  net::Task<bool> refuse(Connection& connection, Response refusal);
  net::Task<bool> send_stream(net::Stream& stream, std::unique_ptr<BodyStream> body, Manner manner);
};

// Whether the stream was sent to its end.
net::Task<bool> Server::State::send_stream(net::Stream& stream, std::unique_ptr<BodyStream> body,
                                           Manner manner) {
  base::Deadline until_stopped{.at = base::Steady::max(), .cancellation = &sessions.cancellation()};
  for (;;) {
    auto piece = co_await body->next(until_stopped);
    if (!piece || sessions.cancellation().requested()) co_return false;
    if (piece->empty() && !manner.chunked) co_return true;
    const bool last = piece->empty();
    std::string bytes = manner.chunked ? chunk_of(*piece) : std::move(*piece);
    base::Deadline deadline = sessions.within(limits.request);
    auto written = co_await stream.write(bytes, deadline);
    if (!written) co_return false;
    if (last) co_return true;
  }
}

// Whether the connection can be used again.
net::Task<bool> Server::State::answer(Connection& connection, Response response, Manner manner) {
  if (response.stream && !manner.chunked) manner.keep_alive = false;
  std::string bytes = response_head(response, manner);
  const bool sends_body = !manner.head_only && response.status != 204 && response.status != 304;
  if (sends_body && !response.stream) bytes += response.body;
  base::Deadline deadline = sessions.within(limits.request);
  auto written = co_await connection.stream->write(bytes, deadline);
  if (!written) co_return false;
  if (!sends_body || !response.stream) co_return manner.keep_alive;
  const bool whole = co_await send_stream(*connection.stream, std::move(response.stream), manner);
  if (!whole) connection.stream->close();
  co_return whole&& manner.keep_alive;
}

// Answers, and ends the conversation with what the client still sends read away for a moment: to
// close over unread bytes resets the connection, and may take the answer from a client that has
// not read it yet (RFC 9112 9.6).
net::Task<bool> Server::State::refuse(Connection& connection, Response refusal) {
  net::Stream& stream = *connection.stream;
  Manner last{};
  co_await answer(connection, std::move(refusal), last);
  stream.finish();
  connection.seat.waits_on(stream);
  base::Deadline moment = sessions.within(limits.linger);
  std::array<char, 4096> dropped{};
  std::span<char> into(dropped);
  for (;;) {
    auto read = co_await stream.read_some(into, moment);
    if (read && *read != 0) continue;
    connection.seat.busy();
    co_return false;
  }
}

// Reads a request to its end, or until its body may not come yet.
net::Task<base::Result<ReadEnd>> Server::State::read_request(Connection& connection,
                                                             IncomingRequest& incoming,
                                                             LargeBody& large) {
  net::Stream& stream = *connection.stream;
  base::Deadline idle = sessions.within(limits.idle);
  auto read = co_await read_message(stream, connection.buffer, incoming, ReadGoal::begun, idle);
  if (!read || *read != ReadEnd::reached) co_return read;
  base::Deadline whole = sessions.within(limits.request);
  read = co_await read_message(stream, connection.buffer, incoming, ReadGoal::head, whole);
  if (!read || *read != ReadEnd::reached) co_return read;
  if (incoming.has_large_body() && !large.take()) co_return ReadEnd::refused;
  read = co_await read_message(stream, connection.buffer, incoming, ReadGoal::complete, whole);
  co_return read;
}

net::Task<bool> Server::State::one_request(Connection& connection) {
  auto incoming = IncomingRequest::make(limits.body);
  LargeBody large(large_bodies, limits.large_bodies);
  connection.seat.waits_on(*connection.stream);
  auto read = co_await read_request(connection, *incoming, large);
  connection.seat.busy();
  if (!read || *read == ReadEnd::closed) co_return false;
  if (*read == ReadEnd::refused) {
    const int status = large.refused() ? 503 : incoming->refusal();
    Response refusal = handler.refusal(status, why_refused(status));
    co_return co_await refuse(connection, std::move(refusal));
  }
  Manner manner{.keep_alive = incoming->keep_alive(),
                .head_only = incoming->head_only(),
                .chunked = incoming->speaks_1_1()};
  Request request;
  request.peer = connection.stream->peer();
  if (!incoming->fill(request)) {
    Response refusal = handler.refusal(400, "The address is malformed.");
    co_return co_await refuse(connection, std::move(refusal));
  }
  Response response = co_await handler.handle(std::move(request));
  co_return co_await answer(connection, std::move(response), manner);
}

net::Task<void> Server::State::converse(Connection connection) {
  bool more = true;
  while (more) more = co_await one_request(connection);
  connection.stream->finish();
}

net::Task<void> Server::State::plain_session(std::unique_ptr<net::Socket> socket,
                                             std::unique_ptr<Seats::Seat> seat) {
  Connection connection{*seat, std::move(socket)};
  co_await converse(std::move(connection));
}

net::Task<void> Server::State::tls_session(std::unique_ptr<net::Socket> socket,
                                           std::unique_ptr<Seats::Seat> seat,
                                           std::shared_ptr<const crypto::ServerContext> context) {
  if (context == nullptr) co_return;
  // The socket stays where it is while the handshake owns it; a failed one has ended by the time
  // that we go on, and nothing of the shard runs in between.
  seat->waits_on(*socket);
  base::Deadline deadline = sessions.within(limits.handshake);
  auto secured = co_await context->accept_tls(std::move(socket), crypto::Fallback::none, deadline);
  seat->busy();
  if (!secured) co_return;
  Connection connection{*seat, std::move(secured->stream)};
  co_await converse(std::move(connection));
}

net::Task<void> Server::State::accept_all(net::Listener* listener, ContextSource contexts) {
  base::Deadline deadline{.at = base::Steady::max(), .cancellation = &acceptors.cancellation()};
  for (;;) {
    auto socket = co_await listener->accept(deadline);
    if (!socket) co_return;
    auto seat = seats.take((*socket)->peer());
    if (!seat) continue;  // the socket goes, and with it the connection
    if (contexts) {
      sessions.start(tls_session(std::move(*socket), std::move(seat), contexts()));
    } else {
      sessions.start(plain_session(std::move(*socket), std::move(seat)));
    }
  }
}

void Server::State::start(std::unique_ptr<net::Listener> listener, ContextSource contexts) {
  listeners.push_back(std::move(listener));
  acceptors.start(accept_all(listeners.back().get(), std::move(contexts)));
}

Server::Server(net::Shard& shard, Handler& handler, ServerLimits limits)
    : state_(std::make_unique<State>(shard, handler, limits)) {}
Server::~Server() = default;

void Server::serve(std::unique_ptr<net::Listener> listener) {
  state_->start(std::move(listener), {});
}

void Server::serve(std::unique_ptr<net::Listener> listener, ContextSource contexts) {
  state_->start(std::move(listener), std::move(contexts));
}

net::Task<void> Server::stop() {
  state_->acceptors.cancel();
  co_await state_->acceptors.join();
  state_->listeners.clear();
  state_->sessions.cancel();
  co_await state_->sessions.join();
}

}  // namespace postern::http
