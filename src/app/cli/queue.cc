// postern queue list | show | retry | hold | release | remove | recalculate | export; check and
// salvage are in queue_files.cc
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <ostream>

#include "app/cli/cli.h"
#include "app/cli/control_client.h"
#include "app/cli/queue_files.h"
#include "app/cli/table.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/base/time.h"

namespace postern::cli {

namespace {

struct QueueOptions {
  std::string id;
  std::string domain;
  std::string state;
  std::string after;
  std::string file;
  int limit = 100;
  bool all = false;
  bool account_given = false;
};

std::string text(const boost::json::value& object, const char* name) {
  const boost::json::value* found = object.as_object().if_contains(name);
  return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::int64_t number(const boost::json::value& object, const char* name) {
  const boost::json::value* found = object.as_object().if_contains(name);
  return found && found->is_int64() ? found->as_int64() : 0;
}

std::string when(const std::string& rfc3339) {
  auto time = base::parse_rfc3339(rfc3339);
  if (!time) return rfc3339;
  auto now = std::chrono::system_clock::now();
  return relative_time(std::chrono::duration_cast<std::chrono::seconds>(*time - now).count());
}

std::string sender_text(const boost::json::value& message) {
  std::string sender = text(message, "sender");
  return sender.empty() ? "<>" : sender;
}

ControlRequest chosen(const Context& context, const QueueOptions& options, std::string method,
                      std::string path) {
  ControlRequest request{std::move(method), std::move(path), {}};
  if (!options.domain.empty()) request.query["domain"] = options.domain;
  if (!options.state.empty()) request.query["state"] = options.state;
  if (options.account_given) request.query["account"] = context.account;
  if (!options.id.empty()) request.query["id"] = options.id;
  if (options.all) request.query["all"] = "yes";
  return request;
}

int list(Context& context, const QueueOptions& options) {
  ControlRequest request = chosen(context, options, "GET", "/v1/queue");
  request.query["limit"] = std::to_string(options.limit);
  if (!options.after.empty()) request.query["after"] = options.after;
  auto answer = ask_gateway(context, std::move(request));
  if (!answer) return context.fail(answer.error());
  if (context.json) {
    context.out << *answer;
    return exit_ok;
  }
  boost::json::value page = boost::json::parse(*answer);
  Table table({"id", "accepted", "size", "sender", "to", "state", "next try", "reason"});
  for (const boost::json::value& message : page.at("messages").as_array()) {
    for (const boost::json::value& delivery : message.at("deliveries").as_array()) {
      const boost::json::value* last = delivery.as_object().if_contains("last");
      bool held = text(delivery, "state") == "held";
      table.row({text(message, "id"), when(text(message, "accepted")),
                 size_text(number(message, "size")), sender_text(message), text(delivery, "domain"),
                 text(delivery, "state"), held ? "" : when(text(delivery, "due")),
                 last ? text(*last, "code") : ""});
    }
  }
  if (table.empty()) {
    context.out << "The queue is empty.\n";
    return exit_ok;
  }
  context.out << table.text();
  if (std::string next = text(page, "next"); !next.empty()) {
    context.out << fmt::format("There may be more: postern queue list --after {}\n", next);
  }
  return exit_ok;
}

void print_delivery(std::ostream& out, const boost::json::value& delivery) {
  out << fmt::format("\nTo {} ({} leg): {}, {} attempts", text(delivery, "domain"),
                     text(delivery, "leg"), text(delivery, "state"), number(delivery, "attempts"));
  if (text(delivery, "state") == "queued") out << ", next try " << when(text(delivery, "due"));
  out << "\n";
  for (const boost::json::value& recipient : delivery.at("recipients").as_array()) {
    out << "  " << std::string(recipient.as_string()) << "\n";
  }
  const boost::json::value* last = delivery.as_object().if_contains("last");
  if (!last) return;
  out << fmt::format("  last: {} ({} {})\n", text(*last, "text"), text(*last, "code"),
                     text(*last, "enhanced"));
  if (!text(*last, "host").empty()) out << "  host: " << text(*last, "host") << "\n";
  if (!text(*last, "diagnostic").empty()) out << "  it said: " << text(*last, "diagnostic") << "\n";
}

int show(Context& context, const QueueOptions& options) {
  auto answer = ask_gateway(context, {"GET", "/v1/queue/" + options.id, {}});
  if (!answer) return context.fail(answer.error());
  if (context.json) {
    context.out << *answer;
    return exit_ok;
  }
  boost::json::value message = boost::json::parse(*answer);
  context.out << fmt::format("Message {}\nFrom {}, accepted {} ({}) from {}, {}\n",
                             text(message, "id"), sender_text(message), text(message, "accepted"),
                             when(text(message, "accepted")), text(message, "from_host"),
                             size_text(number(message, "size")));
  for (const boost::json::value& delivery : message.at("deliveries").as_array()) {
    print_delivery(context.out, delivery);
  }
  return exit_ok;
}

int act(Context& context, const QueueOptions& options, const std::string& verb) {
  auto answer = ask_gateway(context, chosen(context, options, "POST", "/v1/queue/" + verb));
  if (!answer) return context.fail(answer.error());
  if (context.json) {
    context.out << *answer;
    return exit_ok;
  }
  boost::json::value result = boost::json::parse(*answer);
  context.out << fmt::format("{}: {} deliveries changed.\n", verb, number(result, "deliveries"));
  return exit_ok;
}

int recalculate(Context& context) {
  auto answer = ask_gateway(context, {"POST", "/v1/queue/recalculate", {}});
  if (!answer) return context.fail(answer.error());
  context.out << (context.json ? *answer
                               : "Waiting mail is judged again by the policies of now.\n");
  return exit_ok;
}

// Any bytes may stand in a message, so JSON takes it in base64.
void print_message(const Context& context, const std::string& id, const std::string& message) {
  if (!context.json) {
    context.out << message;
    return;
  }
  base::JsonWriter json;
  json.begin_object().field("id", id).field("message_base64", base::base64(message)).end_object();
  context.out << json.text() << "\n";
}

int export_message(Context& context, const QueueOptions& options) {
  auto answer = ask_gateway(context, {"GET", "/v1/queue/" + options.id + "/body", {}});
  if (!answer) return context.fail(answer.error());
  if (options.file.empty()) {
    print_message(context, options.id, *answer);
    return exit_ok;
  }
  std::ofstream file(options.file, std::ios::binary | std::ios::trunc);
  file << *answer;
  file.close();
  if (!file) {
    return context.fail({"file", "The file " + options.file + " could not be written.", ""});
  }
  if (context.json) {
    base::JsonWriter json;
    json.begin_object().field("id", options.id).field("file", options.file).end_object();
    context.out << json.text() << "\n";
  }
  return exit_ok;
}

void add_choice(CLI::App& command, const std::shared_ptr<QueueOptions>& options) {
  command.add_option("id", options->id, "Queue id of one message");
  command.add_option("--domain", options->domain, "All deliveries to this domain");
  command.add_flag("--all", options->all, "Everything in the queue");
}

// `--account` is a global option with a default; in the queue it restricts only when it was given.
void note_account(CLI::App& root, const std::shared_ptr<QueueOptions>& options) {
  const CLI::Option* account = root.get_option_no_throw("--account");
  options->account_given = account && account->count() > 0;
}

}  // namespace

void add_queue_commands(CLI::App& root, Context& context) {
  CLI::App* group = root.add_subcommand("queue", "Mail that waits: look at it, move it on");
  group->require_subcommand(1);

  auto options = std::make_shared<QueueOptions>();
  CLI::App* lister = group->add_subcommand("list", "List waiting messages, oldest first");
  lister->add_option("--domain", options->domain, "Only deliveries to this domain");
  lister->add_option("--state", options->state, "Only \"queued\" or \"held\"");
  lister->add_option("--limit", options->limit, "At most this many messages")
      ->capture_default_str();
  lister->add_option("--after", options->after, "Continue after this queue id");
  lister->callback([&root, &context, options] {
    note_account(root, options);
    context.exit_code = list(context, *options);
  });

  CLI::App* shower = group->add_subcommand("show", "Show one message with its reasons");
  shower->add_option("id", options->id, "Queue id")->required();
  shower->callback([&context, options] { context.exit_code = show(context, *options); });

  struct Verb {
    const char* name;
    const char* help;
  };
  static constexpr Verb verbs[] = {
      {"retry", "Try now instead of waiting"},
      {"hold", "Stop trying until released; nothing expires meanwhile"},
      {"release", "Let held mail go on"},
      {"remove", "Remove from the queue for good, without a bounce"},
  };
  for (const Verb& verb : verbs) {
    CLI::App* command = group->add_subcommand(verb.name, verb.help);
    add_choice(*command, options);
    command->callback([&root, &context, options, name = std::string(verb.name)] {
      note_account(root, options);
      context.exit_code = act(context, *options, name);
    });
  }

  CLI::App* again =
      group->add_subcommand("recalculate", "Judge waiting mail by the policies of now");
  again->callback([&context] { context.exit_code = recalculate(context); });

  CLI::App* exporter = group->add_subcommand("export", "Write one message as it is stored");
  exporter->add_option("id", options->id, "Queue id")->required();
  exporter->add_option("--file", options->file, "Write here instead of standard output");
  exporter->callback(
      [&context, options] { context.exit_code = export_message(context, *options); });
  add_queue_file_commands(*group, context);
}

}  // namespace postern::cli
