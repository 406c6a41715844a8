// postern account list | show | add | set | remove
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/cli/records_groups.h"
#include "app/cli/records_session.h"
#include "app/cli/table.h"
#include "core/base/json_writer.h"

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

void write_account(base::JsonWriter& json, const policy::Configuration& all,
                   const policy::Account& account) {
  json.begin_object();
  json.field("id", account.id.value).field("name", account.name).field("title", account.title);
  json.field("private_ca", !account.ca_bundle.empty());
  json.field("domains", domains_of(all, account.id))
      .field("policies", policies_of(all, account.id));
  json.end_object();
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
    base::JsonWriter json;
    json.begin_array();
    for (const policy::Account& account : all.accounts) write_account(json, all, account);
    json.end_array();
    context.out << std::move(json).take() << "\n";
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
    base::JsonWriter json;
    write_account(json, session->configuration, *account);
    context.out << std::move(json).take() << "\n";
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

int put(Context& context, RecordsSession& session, policy::Account account, const char* done) {
  std::string name = account.name;
  auto stored = change_records(context, session, [&](records::Change& change) -> base::Result<> {
    auto id = change.put(std::move(account));
    if (!id) return std::unexpected(id.error());
    return {};
  });
  if (!stored) return context.fail(stored.error());
  context.out << fmt::format("Account {} {}.\n", name, done);
  return exit_ok;
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
  context.out << fmt::format("Account {} removed with all that belonged to it.\n", options.name);
  return exit_ok;
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
  named("remove", "Remove an account with all that belongs to it")->callback([&context, options] {
    context.exit_code = remove(context, *options);
  });
}

}  // namespace postern::cli
