// HTTP/1.1 over any net::Stream: a small server for metrics, health and administration, and a
// client for the command line. Beast parses and writes; it stays in the .cc file.
//
// Limits: header 16 KiB, body as the server is told (default 1 MiB), 30 s for a request to arrive,
// 60 s idle between requests. A request that breaks a limit is answered 4xx and the connection
// closed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/failure.h"
#include "core/base/ip_address.h"
#include "io/net/shard.h"
#include "io/net/stream.h"
#include "io/net/task.h"

namespace postern::http {

struct Request {
  std::string method;  // "GET", ...
  std::string path;    // decoded, without the query
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  base::Endpoint peer;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
};

class Handler {
 public:
  virtual ~Handler() = default;
  [[nodiscard]] virtual net::Task<Response> handle(Request request) = 0;
};

class Server {
 public:
  Server(net::Shard& shard, Handler& handler, std::size_t body_limit = 1 << 20);
  ~Server();
  // Accepts until stop(). The listener is closed then.
  void serve(std::unique_ptr<net::Listener> listener);
  [[nodiscard]] net::Task<void> stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One request over a fresh stream; the answer's body is read up to 64 MiB.
[[nodiscard]] net::Task<base::Result<Response>> exchange(net::Stream& stream, Request request,
                                                         base::Deadline deadline);

// "a%20b" -> "a b"; false for a broken escape.
[[nodiscard]] bool percent_decode(std::string_view text, std::string& out);
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace postern::http
