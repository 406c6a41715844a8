// HTTP/1.1 over any net::Stream: a small server for metrics, health and administration, and a
// client for the command line. Beast parses; it stays in wire.cc.
//
// A response is a whole body, or a BodyStream whose pieces are sent as they come (chunked): events,
// and exports of any length.
//
// Limits: header 16 KiB, body as the server is told (default 1 MiB), 30 s from a request's first
// byte to its last, 60 s idle between requests, 10 s for a TLS handshake. A request that breaks a
// limit is answered 4xx and the connection closed, with 2 s to take the answer in. Few bodies above
// 64 KiB are taken at a time, so that a crowd that uploads does not eat the memory; more are
// answered 503. Connections are counted, in all and by address; when all places are taken, the one
// that has waited longest for a request makes room, so a client that opens connections and says
// nothing keeps nobody out.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/failure.h"
#include "core/base/ip_address.h"
#include "io/net/shard.h"
#include "io/net/stream.h"
#include "io/net/task.h"

namespace postern::crypto {
class ServerContext;
}

namespace postern::http {

struct Request {
  std::string method;  // "GET", ...; a HEAD is handled as a GET
  std::string path;    // decoded, without the query
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  base::Endpoint peer;
};

// A body that is made piece by piece.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // The next piece; "" ends the body. A Failure cuts the connection, so that what was sent does not
  // look complete. The deadline has no end of its own: it holds the server's cancellation, so that
  // a stop ends the wait. A piece that could not be written ends the stream.
  [[nodiscard]] virtual net::Task<base::Result<std::string>> next(base::Deadline deadline) = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;  // of an answer that was read: names in lower case
  std::unique_ptr<BodyStream> stream{};        // instead of body
  std::vector<std::string> cookies{};          // each a Set-Cookie field of its own (RFC 6265 3)
};

class Handler {
 public:
  virtual ~Handler() = default;
  [[nodiscard]] virtual net::Task<Response> handle(Request request) = 0;
  // What a client is told whose request could not be read (400, 413, 431) or not be taken now
  // (503): plain text, unless the handler has a form of its own.
  [[nodiscard]] virtual Response refusal(int status, std::string why) const;
};

// The TLS context for the next handshake; a reload swaps it.
using ContextSource = std::function<std::shared_ptr<const crypto::ServerContext>()>;

struct ServerLimits {
  std::size_t body = 1 << 20;
  std::size_t large_bodies = 16;  // at a time
  std::size_t connections = 1000;
  std::size_t connections_per_address = 100;  // an IPv6 client is counted by its /64
  std::chrono::milliseconds idle{std::chrono::seconds(60)};
  std::chrono::milliseconds request{std::chrono::seconds(30)};
  std::chrono::milliseconds handshake{std::chrono::seconds(10)};
  std::chrono::milliseconds linger{std::chrono::seconds(2)};  // after a refusal
};

class Server {
 public:
  Server(net::Shard& shard, Handler& handler, ServerLimits limits = {});
  ~Server();
  // Accepts until stop(). The listener is closed then.
  void serve(std::unique_ptr<net::Listener> listener);
  // The same with TLS from the first byte.
  void serve(std::unique_ptr<net::Listener> listener, ContextSource contexts);
  // Ends every session, also in the middle of a stream.
  [[nodiscard]] net::Task<void> stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One request over a fresh stream. Failure "http-malformed", also for a body above the limit.
constexpr std::size_t kUsualAnswer = 64 << 20;
[[nodiscard]] net::Task<base::Result<Response>> exchange(net::Stream& stream, Request request,
                                                         base::Deadline deadline,
                                                         std::size_t body_limit = kUsualAnswer);

// "a%20b" -> "a b"; false for a broken escape, or a control in the result.
[[nodiscard]] bool percent_decode(std::string_view text, std::string& out);
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace postern::http
