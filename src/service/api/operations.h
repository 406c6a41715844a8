// The operations of the API: each declared once with its path, words and types, so that routing,
// access, reading, writing and the OpenAPI document agree.
//
//   operations.add<PolicyQuery, Nothing, Policies>(
//       {Method::get, "/accounts/{account}/policies", "listPolicies", "An account's policies",
//        Access::viewer},
//       [this](Call call, PolicyQuery query, Nothing) { return list(std::move(call), query); });
//
// The handler is a plain function that calls a named coroutine. Everything runs on one shard.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/api/call.h"
#include "service/api/etag.h"
#include "service/api/read.h"
#include "service/api/type_info.h"
#include "service/api/write.h"

namespace postern::api {

enum class Method { get, post, put, patch, remove };
[[nodiscard]] std::string_view method_text(Method method);  // "GET", ...

// Who may: the roles hold in the account of the path, or in any account where it names none.
enum class Access { open, signed_in, viewer, operator_, administrator, platform };
[[nodiscard]] std::string_view access_text(Access access);

struct OperationInfo {
  Method method = Method::get;
  std::string path;     // below /api/v1; "{name}" is a parameter of one segment
  std::string id;       // "listPolicies": the client's function name
  std::string summary;  // one line
  Access access = Access::viewer;
  int status = 200;  // of success: 200, 201, 202, 204
  // A body that is not JSON of the reply's type: "text/event-stream", "text/csv".
  std::string content_type = "application/json";
  Behind behind = Behind::person;  // page: what a page opens again by itself
  std::size_t longest_body = 1 << 20;
};

// What a handler answers when all is well.
template <class Body>
struct Answer {
  Answer(Body b) : body(std::move(b)) {}  // NOLINT: a body alone is an answer
  Answer(Body b, int s) : body(std::move(b)), status(s) {}
  Body body;
  int status = 0;  // 0: the operation's
  std::map<std::string, std::string> headers{};
  std::vector<std::string> cookies{};  // each a Set-Cookie field
};

template <class Reply>
using Handled = net::Task<Outcome<Answer<Reply>>>;

struct Operation {
  OperationInfo info;
  std::string query, body, reply;  // type names; "Nothing" for none
  bool raw = false;                // it makes its response itself
  std::function<net::Task<http::Response>(Call)> run;
};

class Operations {
 public:
  template <Described Query, Described Body, Described Reply>
  void add(OperationInfo info, std::function<Handled<Reply>(Call, Query, Body)> handler);
  // An operation that makes its response itself: a stream, a file.
  template <Described Query>
  void add_raw(OperationInfo info, std::function<net::Task<http::Response>(Call, Query)> handler);

  struct Match {
    const Operation* operation = nullptr;  // null: no such path, or not this method
    std::map<std::string, std::string> path;
    std::string allowed;  // "GET, POST": the path exists with these methods
  };
  // `path` is decoded and below /api/v1.
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Operation>>& all() const { return all_; }
  [[nodiscard]] const Catalogue& catalogue() const { return catalogue_; }

  // A type that a raw operation sends, for the documents.
  template <Described T>
  void add_type() {
    sent_.push_back(describe_type<T>(catalogue_).name);
  }
  [[nodiscard]] const std::vector<std::string>& sent_types() const { return sent_; }

 private:
  Operation& put(OperationInfo info);

  std::vector<std::unique_ptr<Operation>> all_;
  Catalogue catalogue_;
  std::vector<std::string> sent_;
};

// --- how a typed handler becomes an untyped one --------------------------------------------------

// JSON with its ETag; 304 when the caller has it already.
[[nodiscard]] http::Response json_response(const Call& call, int status, std::string body,
                                           std::map<std::string, std::string> headers);

template <class Query, class Body, class Reply>
net::Task<http::Response> run_typed(const std::function<Handled<Reply>(Call, Query, Body)>* handler,
                                    int status, Call call) {
  auto query = read_query<Query>(call.request.query);
  if (!query) co_return response_of(query.error());
  Outcome<Body> body{};
  if constexpr (!std::same_as<Body, Nothing>) body = read_body<Body>(call.request.body);
  if (!body) co_return response_of(body.error());
  Call kept;  // what the response needs after the handler took the call
  kept.request.method = call.request.method;
  kept.request.headers = call.request.headers;
  Handled<Reply> handled = (*handler)(std::move(call), std::move(*query), std::move(*body));
  auto outcome = co_await handled;
  if (!outcome) co_return response_of(outcome.error());
  const int code = outcome->status != 0 ? outcome->status : status;
  std::string text;
  if constexpr (!std::same_as<Reply, Nothing>) text = body_of(outcome->body);
  http::Response response = json_response(kept, code, std::move(text), std::move(outcome->headers));
  response.cookies = std::move(outcome->cookies);
  co_return response;
}

template <class Query>
net::Task<http::Response> run_raw(
    const std::function<net::Task<http::Response>(Call, Query)>* handler, Call call) {
  auto query = read_query<Query>(call.request.query);
  if (!query) co_return response_of(query.error());
  net::Task<http::Response> task = (*handler)(std::move(call), std::move(*query));
  http::Response response = co_await task;
  co_return response;
}

template <Described Query, Described Body, Described Reply>
void Operations::add(OperationInfo info, std::function<Handled<Reply>(Call, Query, Body)> handler) {
  const int status = info.status;
  Operation& made = put(std::move(info));
  made.query = describe_type<Query>(catalogue_).name;
  made.body = describe_type<Body>(catalogue_).name;
  made.reply = describe_type<Reply>(catalogue_).name;
  auto kept =
      std::make_shared<const std::function<Handled<Reply>(Call, Query, Body)>>(std::move(handler));
  made.run = [kept, status](Call call) {
    return run_typed<Query, Body, Reply>(kept.get(), status, std::move(call));
  };
}

template <Described Query>
void Operations::add_raw(OperationInfo info,
                         std::function<net::Task<http::Response>(Call, Query)> handler) {
  Operation& made = put(std::move(info));
  made.query = describe_type<Query>(catalogue_).name;
  made.body = made.reply = "Nothing";
  made.raw = true;
  auto kept = std::make_shared<const std::function<net::Task<http::Response>(Call, Query)>>(
      std::move(handler));
  made.run = [kept](Call call) { return run_raw<Query>(kept.get(), std::move(call)); };
}

}  // namespace postern::api
