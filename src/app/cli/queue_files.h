// postern queue check | salvage: the queue's files, with or without a running gateway.
#pragma once

#include "app/cli/cli.h"

namespace postern::cli {

void add_queue_file_commands(CLI::App& group, Context& context);

}  // namespace postern::cli
