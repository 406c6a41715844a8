// Which state of an object a client has seen: the ETag of its JSON. A change that names it
// (If-Match, RFC 9110 13.1.1) is made only to that state, so that two administrators at once never
// undo each other's work unseen.
#pragma once

#include "service/api/call.h"
#include "service/api/problem.h"
#include "service/api/write.h"

namespace postern::api {

[[nodiscard]] std::string etag_of(std::string_view body);

// Whether If-None-Match names this tag. Tags that a proxy has weakened count (RFC 9110 13.1.2).
[[nodiscard]] bool has_already(std::string_view if_none_match, std::string_view tag);

// A reply's body, of which the ETag is made.
template <Described T>
[[nodiscard]] std::string body_of(const T& value) {
  return json_text(value) + "\n";
}

// Problem 412 when the request names another state than this body's.
[[nodiscard]] Outcome<void> require_match(const Call& call, std::string_view body);

template <Described T>
[[nodiscard]] Outcome<void> require_match(const Call& call, const T& current) {
  return require_match(call, std::string_view(body_of(current)));
}

}  // namespace postern::api
