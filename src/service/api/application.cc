#include "service/api/application.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "io/crypto/one_time_code.h"

namespace postern::api {

namespace {

constexpr std::string_view prefix = "/api/v1";

bool changes_something(const http::Request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

// A cookie travels with every request, also with one that another site made a browser send; the
// token in a header does not.
bool is_forged(const Call& call) {
  return changes_something(call.request) && !call.who.session.empty() &&
         (call.who.csrf_token.empty() ||
          !crypto::equal_in_constant_time(call.header("x-csrf-token"), call.who.csrf_token));
}

Behind behind(const Operation& operation, const http::Request& request) {
  const auto said = request.headers.find("x-asked-by");
  const bool by_itself = said != request.headers.end() && said->second == "page";
  return by_itself ? Behind::page : operation.info.behind;
}

// Strangers have little to say: nobody who has not signed in makes us read much.
std::size_t longest_body(const OperationInfo& info) {
  constexpr std::size_t of_strangers = 16 << 10;
  return info.access == Access::open ? of_strangers : info.longest_body;
}

bool body_is_json(const Call& call) {
  const std::string type = base::lower(call.header("content-type"));
  return call.request.body.empty() || type == "application/json" ||
         type.starts_with("application/json;");
}

Role role_for(Access access) {
  if (access == Access::operator_) return Role::operator_;
  return access == Access::administrator ? Role::administrator : Role::viewer;
}

std::unexpected<Problem> no_such_account(const std::string& name) {
  return refuse(404, "not-found",
                "There is no account \"" + base::printable(name, 64) + "\" that you may see.");
}

bool may_anywhere(const Identity& who, Role role) {
  return std::ranges::any_of(who.grants, [&](const Grant& grant) { return grant.role >= role; });
}

}  // namespace

Outcome<void> Application::admit(const Operation& operation, Call& call) const {
  const Access access = operation.info.access;
  if (access == Access::open) return {};
  if (!call.who) return refuse(401, "sign-in-needed", "Sign in, or send a token.");
  if (is_forged(call)) {
    return refuse(403, "csrf-token-missing",
                  "Requests that change something need the session's csrf_token in X-CSRF-Token.");
  }
  const Role role = role_for(access);
  if (auto named = call.path.find("account"); named != call.path.end()) {
    call.account = call.book->account_named(named->second);
    if (call.account == nullptr || !call.who.role_in(named->second)) {
      return no_such_account(named->second);
    }
    if (access != Access::platform && !call.who.may(role, named->second)) {
      return refuse(403, "role-too-low",
                    "This needs the role " + std::string(role_text(role)) + " in this account.");
    }
  }
  if (access == Access::platform && !call.who.is_platform_administrator()) {
    return refuse(403, "role-too-low", "This needs an administrator of every account.");
  }
  if (access != Access::signed_in && call.account == nullptr && !may_anywhere(call.who, role)) {
    return refuse(403, "role-too-low", "This needs the role " + std::string(role_text(role)) + ".");
  }
  return {};
}

class Application::WatchedStream : public http::BodyStream {
 public:
  // `asked`: what the stream was asked for by, without its body.
  WatchedStream(const Application& application, const Operation& operation, Call asked,
                std::unique_ptr<http::BodyStream> stream)
      : application_(application),
        operation_(operation),
        asked_(std::move(asked)),
        stream_(std::move(stream)) {}

  net::Task<base::Result<std::string>> next(base::Deadline deadline) override {
    auto piece = co_await stream_->next(deadline);
    if (!piece || piece->empty()) co_return piece;
    auto who = co_await application_.needs_.identities.identify(asked_.request, Behind::page);
    if (who) {
      asked_.who = std::move(*who);
      asked_.book = application_.needs_.book.current();
      if (application_.admit(operation_, asked_)) co_return piece;
    }
    // Events have no end that could be missed; a file that ends here must not look complete.
    if (operation_.info.content_type == "text/event-stream") co_return std::string();
    co_return base::fail("cancelled", "Who asked has signed out, or may not ask any more.");
  }

 private:
  const Application& application_;
  const Operation& operation_;
  Call asked_;
  std::unique_ptr<http::BodyStream> stream_;
};

net::Task<http::Response> Application::api(http::Request request) {
  Operations::Match match =
      needs_.operations.find(request.method, std::string_view(request.path).substr(prefix.size()));
  if (match.operation == nullptr) {
    Problem none =
        match.allowed.empty()
            ? Problem{404, "not-found", "There is no such page; see /api/v1/openapi.json."}
            : Problem{405, "method-not-allowed", "Here is only: " + match.allowed + "."};
    http::Response response = response_of(none);
    if (!match.allowed.empty()) response.headers["Allow"] = match.allowed;
    co_return response;
  }
  auto identity = co_await needs_.identities.identify(request, behind(*match.operation, request));
  if (!identity) co_return response_of(identity.error());
  Call call{.request = std::move(request),
            .path = std::move(match.path),
            .who = std::move(*identity),
            .book = needs_.book.current()};
  if (auto admitted = admit(*match.operation, call); !admitted) {
    co_return response_of(admitted.error());
  }
  if (const std::size_t most = longest_body(match.operation->info);
      call.request.body.size() > most) {
    Problem wrong{413, "body-too-large",
                  fmt::format("The body is larger than the {} bytes that this takes.", most)};
    co_return response_of(wrong);
  }
  if (!body_is_json(call)) {
    Problem wrong{415, "json-only", "Send the body as application/json."};
    co_return response_of(wrong);
  }
  const Operation& operation = *match.operation;
  Call asked;
  if (operation.raw) {
    asked.path = call.path;
    asked.request.method = call.request.method;
    asked.request.headers = call.request.headers;
  }
  net::Task<http::Response> run = operation.run(std::move(call));
  http::Response response = co_await run;
  if (response.stream && operation.info.access != Access::open) {
    response.stream = std::make_unique<WatchedStream>(*this, operation, std::move(asked),
                                                      std::move(response.stream));
  }
  co_return response;
}

net::Task<http::Response> Application::handle(http::Request request) {
  const bool for_api = request.path.starts_with(prefix) &&
                       (request.path.size() == prefix.size() || request.path[prefix.size()] == '/');
  if (!for_api) co_return needs_.pages.page(request);
  co_return co_await api(std::move(request));
}

}  // namespace postern::api
