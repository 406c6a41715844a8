#include "service/api/etag.h"

#include <algorithm>

#include "core/base/text.h"
#include "io/crypto/tls.h"

namespace postern::api {

std::string etag_of(std::string_view body) {
  const std::string digest = crypto::sha256(body).substr(0, 16);
  return "\"" + base::hex({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()}) +
         "\"";
}

bool has_already(std::string_view if_none_match, std::string_view tag) {
  const auto strong = [](std::string_view one) {
    one = base::trim(one);
    return one.starts_with("W/") ? one.substr(2) : one;
  };
  const auto tags = base::split(if_none_match, ',');
  return std::ranges::any_of(tags, [&](std::string_view one) {
    return base::trim(one) == "*" || strong(one) == strong(tag);
  });
}

Outcome<void> require_match(const Call& call, std::string_view body) {
  const std::string wanted = call.header("if-match");
  if (wanted.empty() || base::trim(wanted) == "*") return {};
  const std::string tag = etag_of(body);
  const auto tags = base::split(wanted, ',');
  if (std::ranges::any_of(tags, [&](std::string_view one) { return base::trim(one) == tag; })) {
    return {};
  }
  return refuse(412, "changed-meanwhile",
                "Someone has changed it since you looked. Look again, and then decide.");
}

}  // namespace postern::api
