// postern policy list | show | add | set | promote | remove | import | export
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <unordered_map>

#include "app/cli/policy_actions.h"
#include "app/cli/records_groups.h"
#include "core/policy/words.h"

namespace postern::cli {

namespace {

struct PolicyOptions {
  std::vector<std::string> domains;
  GivenTexts given;
  PolicyFilter filter;
  bool no_probe = false;
  [[nodiscard]] FieldTexts fields() const { return given_fields(infos(policy_fields()), given); }
};

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
  add_field_options(*adder, infos(policy_fields()), options->given);
  adder->add_flag("--no-probe", options->no_probe,
                  "Do not ask the partner's servers which MX names to pin");
  adder->callback([&context, options] {
    context.exit_code =
        add_policies(context, options->domains, options->fields(), !options->no_probe);
  });

  CLI::App* setter = group.add_subcommand(
      "set", "Change policies; an empty value (--mx \"\") sets a field back to its default");
  add_domains(*setter, *options);
  add_field_options(*setter, infos(policy_fields()), options->given);
  setter->callback([&context, options] {
    context.exit_code = set_policies(context, options->domains, options->fields());
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

}  // namespace

void add_policy_commands(CLI::App& root, Context& context) {
  CLI::App* group =
      root.add_subcommand("policy", "How mail to and from partners must be protected");
  group->require_subcommand(1);
  auto options = std::make_shared<PolicyOptions>();
  add_readers(*group, context, options);
  add_writers(*group, context, options);
  add_import_command(
      *group, context, "Put many domains under policy: a plain list, or CSV with a heading line",
      "domain", infos(policy_fields()),
      [&context](const ImportOptions& import) { return import_policies(context, import); });
}

}  // namespace postern::cli
