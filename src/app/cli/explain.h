#pragma once

#include <string>

#include "app/cli/cli.h"

namespace postern::cli {

// Prints the effective requirement of mail to the address, host by host, and where it comes from.
int explain(Context& context, const std::string& address);

}  // namespace postern::cli
