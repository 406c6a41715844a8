// The target of a request: path and query, decoded strictly.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace postern::http {

// "/a%20b?x=1&y=" -> "/a b", {x:1, y:}; false for a broken escape, a control, or a ".." segment.
[[nodiscard]] bool split_target(std::string_view target, std::string& path,
                                std::map<std::string, std::string>& query);
[[nodiscard]] std::string make_target(std::string_view path,
                                      const std::map<std::string, std::string>& query);

}  // namespace postern::http
