// postern sender list | add | remove
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "app/cli/records_groups.h"
#include "app/cli/records_session.h"
#include "app/cli/table.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
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

std::string identity(const policy::InternalSender& sender) {
  switch (sender.kind) {
    case policy::InternalSender::Kind::address_range:
      return sender.range ? sender.range->to_string() : "";
    case policy::InternalSender::Kind::credentials:
      return sender.user;
    case policy::InternalSender::Kind::client_certificate:
      return base::hex(sender.certificate_spki);
  }
  return {};
}

void write_sender(base::JsonWriter& json, const policy::InternalSender& sender) {
  json.begin_object().field("id", sender.id.value);
  json.field("kind", policy::sender_kind_text(sender.kind)).field("identity", identity(sender));
  json.field("require_tls", sender.require_tls).field("note", sender.note).end_object();
}

int list(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  base::JsonWriter json;
  json.begin_array();
  Table table({"id", "known by", "identity", "needs TLS", "note"});
  for (const policy::InternalSender& sender : session->configuration.senders) {
    if (sender.account != session->account.id) continue;
    write_sender(json, sender);
    table.row({std::to_string(sender.id.value), std::string(policy::sender_kind_text(sender.kind)),
               identity(sender), sender.require_tls ? "yes" : "no", sender.note});
  }
  json.end_array();
  if (context.json) {
    context.out << std::move(json).take() << "\n";
  } else if (table.empty()) {
    context.out << "No internal senders are known, so nobody may send to the world; add one with:\n"
                   "  postern sender add --range 192.0.2.0/24\n";
  } else {
    context.out << table.text();
  }
  return exit_ok;
}

base::Result<policy::InternalSender> described(const Context& context,
                                               const SenderOptions& options) {
  using Kind = policy::InternalSender::Kind;
  policy::InternalSender sender;
  sender.note = options.note;
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
  sender->account = session->account.id;
  for (const policy::InternalSender& old : session->configuration.senders) {
    if (old.account != sender->account || old.kind != sender->kind) continue;
    if (identity(old) != identity(*sender)) continue;
    sender->id = old.id;  // the same identity again: its password, note or rule changes
  }
  auto stored = change_records(context, *session, [&](records::Change& change) -> base::Result<> {
    auto id = change.put(*sender);
    if (!id) return std::unexpected(id.error());
    return {};
  });
  if (!stored) return context.fail(stored.error());
  context.out << fmt::format("Mail from {} {} now belongs to account {}.\n",
                             policy::sender_kind_text(sender->kind), identity(*sender),
                             session->account.name);
  return exit_ok;
}

int remove(Context& context, const SenderOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  bool known = std::ranges::any_of(session->configuration.senders, [&](const auto& sender) {
    return sender.id.value == options.id && sender.account == session->account.id;
  });
  if (!known) {
    return context.fail(
        {"not-found",
         fmt::format("There is no sender {} in this account; see: postern sender list", options.id),
         ""});
  }
  auto removed = change_records(context, *session, [&](records::Change& change) {
    return change.remove(base::SenderId{options.id});
  });
  if (!removed) return context.fail(removed.error());
  context.out << fmt::format("Sender {} removed.\n", options.id);
  return exit_ok;
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
}

}  // namespace postern::cli
