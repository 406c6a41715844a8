#include "service/api/operations.h"

#include <algorithm>

#include "core/base/text.h"
#include "service/api/etag.h"

namespace postern::api {

namespace {

// {"", "accounts", "{account}"} against the segments of a request.
bool matches(std::string_view pattern, std::string_view path,
             std::map<std::string, std::string>& found) {
  const auto wanted = base::split(pattern, '/');
  const auto given = base::split(path, '/');
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      if (given[i].empty()) return false;
      found[std::string(wanted[i].substr(1, wanted[i].size() - 2))] = std::string(given[i]);
    } else if (wanted[i] != given[i]) {
      return false;
    }
  }
  return true;
}

// A path without parameters is meant before one with: ".../policies/import" is no domain.
bool is_plainer(const Operation& a, const Operation& b) {
  return std::ranges::count(a.info.path, '{') < std::ranges::count(b.info.path, '{');
}

}  // namespace

std::string_view method_text(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::remove:
      return "DELETE";
  }
  return "";
}

std::string_view access_text(Access access) {
  switch (access) {
    case Access::open:
      return "anyone";
    case Access::signed_in:
      return "anyone who is signed in";
    case Access::viewer:
      return "viewer";
    case Access::operator_:
      return "operator";
    case Access::administrator:
      return "administrator";
    case Access::platform:
      return "administrator of every account";
  }
  return "";
}

Operation& Operations::put(OperationInfo info) {
  all_.push_back(std::make_unique<Operation>());
  all_.back()->info = std::move(info);
  return *all_.back();
}

Operations::Match Operations::find(std::string_view method, std::string_view path) const {
  Match match;
  for (const auto& one : all_) {
    std::map<std::string, std::string> parameters;
    if (!matches(one->info.path, path, parameters)) continue;
    const std::string_view known = method_text(one->info.method);
    match.allowed += (match.allowed.empty() ? "" : ", ") + std::string(known);
    if (known != method) continue;
    if (match.operation != nullptr && !is_plainer(*one, *match.operation)) continue;
    match.operation = one.get();
    match.path = std::move(parameters);
  }
  return match;
}

http::Response json_response(const Call& call, int status, std::string body,
                             std::map<std::string, std::string> headers) {
  http::Response response{.status = body.empty() && status == 200 ? 204 : status,
                          .content_type = "application/json",
                          .body = std::move(body),
                          .headers = std::move(headers)};
  response.headers["Cache-Control"] = "no-store";
  if (response.body.empty()) return response;
  const std::string tag = etag_of(response.body);
  response.headers["ETag"] = tag;
  if (call.request.method == "GET" && has_already(call.header("if-none-match"), tag)) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace postern::api
