// The command line of import, and options for fields.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/cli/import.h"

namespace postern::cli {

void add_field_options(CLI::App& command, const std::vector<FieldInfo>& fields, GivenTexts& texts) {
  texts.resize(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].help.empty()) continue;
    CLI::Option* option =
        command.add_option(option_name(fields[i]), texts[i], std::string(fields[i].help));
    option->type_name(std::string(fields[i].value))->allow_extra_args(false);
    if (fields[i].words == Words::one) {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
  }
}

FieldTexts given_fields(const std::vector<FieldInfo>& fields, const GivenTexts& texts) {
  FieldTexts given;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (texts[i].empty()) continue;
    given.emplace_back(fields[i].name, fmt::format("{}", fmt::join(texts[i], " ")));
  }
  return given;
}

CLI::App* add_import_command(CLI::App& group, Context& context, const std::string& summary,
                             std::string_view first_column, const std::vector<FieldInfo>& fields,
                             RunImport run) {
  struct Given {
    ImportOptions options;
    GivenTexts texts;
  };
  auto given = std::make_shared<Given>();
  CLI::App* command = group.add_subcommand("import", summary);
  command->add_option("file", given->options.file, "The file; - for standard input")
      ->type_name("FILE")
      ->required();
  command->add_flag("--dry-run", given->options.dry_run, "Show the verdicts and change nothing");
  command->add_flag("--update", given->options.update,
                    "Change what is there with other settings; otherwise such lines are refused");
  add_field_options(*command, fields, given->texts);
  std::string columns(first_column);
  for (const FieldInfo& field : fields) columns += fmt::format(", {}", field.name);
  command->footer(
      fmt::format("The columns of CSV: {}. An empty cell says nothing: an option, what is there "
                  "already, or the default stands; - takes what is there away. Exit code: 0 all "
                  "lines were taken, 3 some were "
                  "refused, 1 all were or nothing could be done.",
                  columns));
  command->callback([&context, given, fields, run = std::move(run)] {
    ImportOptions options = given->options;
    options.given = given_fields(fields, given->texts);
    context.exit_code = run(options);
  });
  return command;
}

}  // namespace postern::cli
