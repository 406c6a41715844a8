// The two cookies of the web application: the session's id, and what tells a device that its user
// has signed in from before (throttle.h). Both are random, unreadable for scripts and sent to us
// alone; over HTTPS their names make the browser insist on that (RFC 6265bis, "__Host-").
#pragma once

#include <chrono>
#include <string>

#include "io/http/http.h"
#include "service/api/guard.h"

namespace postern::api {

enum class Cookie { session, device };

[[nodiscard]] std::string cookie_name(Cookie cookie, Transport transport);
// "" when the request has none.
[[nodiscard]] std::string cookie_value(const http::Request& request, Cookie cookie,
                                       Transport transport);
// The value of a Set-Cookie field; a time of zero takes the cookie away.
[[nodiscard]] std::string set_cookie(Cookie cookie, Transport transport, const std::string& value,
                                     std::chrono::seconds lifetime);

// 256 random bits for an id, as text.
[[nodiscard]] std::string random_id();
// What is kept of an id: hex SHA-256. The ids are random, so no more is needed.
[[nodiscard]] std::string hash_of(const std::string& id);

}  // namespace postern::api
