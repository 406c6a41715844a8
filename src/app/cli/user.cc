// postern user list | show | add | set | remove
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/cli/records_groups.h"
#include "app/cli/records_session.h"
#include "app/cli/table.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "io/crypto/tls.h"
#include "io/records/people.h"
#include "service/api/password_rule.h"

namespace postern::cli {

namespace {

struct UserOptions {
  std::string name;
  std::string password_file;
  std::vector<std::string> grants;
  bool reset_second_factor = false;
};

std::string grants_text(const records::User& user) {
  std::string text;
  for (const records::Grant& grant : user.grants) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", grant.account,
                        records::role_text(grant.role));
  }
  return text.empty() ? "none" : text;
}

std::string moment(const std::optional<base::Instant>& time) {
  return time ? base::rfc3339(*time) : "never";
}

void write_user(base::JsonWriter& json, const records::User& user) {
  json.begin_object().field("name", user.name).key("grants").begin_array();
  for (const records::Grant& grant : user.grants) {
    json.begin_object().field("account", grant.account);
    json.field("role", records::role_text(grant.role)).end_object();
  }
  json.end_array().field("second_factor", user.second_factor);
  json.field("created", base::rfc3339(user.created)).key("last_sign_in");
  if (user.last_sign_in) {
    json.value(base::rfc3339(*user.last_sign_in));
  } else {
    json.null();
  }
  json.end_object();
}

int say(Context& context, const records::User& user, const std::string& sentence) {
  base::JsonWriter json;
  write_user(json, user);
  context.out << (context.json ? json.text() : sentence) << "\n";
  return exit_ok;
}

int list(Context& context) {
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto users = (*records)->people().users();
  if (!users) return context.fail(users.error());
  base::JsonWriter json;
  json.begin_array();
  Table table({"user", "roles", "second factor", "last sign-in"});
  for (const records::User& user : *users) {
    write_user(json, user);
    table.row({user.name, grants_text(user), user.second_factor ? "yes" : "no",
               moment(user.last_sign_in)});
  }
  json.end_array();
  if (context.json) {
    context.out << std::move(json).take() << "\n";
  } else if (table.empty()) {
    context.out << "Nobody can sign in to the web application yet. Open the set-up link that the "
                   "gateway\nlogged when it started (setup-link), or add an administrator with:\n"
                   "  postern user add NAME --password-file FILE --grant '*:administrator'\n";
  } else {
    context.out << table.text();
  }
  return exit_ok;
}

int show(Context& context, const UserOptions& options) {
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto user = (*records)->people().user(base::lower(options.name));
  if (!user) return context.fail(user.error());
  if (context.json) {
    base::JsonWriter json;
    write_user(json, *user);
    context.out << std::move(json).take() << "\n";
    return exit_ok;
  }
  context.out << fmt::format(
      "User {}\n  Roles: {}\n  Second factor: {}\n  Added: {}\n  Last sign-in: {}\n", user->name,
      grants_text(*user), user->second_factor ? "set" : "not set", base::rfc3339(user->created),
      moment(user->last_sign_in));
  return exit_ok;
}

// "main:viewer", "*:administrator"
base::Result<std::vector<records::Grant>> read_grants(const std::vector<std::string>& texts) {
  std::vector<records::Grant> grants;
  for (const std::string& text : texts) {
    const std::size_t colon = text.rfind(':');
    const auto role =
        colon == std::string::npos ? std::nullopt : records::parse_role(text.substr(colon + 1));
    if (!role) {
      return base::fail("invalid-grant",
                        fmt::format("\"{}\" is no role in an account; write ACCOUNT:ROLE, such as "
                                    "main:viewer, main:operator or '*:administrator'",
                                    base::printable(text, 64)));
    }
    grants.push_back({text.substr(0, colon), *role});
  }
  return grants;
}

base::Result<std::string> read_password_hash(const Context& context, const UserOptions& options) {
  auto password = read_secret(context, options.password_file);
  if (!password) return password;
  if (auto good = api::check_new_password(options.name, *password); !good) {
    return std::unexpected(good.error());
  }
  return crypto::hash_password(*password);
}

int add(Context& context, const UserOptions& options) {
  auto grants = read_grants(options.grants);
  if (!grants) return context.fail(grants.error());
  auto hash = read_password_hash(context, options);
  if (!hash) return context.fail(hash.error());
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto user = (*records)->people().add(context.actor(), now(), {options.name, *hash, *grants});
  if (!user) return context.fail(user.error());
  return say(context, *user, fmt::format("User {} added: {}.", user->name, grants_text(*user)));
}

int set(Context& context, const UserOptions& options) {
  records::UserEdit edit;
  if (!options.password_file.empty()) {
    auto hash = read_password_hash(context, options);
    if (!hash) return context.fail(hash.error());
    edit.password_hash = std::move(*hash);
  }
  if (!options.grants.empty()) {
    auto grants = read_grants(options.grants);
    if (!grants) return context.fail(grants.error());
    edit.grants = std::move(*grants);
  }
  if (options.reset_second_factor) edit.second_factor = records::UserEdit::SecondFactor::remove;
  if (!edit.password_hash && !edit.grants && !options.reset_second_factor) {
    context.err << "postern: say what is to change: --password-file, --grant or "
                   "--reset-second-factor\n";
    return exit_usage;
  }
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  auto user = (*records)->people().change(context.actor(), now(), base::lower(options.name),
                                          std::move(edit), {});
  if (!user) return context.fail(user.error());
  return say(context, *user,
             fmt::format("User {} changed: {}, second factor {}.", user->name, grants_text(*user),
                         user->second_factor ? "set" : "not set"));
}

int remove(Context& context, const UserOptions& options) {
  auto records = context.open_records();
  if (!records) return context.fail(records.error());
  const std::string name = base::lower(options.name);
  auto user = (*records)->people().user(name);
  if (!user) return context.fail(user.error());
  auto removed = (*records)->people().remove(context.actor(), now(), name, {});
  if (!removed) return context.fail(removed.error());
  return say(context, *user, fmt::format("User {} removed, with all sessions and tokens.", name));
}

}  // namespace

void add_user_commands(CLI::App& root, Context& context) {
  CLI::App* group = root.add_subcommand("user", "Who may sign in to the web application");
  group->require_subcommand(1);
  auto options = std::make_shared<UserOptions>();
  group->add_subcommand("list", "List the users")->callback([&context] {
    context.exit_code = list(context);
  });
  auto named = [&](const char* verb, const char* help) {
    CLI::App* command = group->add_subcommand(verb, help);
    command->add_option("name", options->name, "What the user signs in with")->required();
    return command;
  };
  named("show", "Show one user")->callback([&context, options] {
    context.exit_code = show(context, *options);
  });
  CLI::App* adder = named("add", "Add a user");
  CLI::App* setter = named("set", "Change a user: a forgotten password, other roles");
  for (CLI::App* command : {adder, setter}) {
    CLI::Option* file =
        command->add_option("--password-file", options->password_file,
                            "File with the password in its first line; - for input");
    CLI::Option* grants = command->add_option(
        "--grant", options->grants,
        "ACCOUNT:ROLE, several times: viewer, operator or administrator; * for every account");
    grants->allow_extra_args(false);  // one value each time, so that NAME may follow
    if (command != adder) continue;
    file->required();
    grants->required();
  }
  setter->add_flag("--reset-second-factor", options->reset_second_factor,
                   "Take away a second factor that was lost");
  adder->callback([&context, options] { context.exit_code = add(context, *options); });
  setter->callback([&context, options] { context.exit_code = set(context, *options); });
  named("remove", "Remove a user with all sessions and tokens")->callback([&context, options] {
    context.exit_code = remove(context, *options);
  });
}

}  // namespace postern::cli
