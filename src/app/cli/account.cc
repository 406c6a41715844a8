// postern account list | show | add | set | remove | import | export
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/cli/account_kind.h"
#include "app/cli/records_groups.h"

namespace postern::cli {

namespace {

struct AccountOptions {
  std::string name;
  std::string title;
  std::string ca_file;
  bool no_ca = false;
};

const policy::Account* find(const policy::Configuration& configuration, const std::string& name) {
  for (const policy::Account& account : configuration.accounts) {
    if (account.name == name) return &account;
  }
  return nullptr;
}

base::Failure unknown(const std::string& name) {
  return {"not-found", fmt::format("There is no account \"{}\"; see: postern account list", name),
          ""};
}

std::int64_t domains_of(const policy::Configuration& configuration, base::AccountId id) {
  return std::ranges::count_if(configuration.domains,
                               [id](const auto& domain) { return domain.account == id; });
}

std::int64_t policies_of(const policy::Configuration& configuration, base::AccountId id) {
  return std::ranges::count_if(configuration.policies,
                               [id](const auto& policy) { return policy.account == id; });
}

// Accounts are managed whichever account is chosen, so the chosen one need not exist.
base::Result<RecordsSession> open_all(const Context& context) {
  Context any = context;
  any.account = "main";
  return open_session(any);
}

int list(Context& context) {
  auto session = open_all(context);
  if (!session) return context.fail(session.error());
  const policy::Configuration& all = session->configuration;
  if (context.json) {
    print_objects(context, AccountKind(), *session, all.accounts);
    return exit_ok;
  }
  Table table({"account", "title", "domains", "policies", "private CA"});
  for (const policy::Account& account : all.accounts) {
    table.row({account.name, account.title, std::to_string(domains_of(all, account.id)),
               std::to_string(policies_of(all, account.id)),
               account.ca_bundle.empty() ? "no" : "yes"});
  }
  context.out << table.text();
  return exit_ok;
}

int show(Context& context, const AccountOptions& options) {
  auto session = open_all(context);
  if (!session) return context.fail(session.error());
  const policy::Account* account = find(session->configuration, options.name);
  if (!account) return context.fail(unknown(options.name));
  if (context.json) {
    context.out << json_of(AccountKind(), *session, *account) << "\n";
    return exit_ok;
  }
  context.out << fmt::format(
      "Account {}: {}\n  {} internal domains, {} policies, {}\n", account->name,
      account->title.empty() ? "(no title)" : account->title,
      domains_of(session->configuration, account->id),
      policies_of(session->configuration, account->id),
      account->ca_bundle.empty() ? "public CAs only" : "a private CA as well");
  return exit_ok;
}

base::Result<policy::Account> edited(const Context& context, policy::Account account,
                                     const AccountOptions& options) {
  if (!options.title.empty()) account.title = options.title;
  if (options.no_ca) account.ca_bundle.clear();
  if (!options.ca_file.empty()) {
    auto pem = read_text(context, options.ca_file);
    if (!pem) return std::unexpected(pem.error());
    account.ca_bundle = std::move(*pem);
  }
  return account;
}

int say(Context& context, const RecordsSession& session, const policy::Account& account,
        const char* done) {
  context.out << (context.json ? json_of(AccountKind(), session, account) + "\n"
                               : fmt::format("Account {} {}.\n", account.name, done));
  return exit_ok;
}

int put(Context& context, RecordsSession& session, policy::Account account, const char* done) {
  auto stored = change_records(context, session, [&](records::Change& change) -> base::Result<> {
    auto id = change.put(account);
    if (!id) return std::unexpected(id.error());
    account.id = *id;
    return {};
  });
  if (!stored) return context.fail(stored.error());
  return say(context, session, account, done);
}

int import_file(Context& context, const ImportOptions& options) {
  auto session = open_all(context);
  if (!session) return context.fail(session.error());
  return import_objects(context, AccountKind(), options, *session);
}

int export_all(Context& context) {
  auto session = open_all(context);
  if (!session) return context.fail(session.error());
  return export_objects(context, AccountKind(), *session);
}

int add(Context& context, const AccountOptions& options) {
  auto session = open_all(context);
  if (!session) return context.fail(session.error());
  policy::Account fresh;
  fresh.name = options.name;
  auto account = edited(context, std::move(fresh), options);
  if (!account) return context.fail(account.error());
  return put(context, *session, std::move(*account), "added");
}

int set(Context& context, const AccountOptions& options) {
  auto session = open_all(context);
  if (!session) return context.fail(session.error());
  const policy::Account* found = find(session->configuration, options.name);
  if (!found) return context.fail(unknown(options.name));
  auto account = edited(context, *found, options);
  if (!account) return context.fail(account.error());
  return put(context, *session, std::move(*account), "changed");
}

int remove(Context& context, const AccountOptions& options) {
  auto session = open_all(context);
  if (!session) return context.fail(session.error());
  const policy::Account* found = find(session->configuration, options.name);
  if (!found) return context.fail(unknown(options.name));
  auto removed = change_records(
      context, *session, [id = found->id](records::Change& change) { return change.remove(id); });
  if (!removed) return context.fail(removed.error());
  return say(context, *session, *found, "removed");
}

}  // namespace

void add_account_commands(CLI::App& root, Context& context) {
  CLI::App* group = root.add_subcommand("account", "Organisations that share this gateway");
  group->require_subcommand(1);
  auto options = std::make_shared<AccountOptions>();
  group->add_subcommand("list", "List the accounts")->callback([&context] {
    context.exit_code = list(context);
  });
  auto named = [&](const char* verb, const char* help) {
    CLI::App* command = group->add_subcommand(verb, help);
    command->add_option("name", options->name, "Account name: a-z, 0-9 and -")->required();
    return command;
  };
  named("show", "Show one account")->callback([&context, options] {
    context.exit_code = show(context, *options);
  });
  CLI::App* adder = named("add", "Add an account");
  CLI::App* setter = named("set", "Change an account's title or private CA");
  for (CLI::App* command : {adder, setter}) {
    command->add_option("--title", options->title, "Name of the organisation");
    command->add_option("--ca-file", options->ca_file,
                        "PEM file of CAs that this account trusts besides the public ones");
  }
  setter->add_flag("--no-ca", options->no_ca, "Trust public CAs only again");
  adder->callback([&context, options] { context.exit_code = add(context, *options); });
  setter->callback([&context, options] { context.exit_code = set(context, *options); });
  named("remove", "Remove an account that holds nothing any more")->callback([&context, options] {
    context.exit_code = remove(context, *options);
  });
  add_import_command(
      *group, context, "Add many accounts: a plain list of names, or CSV with a heading line",
      "name", infos(AccountKind().fields()),
      [&context](const ImportOptions& options) { return import_file(context, options); });
  group->add_subcommand("export", "Print all accounts as CSV, which import reads; --json for JSON")
      ->callback([&context] { context.exit_code = export_all(context); });
}

}  // namespace postern::cli
