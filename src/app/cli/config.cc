// postern config check | example | reference, postern docs events | metrics | truth-table |
// openapi | typescript, postern version
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/cli/cli.h"
#include "app/settings_check.h"
#include "core/base/json_writer.h"
#include "core/route/truth_document.h"
#include "io/observe/log.h"
#include "service/api/everything.h"
#include "service/api/openapi.h"
#include "service/api/typescript.h"

namespace postern::cli {

namespace {

// The API's declarations, with nobody to answer.
api::Operations declared_operations() {
  api::Operations operations;
  api::declare_everything(operations, {});
  return operations;
}

int check(Context& context) {
  auto settings = context.settings();
  std::string problem;
  if (!settings) {
    problem = settings.error().text;
  } else if (auto complaint = app::check_for_serving(*settings)) {
    problem = (settings->file.empty() ? "defaults" : settings->file) + ": " + *complaint;
  }
  if (context.json) {
    base::JsonWriter json;
    json.begin_object().field("valid", problem.empty()).field("problem", problem).end_object();
    context.out << std::move(json).take() << "\n";
  } else if (problem.empty()) {
    context.out << "The configuration is valid.\n";
  } else {
    context.err << "postern: " << problem << "\n";
  }
  return problem.empty() ? exit_ok : exit_failed;
}

int version(Context& context) {
  if (context.json) {
    base::JsonWriter json;
    json.begin_object().field("name", "postern").field("version", POSTERN_VERSION).end_object();
    context.out << std::move(json).take() << "\n";
  } else {
    context.out << "postern " POSTERN_VERSION "\n";
  }
  return exit_ok;
}

}  // namespace

void add_config_commands(CLI::App& root, Context& context) {
  CLI::App* config = root.add_subcommand("config", "The configuration file");
  config->require_subcommand(1);
  config
      ->add_subcommand("check", "Say whether a configuration file is valid, or what is wrong where")
      ->callback([&context] { context.exit_code = check(context); });
  config->add_subcommand("example", "Print a commented configuration with every setting")
      ->callback([&context] { print_page(context, "toml", app::example_configuration()); });
  config->add_subcommand("reference", "Print the description of every setting (Markdown)")
      ->callback([&context] { print_page(context, "markdown", app::settings_reference()); });

  CLI::App* docs = root.add_subcommand("docs", "Reference pages made from the program itself");
  docs->require_subcommand(1);
  docs->add_subcommand("events", "Every event that is logged (Markdown)")->callback([&context] {
    print_page(context, "markdown", observe::events_reference());
  });
  docs->add_subcommand("metrics", "Every metric (Markdown)")->callback([&context] {
    print_page(context, "markdown", observe::metrics_reference());
  });
  docs->add_subcommand("truth-table", "What becomes of a message, for all that is published")
      ->callback([&context] { print_page(context, "markdown", route::truth_document()); });
  docs->add_subcommand("openapi", "The API as OpenAPI 3.1 (JSON)")->callback([&context] {
    context.out << api::openapi_document(declared_operations());
  });
  docs->add_subcommand("typescript", "The API as a TypeScript client")->callback([&context] {
    print_page(context, "typescript", api::typescript_client(declared_operations()));
  });

  root.add_subcommand("version", "Print the version")->callback([&context] {
    context.exit_code = version(context);
  });
}

}  // namespace postern::cli
