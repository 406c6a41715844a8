// postern sender list | show | add | remove | import | export
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "app/cli/records_groups.h"
#include "app/cli/sender_kind.h"
#include "core/policy/words.h"
#include "io/crypto/tls.h"

namespace postern::cli {

namespace {

struct SenderOptions {
  std::string range;
  std::string user;
  std::string password_file;
  std::string certificate_file;
  std::string note;
  bool require_tls = false;
  std::int64_t id = 0;
};

int say(Context& context, const RecordsSession& session, const policy::InternalSender& sender,
        const std::string& sentence) {
  context.out << (context.json ? json_of(SenderKind(session.account.id), session, sender)
                               : sentence)
              << "\n";
  return exit_ok;
}

int list(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const SenderKind kind(session->account.id);
  const std::vector<policy::InternalSender> senders = kind.all(*session);
  if (context.json) {
    print_objects(context, kind, *session, senders);
    return exit_ok;
  }
  Table table({"id", "known by", "identity", "needs TLS", "note"});
  for (const policy::InternalSender& sender : senders) {
    table.row({std::to_string(sender.id.value), std::string(policy::sender_kind_text(sender.kind)),
               kind.name(sender), yes_no(sender.require_tls), base::printable(sender.note, 60)});
  }
  if (table.empty()) {
    context.out << "No internal senders are known, so nobody may send to the world; add one with:\n"
                   "  postern sender add --range 192.0.2.0/24\n";
  } else {
    context.out << table.text();
  }
  return exit_ok;
}

base::Result<policy::InternalSender> sender_with(const RecordsSession& session, std::int64_t id) {
  for (const policy::InternalSender& one : session.configuration.senders) {
    if (one.id.value == id && one.account == session.account.id) return one;
  }
  return base::fail(
      "not-found",
      fmt::format("There is no sender {} in this account; see: postern sender list", id));
}

int show(Context& context, const SenderOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const auto sender = sender_with(*session, options.id);
  if (!sender) return context.fail(sender.error());
  const SenderKind kind(session->account.id);
  return show_object(
      context, kind, *session, *sender,
      fmt::format("Sender {}: {}", sender->id.value, base::printable(kind.name(*sender), 300)));
}

base::Result<policy::InternalSender> described(const Context& context,
                                               const SenderOptions& options) {
  using Kind = policy::InternalSender::Kind;
  policy::InternalSender sender;
  sender.note = base::trim(options.note);
  sender.require_tls = options.require_tls;
  if (!options.range.empty()) {
    sender.kind = Kind::address_range;
    sender.range = base::IpRange::parse(options.range);
    if (!sender.range) {
      return base::fail("invalid-range",
                        fmt::format("\"{}\" is no address range; write 192.0.2.0/24",
                                    base::printable(options.range)));
    }
  } else if (!options.user.empty()) {
    sender.kind = Kind::credentials;
    sender.user = options.user;
    auto password = read_secret(context, options.password_file);
    if (!password) return std::unexpected(password.error());
    sender.password_hash = crypto::hash_password(*password);
  } else {
    sender.kind = Kind::client_certificate;
    auto pem = read_text(context, options.certificate_file);
    if (!pem) return std::unexpected(pem.error());
    auto certificates = crypto::read_certificates(*pem);
    if (!certificates) return std::unexpected(certificates.error());
    if (certificates->empty()) {
      return base::fail("invalid-certificate", options.certificate_file + " holds no certificate");
    }
    sender.certificate_spki = certificates->front().spki;
  }
  return sender;
}

int add(Context& context, const SenderOptions& options) {
  int kinds = !options.range.empty() + !options.user.empty() + !options.certificate_file.empty();
  if (kinds != 1) {
    context.err << "postern: name exactly one of --range, --user and --certificate\n";
    return exit_usage;
  }
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  auto sender = described(context, options);
  if (!sender) return context.fail(sender.error());
  const SenderKind kind(session->account.id);
  sender->account = session->account.id;
  for (const policy::InternalSender& old : session->configuration.senders) {
    if (old.account != sender->account || kind.identity(old) != kind.identity(*sender)) continue;
    sender->id = old.id;  // the same identity again: its password, note or rule changes
  }
  auto stored = change_records(context, *session, [&](records::Change& change) -> base::Result<> {
    auto id = change.put(*sender);
    if (!id) return std::unexpected(id.error());
    sender->id = *id;
    return {};
  });
  if (!stored) return context.fail(stored.error());
  return say(context, *session, *sender,
             fmt::format("Mail from {} {} now belongs to account {}.",
                         policy::sender_kind_text(sender->kind), kind.name(*sender),
                         session->account.name));
}

int remove(Context& context, const SenderOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const auto sender = sender_with(*session, options.id);
  if (!sender) return context.fail(sender.error());
  auto removed = change_records(context, *session, [&](records::Change& change) {
    return change.remove(base::SenderId{options.id});
  });
  if (!removed) return context.fail(removed.error());
  return say(context, *session, *sender, fmt::format("Sender {} removed.", options.id));
}

int import_file(Context& context, const ImportOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  return import_objects(context, SenderKind(session->account.id), options, *session);
}

int export_all(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  return export_objects(context, SenderKind(session->account.id), *session);
}

}  // namespace

void add_sender_commands(CLI::App& root, Context& context) {
  CLI::App* group =
      root.add_subcommand("sender", "Internal senders: the organisation's own mail servers");
  group->require_subcommand(1);
  auto options = std::make_shared<SenderOptions>();
  group->add_subcommand("list", "List the internal senders of an account")->callback([&context] {
    context.exit_code = list(context);
  });
  CLI::App* shower = group->add_subcommand("show", "Show everything about one internal sender");
  shower->add_option("id", options->id, "Number of the sender")->required();
  shower->callback([&context, options] { context.exit_code = show(context, *options); });
  CLI::App* adder = group->add_subcommand("add", "Add an internal sender, or change one");
  adder->add_option("--range", options->range, "Known by its address, such as 192.0.2.0/24");
  CLI::Option* user = adder->add_option("--user", options->user, "Known by user name and password");
  CLI::Option* file = adder->add_option("--password-file", options->password_file,
                                        "File with the password in its first line; - for input");
  user->needs(file);
  file->needs(user);
  adder->add_option("--certificate", options->certificate_file,
                    "Known by the key of this client certificate (PEM)");
  adder->add_flag("--require-tls", options->require_tls, "Refuse its mail without TLS");
  adder->add_option("--note", options->note, "For people");
  adder->callback([&context, options] { context.exit_code = add(context, *options); });
  CLI::App* remover = group->add_subcommand("remove", "Remove an internal sender");
  remover->add_option("id", options->id, "Number of the sender")->required();
  remover->callback([&context, options] { context.exit_code = remove(context, *options); });
  add_import_command(
      *group, context,
      "Add many internal senders: a plain list of address ranges, or CSV with a heading line",
      "identity", infos(SenderKind({}).fields()),
      [&context](const ImportOptions& import) { return import_file(context, import); });
  group
      ->add_subcommand("export",
                       "Print all internal senders as CSV without passwords, which import reads; "
                       "--json for JSON")
      ->callback([&context] { context.exit_code = export_all(context); });
}

}  // namespace postern::cli
