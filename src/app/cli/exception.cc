// postern exception list | show | add | remove | import | export
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "app/cli/exception_kind.h"
#include "app/cli/records_groups.h"
#include "core/policy/validate.h"

namespace postern::cli {

namespace {

using policy::Exception;

struct ExceptionOptions {
  std::string domain;
  std::string mode = "opportunistic";
  std::string reason;
  std::string until;
  std::string length;
  std::int64_t id = 0;
  bool all = false;
};

std::vector<const Exception*> exceptions_of(const RecordsSession& session) {
  std::vector<const Exception*> found;
  for (const Exception& one : session.configuration.exceptions) {
    if (one.account == session.account.id) found.push_back(&one);
  }
  std::ranges::sort(found, {}, [](const Exception* one) { return std::pair(one->end, one->id); });
  return found;
}

std::string json_of(const Context& context, const RecordsSession& session, const Exception& one) {
  return json_of(ExceptionKind(context, session), session, one);
}

std::string ending(const Exception& one) {
  const auto rest = std::chrono::duration_cast<std::chrono::seconds>(one.end - now()).count();
  return (rest > 0 ? "ends " : "ended ") + relative_time(rest);
}

int list(Context& context, const ExceptionOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  base::JsonWriter json;
  json.begin_array();
  Table table({"id", "domain", "allows", "end", "reason", "author"});
  for (const Exception* one : exceptions_of(*session)) {
    if (!options.all && one->end <= now()) continue;
    json.raw(json_of(context, *session, *one));
    table.row({std::to_string(one->id.value), one->domain.text(),
               std::string(tls::shown_as(one->mode)), ending(*one),
               base::printable(one->reason, 60), base::printable(one->author, 60)});
  }
  json.end_array();
  if (context.json) {
    context.out << json.text() << "\n";
  } else if (table.empty()) {
    context.out << "Nothing is excepted now: every policy holds.\n";
  } else {
    context.out << table.text();
  }
  return exit_ok;
}

const Exception* find(const RecordsSession& session, std::int64_t id) {
  for (const Exception& one : session.configuration.exceptions) {
    if (one.id.value == id && one.account == session.account.id) return &one;
  }
  return nullptr;
}

base::Failure unknown(std::int64_t id) {
  return {"not-found",
          fmt::format("There is no exception {} in this account. See: postern exception list --all",
                      id),
          ""};
}

int show(Context& context, const ExceptionOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const Exception* one = find(*session, options.id);
  if (one == nullptr) return context.fail(unknown(options.id));
  if (context.json) {
    context.out << json_of(context, *session, *one) << "\n";
    return exit_ok;
  }
  context.out << fmt::format(
      "Exception {} for {}\n  allows   {}\n  end      {} ({})\n  reason   {}\n  created  {} by "
      "{}\n",
      one->id.value, one->domain.text(), tls::shown_as(one->mode), base::rfc3339(one->end),
      ending(*one), base::printable(one->reason, 2048), base::rfc3339(one->created),
      base::printable(one->author));
  return exit_ok;
}

base::Result<base::Instant> end_of(const ExceptionOptions& options, base::Instant from) {
  if (options.until.empty() == options.length.empty()) {
    return base::fail("usage", "Say when it ends: --for 7d, or --until 2027-01-31.");
  }
  if (!options.length.empty()) {
    const auto length = base::parse_duration(options.length);
    if (!length) {
      return base::fail("usage", fmt::format("\"{}\" is not a length of time: write 12h or 7d.",
                                             base::printable(options.length)));
    }
    return from + std::min(*length, base::Duration(std::chrono::days(36500)));
  }
  auto until = read_moment(options.until);
  if (!until) return std::unexpected(until.error());
  return **until;
}

base::Result<Exception> described(const Context& context, const RecordsSession& session,
                                  const ExceptionOptions& options) {
  Exception made;
  made.account = session.account.id;
  made.created = now();
  made.author = context.actor().name;
  made.reason = options.reason;
  auto domain = dns::Domain::parse(options.domain);
  if (!domain) return std::unexpected(domain.error());
  made.domain = *std::move(domain);
  const auto mode = tls::parse_mode(options.mode);
  if (!mode) {
    return base::fail("usage", "--mode says what is allowed meanwhile: opportunistic or relaxed.");
  }
  made.mode = *mode;
  auto end = end_of(options, made.created);
  if (!end) return std::unexpected(end.error());
  made.end = *end;
  if (auto valid = policy::validate(made); !valid) return std::unexpected(valid.error());
  return made;
}

int add(Context& context, const ExceptionOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  auto made = described(context, *session, options);
  if (!made) {
    context.fail(made.error());
    return made.error().code == "usage" ? exit_usage : exit_failed;
  }
  for (const Exception* old : exceptions_of(*session)) {
    if (old->domain != made->domain || old->end <= made->created) continue;
    return context.fail(
        {"already-exists",
         fmt::format("Exception {} for {} {} already. To replace it, first: "
                     "postern exception remove {}",
                     old->id.value, old->domain.text(), ending(*old), old->id.value),
         ""});
  }
  auto stored = change_records(context, *session, [&](records::Change& change) -> base::Result<> {
    auto id = change.put(*made);
    if (!id) return std::unexpected(id.error());
    made->id = *id;
    return {};
  });
  if (!stored) return context.fail(stored.error());
  if (context.json) {
    context.out << json_of(context, *session, *made) << "\n";
  } else {
    context.out << fmt::format(
        "Exception {}: mail to {} needs no more than {} until {}. Every message that uses it is "
        "marked.\n",
        made->id.value, made->domain.text(), tls::shown_as(made->mode), base::rfc3339(made->end));
  }
  return exit_ok;
}

int remove(Context& context, const ExceptionOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const Exception* one = find(*session, options.id);
  if (one == nullptr) return context.fail(unknown(options.id));
  auto removed = change_records(context, *session, [&](records::Change& change) {
    return change.remove(base::ExceptionId{options.id});
  });
  if (!removed) return context.fail(removed.error());
  if (context.json) {
    context.out << json_of(context, *session, *one) << "\n";
  } else {
    context.out << fmt::format("Exception {} removed: the policies for {} hold again.\n",
                               options.id, one->domain.text());
  }
  return exit_ok;
}

int import_file(Context& context, const ImportOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  return import_objects(context, ExceptionKind(context, *session), options, *session);
}

int export_all(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  return export_objects(context, ExceptionKind(context, *session), *session);
}

}  // namespace

void add_exception_commands(CLI::App& root, Context& context) {
  CLI::App* group =
      root.add_subcommand("exception", "The only thing that weakens a policy, and only for a time");
  group->require_subcommand(1);
  auto options = std::make_shared<ExceptionOptions>();

  CLI::App* lister = group->add_subcommand("list", "List the exceptions that hold now");
  lister->add_flag("--all", options->all, "Those that have ended too");
  lister->callback([&context, options] { context.exit_code = list(context, *options); });

  CLI::App* shower = group->add_subcommand("show", "Show one exception");
  shower->add_option("id", options->id, "Number of the exception")->type_name("ID")->required();
  shower->callback([&context, options] { context.exit_code = show(context, *options); });

  CLI::App* adder = group->add_subcommand("add", "Let mail to a domain pass with less, for a time");
  adder->add_option("domain", options->domain, "The domain")->type_name("DOMAIN")->required();
  adder->add_option("--mode", options->mode, "What is allowed meanwhile: opportunistic or relaxed")
      ->type_name("MODE")
      ->capture_default_str();
  adder->add_option("--reason", options->reason, "Why")->type_name("TEXT")->required();
  adder->add_option("--for", options->length, "How long, 30d at most")->type_name("TIME");
  adder->add_option("--until", options->until, "Until when, within 30 days")->type_name("TIME");
  adder->callback([&context, options] { context.exit_code = add(context, *options); });

  CLI::App* remover = group->add_subcommand("remove", "End an exception now");
  remover->add_option("id", options->id, "Number of the exception")->type_name("ID")->required();
  remover->callback([&context, options] { context.exit_code = remove(context, *options); });

  add_import_command(
      *group, context,
      "Add many exceptions: CSV with a heading line, or a plain list of domains with --reason and "
      "--end",
      "domain", infos(exception_fields()),
      [&context](const ImportOptions& import) { return import_file(context, import); });
  group
      ->add_subcommand("export",
                       "Print the exceptions that hold now as CSV, which import reads; --json for "
                       "JSON")
      ->callback([&context] { context.exit_code = export_all(context); });
}

}  // namespace postern::cli
