#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/cli/cli.h"

namespace postern::cli {

void add_all_commands(CLI::App& root, Context& context) {
  root.description("Postern: a mail gateway that proves TLS on every hop it controls");
  root.require_subcommand(1);
  root.fallthrough();  // global options may stand after the command
  root.add_option("--config", context.config_file,
                  "Configuration file; default /etc/postern/postern.toml if there is one")
      ->type_name("FILE");
  root.add_option("--data-dir", context.data_dir, "Data directory, stronger than the configuration")
      ->type_name("FOLDER");
  root.add_option("--account", context.account, "The account to work on")
      ->type_name("NAME")
      ->capture_default_str();
  root.add_flag("--json", context.json, "Print JSON");
  root.set_version_flag("--version", "postern " POSTERN_VERSION);
  add_serve_commands(root, context);
  add_probe_commands(root, context);
  add_queue_commands(root, context);
  add_backup_commands(root, context);
  add_records_commands(root, context);
  add_config_commands(root, context);
  add_lint_commands(root, context);
  add_lab_commands(root, context);
  add_completion_commands(root, context);
}

int run(int argc, const char* const* argv, Context& context) {
  CLI::App root;
  root.name("postern");
  add_all_commands(root, context);
  try {
    root.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    return root.exit(wanted, context.out, context.err) == 0 ? exit_ok : exit_usage;
  } catch (const CLI::ParseError& mistake) {
    context.err << fmt::format("postern: {}\nTry: postern --help, or the command with --help.\n",
                               mistake.what());
    return exit_usage;
  }
  return context.exit_code;
}

}  // namespace postern::cli
