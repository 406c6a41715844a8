// postern serve, postern status
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <ostream>

#include "app/cli/cli.h"
#include "app/cli/control_client.h"
#include "app/cli/table.h"
#include "app/gateway/gateway.h"
#include "io/records/sign_ins.h"

namespace postern::cli {

namespace {

int run_gateway(Context& context) {
  auto settings = context.settings();
  if (!settings) return context.fail(settings.error());
  auto served = app::serve(std::move(*settings));
  return served ? exit_ok : context.fail(served.error());
}

std::string text(const boost::json::value& object, const char* name) {
  const boost::json::value* found = object.as_object().if_contains(name);
  return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

// Where nobody can sign in yet, how the first one can.
std::string first_user_hint(const Context& context) {
  auto records = context.open_records();
  if (!records) return {};
  auto users = (*records)->sign_ins().has_users();
  if (!users || *users) return {};
  return "\n  Nobody can sign in yet: open the set-up link in the gateway's log (setup-link), or "
         "run\n  postern user add";
}

int status(Context& context) {
  auto answer = ask_gateway(context, {"GET", "/v1/status", {}});
  if (!answer) return context.fail(answer.error());
  if (context.json) {
    context.out << *answer;
    return exit_ok;
  }
  boost::json::value state = boost::json::parse(*answer);
  auto counts = ask_gateway(context, {"GET", "/v1/queue/counts", {}});
  context.out << fmt::format("Postern {} on {}, process {}\n", text(state, "version"),
                             text(state, "node"), state.at("pid").as_int64());
  Table table({"listener", "role", "address", "tls"});
  for (const boost::json::value& one : state.at("listeners").as_array()) {
    table.row({text(one, "name"), text(one, "role"),
               fmt::format("{}:{}", text(one, "address"), one.at("port").as_int64()),
               text(one, "tls")});
  }
  context.out << table.text();
  if (std::string web = text(state, "web"); !web.empty()) {
    context.out << fmt::format("Web application: {}{}\n", web, first_user_hint(context));
  }
  if (counts) {
    boost::json::value queue = boost::json::parse(*counts);
    context.out << fmt::format("Queue: {} messages, {} deliveries, {} held, {} on disk\n",
                               queue.at("messages").as_int64(), queue.at("deliveries").as_int64(),
                               queue.at("held").as_int64(),
                               size_text(queue.at("disk_bytes").as_int64()));
  }
  return exit_ok;
}

}  // namespace

void add_serve_commands(CLI::App& root, Context& context) {
  root.add_subcommand("serve", "Run the gateway in the foreground")->callback([&context] {
    context.exit_code = run_gateway(context);
  });
  root.add_subcommand("status", "Say what the running gateway does and where it listens")
      ->callback([&context] { context.exit_code = status(context); });
}

}  // namespace postern::cli
