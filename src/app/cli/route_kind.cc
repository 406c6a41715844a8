#include "app/cli/route_kind.h"

#include <charconv>

#include "core/policy/words.h"
#include "io/records/describe.h"

namespace postern::cli {

namespace {

std::optional<RouteSort> parse_sort(std::string_view text) {
  if (text == "internal") return RouteSort::internal;
  if (text == "external") return RouteSort::external;
  return std::nullopt;
}

template <class Number>
base::Result<> read_number(Number& value, Number fallback, std::string_view text) {
  value = fallback;
  if (text.empty()) return {};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return {};
  return base::fail("invalid-value", fmt::format("\"{}\" is not a number between 0 and 65535.",
                                                 base::printable(text, 120)));
}

// A login without its password, which no file of ours holds; finish() finds it.
base::Result<> read_user(AnyRoute& route, std::string_view text) {
  if (text.empty()) {
    route.login.reset();
  } else if (!route.login || route.login->user != text) {
    route.login = policy::Login{std::string(text), ""};
  }
  return {};
}

base::Result<> read_has_password(AnyRoute&, std::string_view text) {
  bool said = false;
  return read_yes_no(said, text);
}

constexpr std::array kFields{
    Field<AnyRoute>{{"kind", "internal|external", ""},
                    [](AnyRoute& r, std::string_view text) {
                      return read_word(r.sort, r.sort, text, &parse_sort, "internal, external");
                    },
                    [](const AnyRoute& r) { return std::string(route_sort_text(r.sort)); }},
    Field<AnyRoute>{{"host", "HOST", "Host name or address"},
                    [](AnyRoute& r, std::string_view text) { return read_note(r.host, text); },
                    [](const AnyRoute& r) { return r.host; }},
    Field<AnyRoute>{{"port", "PORT", "Port"},
                    [](AnyRoute& r, std::string_view text) {
                      return read_number(r.port, AnyRoute{}.port, text);
                    },
                    [](const AnyRoute& r) { return std::to_string(r.port); }},
    Field<AnyRoute>{{"priority", "N", "Lower first; equal ones share the load"},
                    [](AnyRoute& r, std::string_view text) {
                      return read_number(r.priority, AnyRoute{}.priority, text);
                    },
                    [](const AnyRoute& r) { return std::to_string(r.priority); }},
    Field<AnyRoute>{{"tls", "HOW", "starttls, or implicit: TLS from the first byte"},
                    [](AnyRoute& r, std::string_view text) {
                      return read_word(r.start, policy::TlsStart::starttls, text,
                                       &policy::parse_tls_start, "starttls, implicit");
                    },
                    [](const AnyRoute& r) { return std::string(policy::tls_start_text(r.start)); }},
    Field<AnyRoute>{{"mode", "MODE", "What TLS the route must have"},
                    [](AnyRoute& r, std::string_view text) {
                      return read_word(r.mode, tls::Mode::opportunistic, text, &tls::parse_mode,
                                       "opportunistic, relaxed, strict");
                    },
                    [](const AnyRoute& r) { return std::string(tls::api_value(r.mode)); }},
    Field<AnyRoute>{{"name", "NAME",
                     "Internal route: a further name that the certificate may carry", Words::many},
                    [](AnyRoute& r, std::string_view text) {
                      return read_list(r.names, text, &dns::Domain::parse);
                    },
                    [](const AnyRoute& r) { return write_list(r.names, domain_text); }},
    Field<AnyRoute>{
        {"verify_name", "NAME", "External route: the name that the certificate must carry"},
        [](AnyRoute& r, std::string_view text) { return read_domain(r.verify_name, text); },
        [](const AnyRoute& r) { return r.verify_name.text(); }},
    Field<AnyRoute>{
        {"consult_published", "yes|no", "External route: ask for DANE and MTA-STS as well"},
        [](AnyRoute& r, std::string_view text) { return read_yes_no(r.consult_published, text); },
        [](const AnyRoute& r) { return yes_no(r.consult_published); }},
    Field<AnyRoute>{{"login_user", "USER", ""},
                    &read_user,
                    [](const AnyRoute& r) { return r.login ? r.login->user : ""; }},
    Field<AnyRoute>{{"has_password", "yes|no", ""},
                    &read_has_password,
                    [](const AnyRoute& r) { return yes_no(r.login.has_value()); }},
};

template <class Route>
AnyRoute common(const Route& route, RouteSort sort) {
  AnyRoute any;
  any.sort = sort;
  any.id = route.id;
  any.account = route.account;
  any.domain = route.domain;
  any.host = route.host;
  any.port = route.port;
  any.priority = route.priority;
  any.start = route.start;
  any.mode = route.mode;
  any.login = route.login;
  return any;
}

template <class Route>
Route record_of(const AnyRoute& any) {
  Route route;
  route.id = any.id;
  route.account = any.account;
  route.domain = any.domain;
  route.host = any.host;
  route.port = any.port;
  route.priority = any.priority;
  route.start = any.start;
  route.mode = any.mode;
  route.login = any.login;
  return route;
}

}  // namespace

std::string_view route_sort_text(RouteSort sort) {
  return sort == RouteSort::internal ? "internal" : "external";
}

std::variant<policy::InternalRoute, policy::ExternalRoute> AnyRoute::as_record() const {
  if (sort == RouteSort::internal) {
    auto route = record_of<policy::InternalRoute>(*this);
    route.names = names;
    return route;
  }
  auto route = record_of<policy::ExternalRoute>(*this);
  route.verify_name = verify_name;
  route.consult_published = consult_published;
  return route;
}

std::vector<AnyRoute> all_routes(const RecordsSession& session) {
  std::vector<AnyRoute> found;
  for (const policy::InternalRoute& one : session.configuration.internal_routes) {
    if (one.account != session.account.id) continue;
    found.push_back(common(one, RouteSort::internal));
    found.back().names = one.names;
  }
  for (const policy::ExternalRoute& one : session.configuration.external_routes) {
    if (one.account != session.account.id) continue;
    found.push_back(common(one, RouteSort::external));
    found.back().verify_name = one.verify_name;
    found.back().consult_published = one.consult_published;
  }
  std::ranges::sort(found, {}, [](const AnyRoute& one) {
    return std::tuple(one.sort, std::string_view(one.domain.text()), one.priority,
                      std::string_view(one.host), one.port);
  });
  return found;
}

std::string route_text(const AnyRoute& route) {
  std::string domain = route.domain.empty() ? "all other domains" : route.domain.text();
  if (route.host.empty()) return domain;
  const auto address = base::IpAddress::parse(route.host);
  const bool brackets = address && !address->is_v4();
  return fmt::format("{} to {}{}{}:{}", domain, brackets ? "[" : "", route.host,
                     brackets ? "]" : "", route.port);
}

RouteSort sort_for(const RecordsSession& session, const dns::Domain& domain) {
  const bool internal =
      !domain.empty() &&
      std::ranges::any_of(session.configuration.domains, [&](const policy::InternalDomain& one) {
        return one.account == session.account.id &&
               (one.domain == domain || domain.is_below(one.domain));
      });
  return internal ? RouteSort::internal : RouteSort::external;
}

std::span<const Field<AnyRoute>> route_fields() { return kFields; }
std::span<const Field<AnyRoute>> RouteKind::fields() const { return kFields; }

std::vector<AnyRoute> RouteKind::all(const RecordsSession& session) const {
  return all_routes(session);
}

std::string RouteKind::name(const AnyRoute& route) const {
  return route.domain.empty() ? "*" : route.domain.text();
}

std::string RouteKind::identity(const AnyRoute& route) const {
  return fmt::format("{} {}", route_sort_text(route.sort), route_text(route));
}

std::expected<AnyRoute, Refusal> RouteKind::begin(std::string_view name, const FieldTexts&) const {
  AnyRoute fresh;
  fresh.account = session_.account.id;
  if (base::trim(name) != "*") {
    auto domain = dns::Domain::parse(base::trim(name));
    if (!domain) return std::unexpected(Refusal{"Invalid Domain", domain.error().text});
    fresh.domain = *std::move(domain);
  }
  fresh.sort = sort_for(session_, fresh.domain);
  return fresh;
}

base::Result<> RouteKind::finish(AnyRoute& route, const AnyRoute*) const {
  if (route.sort == RouteSort::external &&
      sort_for(session_, route.domain) == RouteSort::internal) {
    return base::fail("invalid-route",
                      fmt::format("{} is an internal domain of this account, so its route is "
                                  "internal: leave the kind out.",
                                  route.domain.text()));
  }
  if (route.sort == RouteSort::external && !route.names.empty()) {
    return base::fail("invalid-route",
                      "name is for internal routes: say in verify_name which name the certificate "
                      "of an external route must carry.");
  }
  if (route.sort == RouteSort::internal &&
      (!route.verify_name.empty() || route.consult_published)) {
    return base::fail(
        "invalid-route",
        "verify_name and consult_published are for external routes: say in name which "
        "further names the certificate of an internal server may carry.");
  }
  if (!route.login || !route.login->password.empty()) return {};
  return base::fail(
      "invalid-route",
      fmt::format("The password of {} is in no file. To add this route with it: postern route add "
                  "{} --host {} --port {} --user {} --password-file FILE",
                  base::printable(route.login->user, 120),
                  route.domain.empty() ? "'*'" : route.domain.text(),
                  base::printable(route.host, 260), route.port,
                  base::printable(route.login->user, 120)));
}

base::Result<> RouteKind::put(records::Change& change, AnyRoute route) const {
  return std::visit([&change](auto record) { return put_in(change, std::move(record)); },
                    route.as_record());
}

void RouteKind::describe(base::JsonWriter& json, const RecordsSession& session,
                         const AnyRoute& route) const {
  json.field("account", session.account.name);
  std::visit([&json](const auto& record) { records::describe(json, record); }, route.as_record());
}

}  // namespace postern::cli
