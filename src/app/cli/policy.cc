// postern policy list | show | add | set | promote | remove | import | export
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <unordered_map>

#include "app/cli/policy_actions.h"
#include "app/cli/policy_fields.h"
#include "app/cli/policy_import.h"
#include "app/cli/records_groups.h"
#include "core/policy/words.h"

namespace postern::cli {

namespace {

// The texts of the field options that were given, by field.
using GivenTexts = std::vector<std::vector<std::string>>;

struct PolicyOptions {
  std::vector<std::string> domains;
  GivenTexts given = GivenTexts(policy_fields().size());
  PolicyFilter filter;
  ImportOptions import;
  bool no_probe = false;
};

FieldTexts given_fields(const PolicyOptions& options) {
  FieldTexts fields;
  const auto all = policy_fields();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (options.given[i].empty()) continue;
    fields.emplace_back(&all[i], fmt::format("{}", fmt::join(options.given[i], " ")));
  }
  return fields;
}

void add_field_options(CLI::App& command, PolicyOptions& options) {
  const auto all = policy_fields();
  for (std::size_t i = 0; i < all.size(); ++i) {
    CLI::Option* option =
        command.add_option(option_name(all[i]), options.given[i], std::string(all[i].help));
    option->type_name(std::string(all[i].value))->allow_extra_args(false);
    if (!all[i].many) option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
}

void add_domains(CLI::App& command, PolicyOptions& options) {
  command.add_option("domain", options.domains, "example.com, or *.gov.uk for all below gov.uk")
      ->type_name("DOMAIN")
      ->required();
}

using Shared = std::shared_ptr<PolicyOptions>;

void add_readers(CLI::App& group, Context& context, const Shared& options) {
  CLI::App* lister = group.add_subcommand("list", "List the policies of an account");
  lister->add_option("--mode", options->filter.mode, "Only those of this mode")->type_name("MODE");
  lister->add_option("--stage", options->filter.stage, "Only those in this stage")
      ->type_name("STAGE");
  lister->callback(
      [&context, options] { context.exit_code = list_policies(context, options->filter); });

  CLI::App* shower = group.add_subcommand("show", "Show everything about policies");
  add_domains(*shower, *options);
  shower->callback(
      [&context, options] { context.exit_code = show_policies(context, options->domains); });

  group.add_subcommand("export", "Print all policies as CSV, which import reads; --json for JSON")
      ->callback([&context] { context.exit_code = export_policies(context); });
}

void add_writers(CLI::App& group, Context& context, const Shared& options) {
  CLI::App* adder = group.add_subcommand("add", "Put domains under policy; what is there stays");
  add_domains(*adder, *options);
  add_field_options(*adder, *options);
  adder->add_flag("--no-probe", options->no_probe,
                  "Do not ask the partner's servers which MX names to pin");
  adder->callback([&context, options] {
    context.exit_code =
        add_policies(context, options->domains, given_fields(*options), !options->no_probe);
  });

  CLI::App* setter = group.add_subcommand(
      "set", "Change policies; an empty value (--mx \"\") sets a field back to its default");
  add_domains(*setter, *options);
  add_field_options(*setter, *options);
  setter->callback([&context, options] {
    context.exit_code = set_policies(context, options->domains, given_fields(*options));
  });

  CLI::App* promoter =
      group.add_subcommand("promote", "Enforce policies that were only monitored until now");
  add_domains(*promoter, *options);
  promoter->callback(
      [&context, options] { context.exit_code = promote_policies(context, options->domains); });

  CLI::App* remover = group.add_subcommand("remove", "Take domains out of policy");
  add_domains(*remover, *options);
  remover->callback(
      [&context, options] { context.exit_code = remove_policies(context, options->domains); });
}

void add_importer(CLI::App& group, Context& context, const Shared& options) {
  CLI::App* importer = group.add_subcommand(
      "import", "Put many domains under policy: a plain list, or CSV with a heading line");
  importer->add_option("file", options->import.file, "The file; - for standard input")
      ->type_name("FILE")
      ->required();
  importer->add_flag("--dry-run", options->import.dry_run, "Show the verdicts and change nothing");
  importer->add_flag("--update", options->import.update,
                     "Change policies that are there with other settings; otherwise such lines are "
                     "refused");
  add_field_options(*importer, *options);
  importer->callback([&context, options] {
    options->import.fields = given_fields(*options);
    context.exit_code = import_policies(context, options->import);
  });
}

}  // namespace

void add_policy_commands(CLI::App& root, Context& context) {
  CLI::App* group =
      root.add_subcommand("policy", "How mail to and from partners must be protected");
  group->require_subcommand(1);
  auto options = std::make_shared<PolicyOptions>();
  add_readers(*group, context, options);
  add_writers(*group, context, options);
  add_importer(*group, context, options);
}

}  // namespace postern::cli
