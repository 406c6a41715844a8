#include "service/api/cookies.h"

#include <fmt/format.h>

#include "core/base/base64url.h"
#include "core/base/text.h"
#include "io/crypto/one_time_code.h"
#include "io/crypto/tls.h"

namespace postern::api {

std::string cookie_name(Cookie cookie, Transport transport) {
  std::string name = transport == Transport::https ? "__Host-postern" : "postern-session";
  if (cookie == Cookie::session) return name;
  return transport == Transport::https ? "__Host-postern-device" : "postern-device";
}

std::string cookie_value(const http::Request& request, Cookie cookie, Transport transport) {
  auto field = request.headers.find("cookie");
  if (field == request.headers.end()) return {};
  const std::string name = cookie_name(cookie, transport) + "=";
  for (std::string_view one : base::split(field->second, ';')) {
    one = base::trim(one);
    if (one.starts_with(name)) return std::string(one.substr(name.size()));
  }
  return {};
}

std::string set_cookie(Cookie cookie, Transport transport, const std::string& value,
                       std::chrono::seconds lifetime) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}",
                     cookie_name(cookie, transport), value, lifetime.count(),
                     transport == Transport::https ? "; Secure" : "");
}

std::string random_id() { return base::base64url(crypto::random_bytes(32)); }

std::string hash_of(const std::string& id) {
  const std::string digest = crypto::sha256(id);
  return base::hex({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()});
}

}  // namespace postern::api
