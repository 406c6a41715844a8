#include "io/http/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sstream>

#include "core/base/text.h"
#include "io/http/url.h"

namespace postern::http {

namespace {

namespace beast = boost::beast::http;
constexpr std::uint32_t header_limit = 16 << 10;
constexpr std::uint64_t small_body = 64 << 10;

// What requests and responses share: eating bytes.
template <class Parser>
struct Eater {
  Parser parser;
  boost::system::error_code error{};

  Incoming::State take(std::string& bytes) {
    while (!bytes.empty() && !parser.is_done()) {
      const std::size_t used = parser.put(boost::asio::buffer(bytes), error);
      bytes.erase(0, used);
      if (error == beast::error::need_more) break;
      if (error) return Incoming::State::refused;
      if (used == 0) break;
    }
    return parser.is_done() ? Incoming::State::complete : Incoming::State::needs_more;
  }
  Incoming::State end() {
    if (!parser.got_some()) return Incoming::State::needs_more;  // put_eof wants to have seen some
    parser.put_eof(error);
    return !error && parser.is_done() ? Incoming::State::complete : Incoming::State::needs_more;
  }
};

std::string_view text(auto view) { return {view.data(), view.size()}; }

class BeastRequest final : public IncomingRequest {
 public:
  explicit BeastRequest(std::size_t body_limit) {
    eater_.parser.header_limit(header_limit);
    eater_.parser.body_limit(body_limit);
    eater_.parser.eager(true);
  }
  State take(std::string& bytes) override { return eater_.take(bytes); }
  State end() override { return eater_.end(); }
  bool begun() const override { return eater_.parser.got_some(); }
  bool head_complete() const override { return eater_.parser.is_header_done(); }
  bool has_large_body() const override {
    return eater_.parser.chunked() || eater_.parser.content_length().value_or(0) > small_body;
  }
  int refusal() const override {
    if (eater_.error == beast::error::body_limit) return 413;
    return eater_.error == beast::error::header_limit ? 431 : 400;
  }
  bool keep_alive() const override { return eater_.parser.get().keep_alive(); }
  bool head_only() const override { return eater_.parser.get().method() == beast::verb::head; }
  bool speaks_1_1() const override { return eater_.parser.get().version() >= 11; }
  bool fill(Request& out) override;

 private:
  Eater<beast::request_parser<beast::string_body>> eater_;
};

bool BeastRequest::fill(Request& out) {
  auto& message = eater_.parser.get();
  // RFC 9112 3.2: one Host, always; two would let a proxy and us see different ones.
  const auto hosts = message.count(beast::field::host);
  if (hosts > 1 || (hosts == 0 && speaks_1_1())) return false;
  out.method = head_only() ? "GET" : std::string(text(message.method_string()));
  if (!split_target(text(message.target()), out.path, out.query)) return false;
  for (const auto& field : message) {
    const std::string name = base::lower(text(field.name_string()));
    auto [place, fresh] = out.headers.try_emplace(name, text(field.value()));
    // RFC 9110 5.3; RFC 6265 5.4 for cookies
    if (!fresh) place->second += (name == "cookie" ? "; " : ", ") + std::string(field.value());
  }
  out.body = std::move(message.body());
  return true;
}

class BeastResponse final : public IncomingResponse {
 public:
  explicit BeastResponse(std::size_t body_limit) {
    eater_.parser.body_limit(body_limit);
    eater_.parser.eager(true);
  }
  State take(std::string& bytes) override { return eater_.take(bytes); }
  State end() override { return eater_.end(); }
  bool begun() const override { return eater_.parser.got_some(); }
  bool head_complete() const override { return eater_.parser.is_header_done(); }
  Response take_response() override {
    auto& message = eater_.parser.get();
    Response response;
    response.status = static_cast<int>(message.result_int());
    response.content_type = std::string(message[beast::field::content_type]);
    for (const auto& field : message) {
      response.headers[base::lower(field.name_string())] = std::string(field.value());
    }
    response.body = std::move(message.body());
    return response;
  }

 private:
  Eater<beast::response_parser<beast::string_body>> eater_;
};

// A value that would end its line and start another field loses what makes it do so.
std::string one_line(std::string value) {
  std::ranges::replace_if(value, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return value;
}

// Bytes that were read for a nearer goal may have been enough.
bool has_reached(Incoming& message, ReadGoal goal) {
  std::string nothing;
  if (goal == ReadGoal::begun) return message.begun();
  if (goal == ReadGoal::head && message.head_complete()) return true;
  return message.take(nothing) == Incoming::State::complete;
}

bool has_body(int status) { return status != 204 && status != 304; }  // RFC 9110 8.6

}  // namespace

std::unique_ptr<IncomingRequest> IncomingRequest::make(std::size_t body_limit) {
  return std::make_unique<BeastRequest>(body_limit);
}

std::unique_ptr<IncomingResponse> IncomingResponse::make(std::size_t body_limit) {
  return std::make_unique<BeastResponse>(body_limit);
}

std::string response_head(const Response& response, Manner manner) {
  const auto status = beast::int_to_status(static_cast<unsigned>(response.status));
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, text(beast::obsolete_reason(status)));
  auto add = [&head](std::string_view name, const std::string& value) {
    head += fmt::format("{}: {}\r\n", name, one_line(value));
  };
  if (has_body(response.status)) {
    add("Content-Type", response.content_type);
    if (!response.stream) add("Content-Length", std::to_string(response.body.size()));
    if (response.stream && manner.chunked) add("Transfer-Encoding", "chunked");
  }
  add("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) add(name, value);
  for (const std::string& cookie : response.cookies) add("Set-Cookie", cookie);
  if (!manner.keep_alive) add("Connection", "close");
  return head + "\r\n";
}

std::string request_bytes(Request request) {
  beast::request<beast::string_body> message{beast::string_to_verb(request.method),
                                             make_target(request.path, request.query), 11};
  message.set(beast::field::host, "postern");
  for (const auto& [name, value] : request.headers) message.set(name, value);
  message.body() = std::move(request.body);
  message.prepare_payload();
  std::ostringstream out;
  out << message;
  return std::move(out).str();
}

net::Task<base::Result<ReadEnd>> read_message(net::Stream& stream, std::string& buffer,
                                              Incoming& message, ReadGoal goal,
                                              base::Deadline deadline) {
  std::string chunk(16 << 10, '\0');
  for (;;) {
    if (!buffer.empty()) {
      const Incoming::State state = message.take(buffer);
      if (state == Incoming::State::refused) co_return ReadEnd::refused;
      if (state == Incoming::State::complete) co_return ReadEnd::reached;
      if (goal == ReadGoal::begun && message.begun()) co_return ReadEnd::reached;
      if (goal == ReadGoal::head && message.head_complete()) co_return ReadEnd::reached;
    } else if (has_reached(message, goal)) {
      co_return ReadEnd::reached;
    }
    std::span<char> into(chunk);
    auto count = co_await stream.read_some(into, deadline);
    if (!count) co_return std::unexpected(count.error());
    if (*count == 0) {
      co_return message.end() == Incoming::State::complete ? ReadEnd::reached : ReadEnd::closed;
    }
    buffer.append(chunk.data(), *count);
  }
}

net::Task<base::Result<Response>> exchange(net::Stream& stream, Request request,
                                           base::Deadline deadline, std::size_t body_limit) {
  std::string bytes = request_bytes(std::move(request));
  auto written = co_await stream.write(bytes, deadline);
  if (!written) co_return std::unexpected(written.error());
  auto incoming = IncomingResponse::make(body_limit);
  std::string buffer;
  auto read = co_await read_message(stream, buffer, *incoming, ReadGoal::complete, deadline);
  if (!read) co_return std::unexpected(read.error());
  if (*read != ReadEnd::reached) {
    co_return base::fail("http-malformed", "The answer was cut off or malformed.");
  }
  co_return incoming->take_response();
}

}  // namespace postern::http
