#include "service/api/problem.h"

#include "core/base/json_writer.h"

namespace postern::api {

namespace {

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "The request is malformed";
    case 401:
      return "Sign in first";
    case 403:
      return "Not allowed";
    case 404:
      return "Not found";
    case 405:
      return "Method not allowed";
    case 409:
      return "It conflicts with what is there";
    case 412:
      return "It has changed meanwhile";
    case 413:
    case 431:
      return "Too large";
    case 415:
      return "Send JSON";
    case 421:
      return "No name of this gateway";
    case 422:
      return "Something is wrong with what was sent";
    case 429:
      return "Too many attempts";
    case 503:
      return "Not available just now";
    default:
      return "Something went wrong";
  }
}

int status_of(const std::string& code) {
  if (code == "not-found" || code.starts_with("no-such-")) return 404;
  if (code == "already-exists") return 409;
  if (code.starts_with("invalid-")) return 422;
  if (code == "records-busy") return 503;
  return 500;
}

}  // namespace

Problem problem_of(const base::Failure& failure) {
  Problem problem{.status = status_of(failure.code), .code = failure.code, .detail = failure.text};
  if (problem.status == 503) problem.retry_after = 1;
  return problem;
}

std::unexpected<Problem> refuse_field(const base::Failure& failure, std::string pointer) {
  Problem problem{.status = 422, .code = failure.code, .detail = failure.text};
  problem.errors.push_back({std::move(pointer), failure.text});
  return std::unexpected(std::move(problem));
}

http::Response response_of(const Problem& problem) {
  base::JsonWriter json;
  json.begin_object();
  json.field("type", "urn:postern:problem:" + problem.code);
  json.field("title", title_of(problem.status)).field("status", problem.status);
  json.field("detail", problem.detail).field("code", problem.code);
  json.key("errors").begin_array();
  for (const FieldError& error : problem.errors) {
    json.begin_object().field("pointer", error.pointer).field("detail", error.detail).end_object();
  }
  json.end_array().end_object();
  http::Response response{.status = problem.status,
                          .content_type = "application/problem+json",
                          .body = std::move(json).take() + "\n",
                          .headers = {}};
  response.headers["Cache-Control"] = "no-store";
  if (problem.status == 401) response.headers["WWW-Authenticate"] = "Bearer";  // RFC 9110 15.5.2
  if (problem.retry_after > 0) {
    response.headers["Retry-After"] = std::to_string(problem.retry_after);
  }
  return response;
}

}  // namespace postern::api
