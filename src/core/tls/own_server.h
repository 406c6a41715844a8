// What to do about a reason where the server is one's own, an internal server: nobody else need be
// asked, and no policy is in play.
#pragma once

#include <string_view>

namespace postern::tls {

// As ReasonInfo::remedy (judge.h) where the same is to be done everywhere.
[[nodiscard]] std::string_view own_server_remedy(std::string_view code);

}  // namespace postern::tls
