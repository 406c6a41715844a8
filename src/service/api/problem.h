// What an API answers when it cannot do what was asked: RFC 9457 problem details, which point at
// the fields at fault.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "core/base/failure.h"
#include "io/http/http.h"

namespace postern::api {

struct FieldError {
  std::string pointer;  // JSON pointer into the request's body, "#/mx/0"; "?name" for a parameter
  std::string detail;   // what is wrong with it and what to write instead
};

struct Problem {
  int status = 400;
  std::string code;    // stable: "duplicate-domain"; the type is "urn:postern:problem:" + code
  std::string detail;  // one sentence for a person: what happened, what to do next
  std::vector<FieldError> errors{};
  int retry_after = 0;  // seconds, for 429 and 503
};

template <class T>
using Outcome = std::expected<T, Problem>;

[[nodiscard]] inline std::unexpected<Problem> refuse(int status, std::string code,
                                                     std::string detail) {
  return std::unexpected(Problem{status, std::move(code), std::move(detail)});
}

// A Failure of the layers below: "not-found" is 404, "already-exists" 409, "invalid-..." 422,
// "records-busy" 503; anything else is 500.
[[nodiscard]] Problem problem_of(const base::Failure& failure);
[[nodiscard]] inline std::unexpected<Problem> refuse(const base::Failure& failure) {
  return std::unexpected(problem_of(failure));
}
// The same, laid at the door of a field.
[[nodiscard]] std::unexpected<Problem> refuse_field(const base::Failure& failure,
                                                    std::string pointer);

[[nodiscard]] http::Response response_of(const Problem& problem);

}  // namespace postern::api
