#include <sqlite3.h>

#include <csignal>
#include <iostream>

#include "app/cli/capture_pins.h"
#include "app/cli/cli.h"

int main(int argc, char** argv) {
  // A peer that goes away must be an error value, never a signal.
  std::signal(SIGPIPE, SIG_IGN);
  // SQLite's count of its memory, which nobody asks for, costs a lock for each allocation.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  postern::cli::Context context{
      .in = std::cin, .out = std::cout, .err = std::cerr, .config_file = {}, .data_dir = {}};
  context.capture_pins = [&context](const postern::dns::Domain& domain) {
    return postern::cli::capture_pins(context, domain);
  };
  return postern::cli::run(argc, argv, context);
}
