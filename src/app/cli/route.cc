// postern route list | add | set | remove
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "app/cli/records_groups.h"
#include "app/cli/records_session.h"
#include "app/cli/table.h"
#include "core/base/json_writer.h"
#include "core/policy/words.h"

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

// The two kinds of route share what a connection needs.
struct Shape {
  std::string host;
  std::uint16_t port = 25;
  int priority = 10;
  policy::TlsStart start = policy::TlsStart::starttls;
  tls::Mode mode = tls::Mode::opportunistic;
  std::optional<policy::Login> login;
};

base::Result<Shape> shape_of(const Context& context, const RouteOptions& options) {
  Shape shape;
  shape.host = options.host;
  shape.port = options.port;
  shape.priority = options.priority;
  if (options.implicit) shape.start = policy::TlsStart::implicit;
  if (!options.mode.empty()) shape.mode = tls::parse_mode(options.mode).value_or(shape.mode);
  if (options.user.empty()) return shape;
  auto password = read_secret(context, options.password_file);
  if (!password) return std::unexpected(password.error());
  shape.login = policy::Login{options.user, std::move(*password)};
  return shape;
}

template <class Route>
void take_shape(Route& route, Shape shape) {
  route.host = std::move(shape.host);
  route.port = shape.port;
  route.priority = shape.priority;
  route.start = shape.start;
  route.mode = shape.mode;
  route.login = std::move(shape.login);
}

template <class Route>
void write_common(base::JsonWriter& json, const Route& route, std::string_view kind) {
  json.field("id", route.id.value).field("kind", kind).field("domain", route.domain.text());
  json.field("host", route.host).field("port", route.port).field("priority", route.priority);
  json.field("tls", policy::tls_start_text(route.start)).field("mode", tls::api_value(route.mode));
  json.field("user", route.login ? route.login->user : "");
}

void write_internal(base::JsonWriter& json, const policy::InternalRoute& route) {
  json.begin_object();
  write_common(json, route, "internal");
  json.key("names").begin_array();
  for (const dns::Domain& name : route.names) json.value(name.text());
  json.end_array().end_object();
}

void write_external(base::JsonWriter& json, const policy::ExternalRoute& route) {
  json.begin_object();
  write_common(json, route, "external");
  json.field("verify_name", route.verify_name.text());
  json.field("consult_published", route.consult_published).end_object();
}

template <class Route>
std::vector<std::string> cells(const Route& route, const char* kind) {
  std::string domain = route.domain.empty() ? "(all others)" : route.domain.unicode();
  return {std::to_string(route.id.value),
          kind,
          domain,
          fmt::format("{}:{}", route.host, route.port),
          std::to_string(route.priority),
          std::string(tls::shown_as(route.mode)),
          route.login ? route.login->user : ""};
}

int list(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  base::JsonWriter json;
  json.begin_array();
  Table table({"id", "kind", "domain", "to", "priority", "mode", "login"});
  for (const policy::InternalRoute& route : session->configuration.internal_routes) {
    if (route.account != session->account.id) continue;
    write_internal(json, route);
    table.row(cells(route, "internal"));
  }
  for (const policy::ExternalRoute& route : session->configuration.external_routes) {
    if (route.account != session->account.id) continue;
    write_external(json, route);
    table.row(cells(route, "external"));
  }
  json.end_array();
  if (context.json) {
    context.out << std::move(json).take() << "\n";
  } else if (table.empty()) {
    context.out << "There are no routes; add one with: postern route add DOMAIN --host HOST\n";
  } else {
    context.out << table.text();
  }
  return exit_ok;
}

// Adds, unless an equal route is there: then nothing changes.
template <class Route>
int put_new(Context& context, RecordsSession& session, Route fresh,
            const std::vector<Route>& existing) {
  std::string domain = fresh.domain.empty() ? "all other domains" : fresh.domain.text();
  for (const Route& old : existing) {
    Route same = fresh;
    same.id = old.id;
    if (same == old) {
      context.out << fmt::format("A route for {} to {}:{} is there already; unchanged.\n", domain,
                                 fresh.host, fresh.port);
      return exit_ok;
    }
  }
  base::RouteId made;
  auto stored = change_records(context, session, [&](records::Change& change) -> base::Result<> {
    auto id = change.put(fresh);
    if (!id) return std::unexpected(id.error());
    made = *id;
    return {};
  });
  if (!stored) return context.fail(stored.error());
  context.out << fmt::format("Route {} added: {} to {}:{}.\n", made.value, domain, fresh.host,
                             fresh.port);
  return exit_ok;
}

base::Result<std::vector<dns::Domain>> domains_of(const std::vector<std::string>& texts) {
  std::vector<dns::Domain> out;
  for (const std::string& text : texts) {
    auto domain = dns::Domain::parse(text);
    if (!domain) return std::unexpected(domain.error());
    out.push_back(*domain);
  }
  return out;
}

bool is_internal(const RecordsSession& session, const dns::Domain& domain) {
  return std::ranges::any_of(session.configuration.domains, [&](const policy::InternalDomain& one) {
    return one.account == session.account.id &&
           (one.domain == domain || domain.is_below(one.domain));
  });
}

int add_external(Context& context, RecordsSession& session, const RouteOptions& options,
                 dns::Domain domain, Shape shape) {
  policy::ExternalRoute route;
  route.account = session.account.id;
  route.domain = std::move(domain);
  take_shape(route, std::move(shape));
  route.consult_published = options.consult_published;
  if (!options.verify_name.empty()) {
    auto name = dns::Domain::parse(options.verify_name);
    if (!name) return context.fail(name.error());
    route.verify_name = *name;
  }
  return put_new(context, session, std::move(route), session.configuration.external_routes);
}

int add(Context& context, const RouteOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  dns::Domain domain;
  if (options.domain != "*") {
    auto parsed = dns::Domain::parse(options.domain);
    if (!parsed) return context.fail(parsed.error());
    domain = *parsed;
  }
  auto shape = shape_of(context, options);
  if (!shape) return context.fail(shape.error());
  if (domain.empty() || !is_internal(*session, domain)) {
    return add_external(context, *session, options, domain, std::move(*shape));
  }
  auto names = domains_of(options.names);
  if (!names) return context.fail(names.error());
  policy::InternalRoute route;
  route.account = session->account.id;
  route.domain = domain;
  take_shape(route, std::move(*shape));
  route.names = std::move(*names);
  return put_new(context, *session, std::move(route), session->configuration.internal_routes);
}

template <class Route>
const Route* with_id(const std::vector<Route>& routes, std::int64_t id, base::AccountId account) {
  for (const Route& route : routes) {
    if (route.id.value == id && route.account == account) return &route;
  }
  return nullptr;
}

base::Failure unknown(std::int64_t id) {
  return {"not-found",
          fmt::format("There is no route {} in this account; see: postern route list", id), ""};
}

template <class Route>
base::Result<> change_mode(records::Change& change, Route route, tls::Mode mode) {
  route.mode = mode;
  auto id = change.put(std::move(route));
  if (!id) return std::unexpected(id.error());
  return {};
}

int set(Context& context, const RouteOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  const auto* internal =
      with_id(session->configuration.internal_routes, options.id, session->account.id);
  const auto* external =
      with_id(session->configuration.external_routes, options.id, session->account.id);
  if (!internal && !external) return context.fail(unknown(options.id));
  tls::Mode mode = tls::parse_mode(options.mode).value_or(tls::Mode::opportunistic);
  auto changed = change_records(context, *session, [&](records::Change& change) {
    return internal ? change_mode(change, *internal, mode) : change_mode(change, *external, mode);
  });
  if (!changed) return context.fail(changed.error());
  context.out << fmt::format("Route {}: {}.\n", options.id, tls::shown_as(mode));
  return exit_ok;
}

int remove(Context& context, const RouteOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  if (!with_id(session->configuration.internal_routes, options.id, session->account.id) &&
      !with_id(session->configuration.external_routes, options.id, session->account.id)) {
    return context.fail(unknown(options.id));
  }
  auto removed = change_records(context, *session, [&](records::Change& change) {
    return change.remove(base::RouteId{options.id});
  });
  if (!removed) return context.fail(removed.error());
  context.out << fmt::format("Route {} removed.\n", options.id);
  return exit_ok;
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
}

}  // namespace postern::cli
