// HTTP/1.1 messages as bytes. Beast, which takes long to compile, stays in wire.cc; the files of
// this folder see a parser that eats bytes and says how far it is.
#pragma once

#include <memory>
#include <string>

#include "io/http/http.h"

namespace postern::http {

// A message that is being read.
class Incoming {
 public:
  enum class State { needs_more, complete, refused };
  virtual ~Incoming() = default;
  // Takes from the front of `bytes` what belongs to the message.
  [[nodiscard]] virtual State take(std::string& bytes) = 0;
  // The peer has closed its side.
  [[nodiscard]] virtual State end() = 0;
  [[nodiscard]] virtual bool begun() const = 0;
  [[nodiscard]] virtual bool head_complete() const = 0;
};

class IncomingRequest : public Incoming {
 public:
  [[nodiscard]] static std::unique_ptr<IncomingRequest> make(std::size_t body_limit);
  // The status that answers a refused one: 400, 413, 431.
  [[nodiscard]] virtual int refusal() const = 0;
  // Once the head is complete: the body is large, or may be.
  [[nodiscard]] virtual bool has_large_body() const = 0;
  [[nodiscard]] virtual bool keep_alive() const = 0;
  [[nodiscard]] virtual bool head_only() const = 0;
  [[nodiscard]] virtual bool speaks_1_1() const = 0;
  // False when the target or the Host field is malformed. Once, when it is complete.
  [[nodiscard]] virtual bool fill(Request& out) = 0;
};

class IncomingResponse : public Incoming {
 public:
  [[nodiscard]] static std::unique_ptr<IncomingResponse> make(std::size_t body_limit);
  // Once, when it is complete.
  [[nodiscard]] virtual Response take_response() = 0;
};

// How a response is sent over this connection.
struct Manner {
  bool keep_alive = false;
  bool head_only = false;
  bool chunked = false;  // of a stream; otherwise it ends with the connection
};

// Status line and header fields, with the empty line.
[[nodiscard]] std::string response_head(const Response& response, Manner manner);
[[nodiscard]] std::string request_bytes(Request request);

enum class ReadEnd { reached, closed, refused };
enum class ReadGoal { begun, head, complete };
// Reads until the message has begun, its head is complete, or all of it.
[[nodiscard]] net::Task<base::Result<ReadEnd>> read_message(net::Stream& stream,
                                                            std::string& buffer, Incoming& message,
                                                            ReadGoal goal, base::Deadline deadline);

}  // namespace postern::http
