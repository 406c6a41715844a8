// postern route list | show | add | set | remove | import | export
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "app/cli/records_groups.h"
#include "app/cli/route_kind.h"

namespace postern::cli {

namespace {

struct RouteOptions {
  std::string domain;
  std::string host;
  std::uint16_t port = 25;
  int priority = 10;
  bool implicit = false;
  std::string mode;
  std::vector<std::string> names;
  std::string verify_name;
  bool consult_published = false;
  std::string user;
  std::string password_file;
  std::int64_t id = 0;
};

base::Result<AnyRoute> described(const Context& context, const RecordsSession& session,
                                 const RouteOptions& options) {
  AnyRoute route;
  route.account = session.account.id;
  if (options.domain != "*") {
    if (auto read = read_domain(route.domain, options.domain); !read) {
      return std::unexpected(read.error());
    }
  }
  route.sort = sort_for(session, route.domain);
  route.host = options.host;
  route.port = options.port;
  route.priority = options.priority;
  if (options.implicit) route.start = policy::TlsStart::implicit;
  route.mode = tls::parse_mode(options.mode).value_or(route.mode);
  route.consult_published = options.consult_published;
  const auto names = fmt::format("{}", fmt::join(options.names, " "));
  if (auto read = read_list(route.names, names, &dns::Domain::parse); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_domain(route.verify_name, options.verify_name); !read) {
    return std::unexpected(read.error());
  }
  if (options.user.empty()) return route;
  auto password = read_secret(context, options.password_file);
  if (!password) return std::unexpected(password.error());
  route.login = policy::Login{options.user, std::move(*password)};
  return route;
}

base::Result<> put(Context& context, RecordsSession& session, AnyRoute& route) {
  return change_records(context, session, [&](records::Change& change) {
    return std::visit(
        [&](auto record) -> base::Result<> {
          auto id = change.put(std::move(record));
          if (!id) return std::unexpected(id.error());
          route.id = *id;
          return {};
        },
        route.as_record());
  });
}

int say(Context& context, const RecordsSession& session, const AnyRoute& route,
        const std::string& sentence) {
  context.out << (context.json ? json_of(RouteKind(session), session, route) : sentence) << "\n";
  return exit_ok;
}

int list(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const std::vector<AnyRoute> routes = all_routes(*session);
  if (context.json) {
    print_objects(context, RouteKind(*session), *session, routes);
    return exit_ok;
  }
  Table table({"id", "kind", "domain", "to", "priority", "mode", "login"});
  for (const AnyRoute& route : routes) {
    const std::string to = route_text(route);
    table.row({std::to_string(route.id.value), std::string(route_sort_text(route.sort)),
               route.domain.empty() ? "(all others)" : route.domain.unicode(),
               to.substr(to.rfind(' ') + 1), std::to_string(route.priority),
               std::string(tls::shown_as(route.mode)), route.login ? route.login->user : ""});
  }
  context.out << (table.empty()
                      ? "There are no routes; add one with: postern route add DOMAIN --host HOST\n"
                      : table.text());
  return exit_ok;
}

// Adds, unless an equal route is there: then nothing changes.
int add(Context& context, const RouteOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  auto route = described(context, *session, options);
  if (!route) return context.fail(route.error());
  for (const AnyRoute& old : all_routes(*session)) {
    AnyRoute same = *route;
    same.id = old.id;
    if (same.as_record() != old.as_record()) continue;
    return say(context, *session, old,
               fmt::format("The route for {} is there already; unchanged.", route_text(old)));
  }
  if (auto stored = put(context, *session, *route); !stored) return context.fail(stored.error());
  return say(context, *session, *route,
             fmt::format("Route {} added: {}.", route->id.value, route_text(*route)));
}

base::Result<AnyRoute> route_with(const RecordsSession& session, std::int64_t id) {
  for (AnyRoute& route : all_routes(session)) {
    if (route.id.value == id) return std::move(route);
  }
  return base::fail(
      "not-found",
      fmt::format("There is no route {} in this account; see: postern route list", id));
}

int show(Context& context, const RouteOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const auto route = route_with(*session, options.id);
  if (!route) return context.fail(route.error());
  return show_object(context, RouteKind(*session), *session, *route,
                     fmt::format("Route {}: {}", route->id.value, route_text(*route)));
}

int set(Context& context, const RouteOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  auto route = route_with(*session, options.id);
  if (!route) return context.fail(route.error());
  route->mode = tls::parse_mode(options.mode).value_or(tls::Mode::opportunistic);
  if (auto stored = put(context, *session, *route); !stored) return context.fail(stored.error());
  return say(context, *session, *route,
             fmt::format("Route {}: {}.", options.id, tls::shown_as(route->mode)));
}

int remove(Context& context, const RouteOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const auto route = route_with(*session, options.id);
  if (!route) return context.fail(route.error());
  auto removed = change_records(context, *session, [&](records::Change& change) {
    return change.remove(base::RouteId{options.id});
  });
  if (!removed) return context.fail(removed.error());
  return say(context, *session, *route, fmt::format("Route {} removed.", options.id));
}

int import_file(Context& context, const ImportOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  return import_objects(context, RouteKind(*session), options, *session);
}

int export_all(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  return export_objects(context, RouteKind(*session), *session);
}

void add_adder(CLI::App& group, Context& context, const std::shared_ptr<RouteOptions>& options) {
  CLI::App* adder = group.add_subcommand(
      "add", "Add a route: for an internal domain, for an external one, or for all others (\"*\")");
  adder->add_option("domain", options->domain, "Internal or external domain, or \"*\"")->required();
  adder->add_option("--host", options->host, "Host name or address")->required();
  adder->add_option("--port", options->port, "Port")->capture_default_str();
  adder->add_option("--priority", options->priority, "Lower first; equal ones share the load")
      ->capture_default_str();
  adder->add_flag("--implicit-tls", options->implicit, "TLS from the first byte");
  adder->add_option("--mode", options->mode, "What TLS the route must have")
      ->check(CLI::IsMember({"opportunistic", "relaxed", "strict"}));
  adder->add_option("--name", options->names,
                    "Internal route: a further name that the certificate may carry");
  adder->add_option("--verify-name", options->verify_name,
                    "External route: the name that the certificate must carry; default the host");
  adder->add_flag("--consult-published", options->consult_published,
                  "External route: ask for DANE and MTA-STS as well");
  CLI::Option* user = adder->add_option("--user", options->user, "Log in as this user");
  CLI::Option* file = adder->add_option("--password-file", options->password_file,
                                        "File with the password in its first line; - for input");
  user->needs(file);
  file->needs(user);
  adder->callback([&context, options] { context.exit_code = add(context, *options); });
}

}  // namespace

void add_route_commands(CLI::App& root, Context& context) {
  CLI::App* group = root.add_subcommand(
      "route", "Where mail goes: internal servers, and smarthosts for the world");
  group->require_subcommand(1);
  auto options = std::make_shared<RouteOptions>();
  group->add_subcommand("list", "List the routes of an account")->callback([&context] {
    context.exit_code = list(context);
  });
  CLI::App* shower = group->add_subcommand("show", "Show everything about one route");
  shower->add_option("id", options->id, "Number of the route")->required();
  shower->callback([&context, options] { context.exit_code = show(context, *options); });
  add_adder(*group, context, options);
  CLI::App* setter = group->add_subcommand("set", "Change what TLS a route must have");
  setter->add_option("id", options->id, "Number of the route")->required();
  setter->add_option("--mode", options->mode, "The mode")
      ->check(CLI::IsMember({"opportunistic", "relaxed", "strict"}))
      ->required();
  setter->callback([&context, options] { context.exit_code = set(context, *options); });
  CLI::App* remover = group->add_subcommand("remove", "Remove a route");
  remover->add_option("id", options->id, "Number of the route")->required();
  remover->callback([&context, options] { context.exit_code = remove(context, *options); });
  add_import_command(
      *group, context,
      "Add many routes: CSV with a heading line, or a plain list of domains with --host", "domain",
      infos(route_fields()),
      [&context](const ImportOptions& import) { return import_file(context, import); });
  group
      ->add_subcommand("export",
                       "Print all routes as CSV without passwords, which import reads; --json for "
                       "JSON")
      ->callback([&context] { context.exit_code = export_all(context); });
}

}  // namespace postern::cli
