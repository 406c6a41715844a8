// Asks the running gateway over its control socket.
#pragma once

#include <map>
#include <string>

#include "app/cli/cli.h"
#include "io/http/http.h"

namespace postern::cli {

struct ControlRequest {
  std::string method = "GET";
  std::string path;
  std::map<std::string, std::string> query;
};

// The answer's body. Failure "gateway-not-running" says how to start it; a problem document becomes
// a Failure with its title and detail.
[[nodiscard]] base::Result<std::string> ask_gateway(const Context& context, ControlRequest request);

}  // namespace postern::cli
