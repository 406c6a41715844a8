// What `postern status` shows.
#pragma once

#include <string>
#include <vector>

#include "core/base/ip_address.h"

namespace postern::app {

struct BoundListener {
  std::string name;
  std::string role;
  std::string tls;
  base::Endpoint place;  // with the port that was really bound
};

[[nodiscard]] std::string status_json(const std::string& node,
                                      const std::vector<BoundListener>& listeners,
                                      const std::string& http, bool ready, std::int64_t revision);

}  // namespace postern::app
