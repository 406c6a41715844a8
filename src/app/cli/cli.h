// The command line: `postern VERB ...`. Each group of commands stands in a file of its own and adds
// itself to the root; what it needs comes from the Context.
//
// Rules: verbs are list, show, add, remove, import, export and the few that a group needs besides;
// every command that prints data takes --json; tables are aligned and never coloured when piped;
// errors go to standard error and say what to do next.
// Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 done in part (some lines were refused).
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "app/settings.h"
#include "core/base/failure.h"
#include "core/policy/model.h"
#include "io/records/records.h"

namespace CLI {
class App;
}

namespace postern::cli {

enum ExitCode : int { exit_ok = 0, exit_failed = 1, exit_usage = 2, exit_partly = 3 };

// What every command shares: the global options and the ways to reach settings, records and
// gateway.
struct Context {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;

  std::string config_file;  // --config; "" looks for /etc/postern/postern.toml, else the defaults
  std::string data_dir;     // --data-dir, stronger than the file
  std::string account = "main";
  bool json = false;
  int exit_code = exit_ok;
  // Asks a partner's MX hosts which names a strict policy should pin. Empty: nothing is asked.
  std::function<base::Result<std::vector<tls::HostPattern>>(const dns::Domain&)> capture_pins = {};

  // Reads the configuration once.
  [[nodiscard]] base::Result<app::Settings> settings() const;
  // Opens the records of the configured data directory.
  [[nodiscard]] base::Result<std::unique_ptr<records::Records>> open_records() const;
  // The account of --account. Failure "not-found" names those there are.
  [[nodiscard]] base::Result<policy::Account> chosen_account(
      const policy::Configuration& configuration) const;
  // Who the audit log names: "cli:" and the user, from the real user id.
  [[nodiscard]] records::Actor actor() const;

  // Prints the failure's sentence to err and answers exit_failed.
  int fail(const base::Failure& failure) const;
};

// Prints a page that is text by its nature ("toml", "markdown", "bash"); under --json an object
// with its format and text.
void print_page(const Context& context, std::string_view format, const std::string& text);

// Runs one command line; answers the exit code.
int run(int argc, const char* const* argv, Context& context);

// Builds the whole tree, for run, completion and the man page.
void add_all_commands(CLI::App& root, Context& context);

void add_serve_commands(CLI::App& root, Context& context);    // serve, status
void add_probe_commands(CLI::App& root, Context& context);    // probe, explain
void add_queue_commands(CLI::App& root, Context& context);    // queue ...
void add_records_commands(CLI::App& root, Context& context);  // account ... audit
void add_config_commands(CLI::App& root, Context& context);   // config, docs, version
// completion bash | zsh, docs man; after all others, because `docs` is theirs.
void add_completion_commands(CLI::App& root, Context& context);
void add_lab_commands(CLI::App& root, Context& context);  // lab list
void add_backup_commands(CLI::App& root, Context& context);
void add_lint_commands(CLI::App& root, Context& context);  // lint ...

}  // namespace postern::cli
