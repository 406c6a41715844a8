#include "io/records/rows.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/policy/words.h"

namespace postern::records {
namespace {

// --- writing -------------------------------------------------------------------------------------

std::string words_of(const std::vector<dns::Domain>& domains) {
  std::string text;
  for (const auto& domain : domains) text += (text.empty() ? "" : " ") + domain.text();
  return text;
}

std::string words_of(const std::vector<tls::HostPattern>& patterns) {
  std::string text;
  for (const auto& pattern : patterns) text += (text.empty() ? "" : " ") + pattern.text();
  return text;
}

std::string words_of(const std::vector<tls::Sha256>& digests) {
  std::string text;
  for (const auto& digest : digests) text += (text.empty() ? "" : " ") + base::hex(digest);
  return text;
}

void bind_login(Query& query, const std::optional<policy::Login>& login) {
  if (login) {
    query.bind(login->user).bind(login->password);
  } else {
    query.bind(std::nullopt).bind(std::nullopt);
  }
}

std::optional<std::int64_t> micros_of(const std::optional<base::Instant>& time) {
  if (!time) return std::nullopt;
  return base::micros(*time);
}

// An empty text that takes part in a UNIQUE constraint is NULL: there may be many.
void bind_unless_empty(Query& query, const std::string& text) {
  if (text.empty()) {
    query.bind(std::nullopt);
  } else {
    query.bind(text);
  }
}

// --- reading -------------------------------------------------------------------------------------

// Reads the columns from left to right; rejects the row when one is not what bind() writes.
class Reader {
 public:
  Reader(Query& query, std::string_view table) : query_(query), table_(table) {}

  std::int64_t integer() { return query_.integer(column_++); }
  int small() { return static_cast<int>(integer()); }
  std::uint16_t port() { return static_cast<std::uint16_t>(integer()); }
  bool truth() { return integer() != 0; }
  std::string text() { return std::string(query_.text(column_++)); }
  base::Instant time() { return base::instant(integer()); }
  std::optional<base::Instant> optional_time() {
    const auto micros = query_.optional_integer(column_++);
    if (!micros) return std::nullopt;
    return base::instant(*micros);
  }

  dns::Domain domain() { return domain_of(query_.text(column_++)); }
  dns::Domain optional_domain() {
    const std::string_view text = query_.text(column_++);
    return text.empty() ? dns::Domain() : domain_of(text);
  }
  policy::Scope scope() { return taken(policy::Scope::parse(query_.text(column_++))); }

  // One of an enumeration's words.
  template <class Parse>
  auto word(Parse parse) {
    const std::string_view text = query_.text(column_++);
    auto value = parse(text);
    if (!value) reject(text);
    return value.value_or(typename decltype(value)::value_type{});
  }

  template <class Make>
  auto words(Make make) {
    std::vector<decltype(make(std::string_view()))> values;
    std::string_view rest = query_.text(column_++);
    while (!rest.empty()) {
      const auto end = std::min(rest.find(' '), rest.size());
      values.push_back(make(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return values;
  }
  std::vector<dns::Domain> domains() {
    return words([this](std::string_view text) { return domain_of(text); });
  }
  std::vector<tls::HostPattern> patterns() {
    return words([this](std::string_view text) { return taken(tls::HostPattern::parse(text)); });
  }
  std::vector<tls::Sha256> digests() {
    return words([this](std::string_view text) { return digest_of(text); });
  }
  tls::Sha256 optional_digest() {
    const std::string_view text = query_.text(column_++);
    return text.empty() ? tls::Sha256{} : digest_of(text);
  }
  std::optional<policy::Login> login() {
    const std::string user = text();
    const std::string password = text();
    if (user.empty()) return std::nullopt;
    return policy::Login{user, password};
  }

  void reject(std::string_view text) {
    query_.reject(fmt::format("\"{}\" in table {}, row {}", text, table_, query_.integer(0)));
  }

 private:
  template <class Value>
  Value taken(base::Result<Value> parsed) {
    if (parsed) return *std::move(parsed);
    query_.reject(
        fmt::format("{} (table {}, row {})", parsed.error().text, table_, query_.integer(0)));
    return {};
  }
  dns::Domain domain_of(std::string_view text) { return taken(dns::Domain::from_ascii(text)); }

  tls::Sha256 digest_of(std::string_view text) {
    tls::Sha256 digest{};
    if (text.size() != 2 * digest.size()) {
      reject(text);
      return digest;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < digest.size(); ++i) {
      const auto high = kDigits.find(text[2 * i]);
      const auto low = kDigits.find(text[2 * i + 1]);
      if (high == std::string_view::npos || low == std::string_view::npos) {
        reject(text);
        return digest;
      }
      digest[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return digest;
  }

  Query& query_;
  std::string_view table_;
  int column_ = 0;
};

std::string host_and_port(const std::string& host, std::uint16_t port) {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

}  // namespace

// --- accounts and domains ------------------------------------------------------------------------

using AccountRow = Row<policy::Account>;
void AccountRow::bind(Query& query, const policy::Account& account) {
  query.bind(account.id.value).bind(account.name).bind(account.title).bind(account.ca_bundle);
}
policy::Account AccountRow::read(Query& query) {
  Reader row(query, table);
  policy::Account account;
  account.id = {row.integer()};
  account.name = row.text();
  account.title = row.text();
  account.ca_bundle = row.text();
  return account;
}
std::string AccountRow::label(const policy::Account& account) { return "account " + account.name; }

using DomainRow = Row<policy::InternalDomain>;
void DomainRow::bind(Query& query, const policy::InternalDomain& domain) {
  query.bind(domain.id.value).bind(domain.account.value).bind(domain.domain.text());
  query.bind(domain.validated).bind(domain.validation_token).bind(domain.enforce_receipt);
  query.bind(policy::sts_mode_text(domain.sts.mode)).bind(domain.sts.max_age.count());
  query.bind(words_of(domain.sts.mx));
}
policy::InternalDomain DomainRow::read(Query& query) {
  Reader row(query, table);
  policy::InternalDomain domain;
  domain.id = {row.integer()};
  domain.account = {row.integer()};
  domain.domain = row.domain();
  domain.validated = row.truth();
  domain.validation_token = row.text();
  domain.enforce_receipt = row.truth();
  domain.sts.mode = row.word(policy::parse_sts_mode);
  domain.sts.max_age = std::chrono::seconds(row.integer());
  domain.sts.mx = row.patterns();
  return domain;
}
std::string DomainRow::label(const policy::InternalDomain& domain) {
  return "domain " + domain.domain.text();
}

// --- routes --------------------------------------------------------------------------------------

using InternalRouteRow = Row<policy::InternalRoute>;
void InternalRouteRow::bind(Query& query, const policy::InternalRoute& route) {
  query.bind(route.id.value).bind(route.account.value).bind(route.domain.text());
  query.bind(route.host).bind(route.port).bind(route.priority);
  query.bind(policy::tls_start_text(route.start)).bind(tls::api_value(route.mode));
  query.bind(words_of(route.names));
  bind_login(query, route.login);
}
policy::InternalRoute InternalRouteRow::read(Query& query) {
  Reader row(query, table);
  policy::InternalRoute route;
  route.id = {row.integer()};
  route.account = {row.integer()};
  route.domain = row.domain();
  route.host = row.text();
  route.port = row.port();
  route.priority = row.small();
  route.start = row.word(policy::parse_tls_start);
  route.mode = row.word(tls::parse_mode);
  route.names = row.domains();
  route.login = row.login();
  return route;
}
std::string InternalRouteRow::label(const policy::InternalRoute& route) {
  return fmt::format("route {} to {}", route.domain.text(), host_and_port(route.host, route.port));
}

using ExternalRouteRow = Row<policy::ExternalRoute>;
void ExternalRouteRow::bind(Query& query, const policy::ExternalRoute& route) {
  query.bind(route.id.value).bind(route.account.value).bind(route.domain.text());
  query.bind(route.host).bind(route.port).bind(route.priority);
  query.bind(policy::tls_start_text(route.start)).bind(tls::api_value(route.mode));
  query.bind(route.verify_name.text()).bind(route.consult_published);
  bind_login(query, route.login);
}
policy::ExternalRoute ExternalRouteRow::read(Query& query) {
  Reader row(query, table);
  policy::ExternalRoute route;
  route.id = {row.integer()};
  route.account = {row.integer()};
  route.domain = row.optional_domain();
  route.host = row.text();
  route.port = row.port();
  route.priority = row.small();
  route.start = row.word(policy::parse_tls_start);
  route.mode = row.word(tls::parse_mode);
  route.verify_name = row.optional_domain();
  route.consult_published = row.truth();
  route.login = row.login();
  return route;
}
std::string ExternalRouteRow::label(const policy::ExternalRoute& route) {
  return fmt::format("route {} to {}", route.domain.empty() ? "*" : route.domain.text(),
                     host_and_port(route.host, route.port));
}

// --- senders -------------------------------------------------------------------------------------

using SenderRow = Row<policy::InternalSender>;
void SenderRow::bind(Query& query, const policy::InternalSender& sender) {
  query.bind(sender.id.value).bind(sender.account.value);
  query.bind(policy::sender_kind_text(sender.kind));
  bind_unless_empty(query, sender.range ? sender.range->to_string() : "");
  bind_unless_empty(query, sender.user);
  query.bind(sender.password_hash);
  const bool keyed = sender.certificate_spki != tls::Sha256{};
  bind_unless_empty(query, keyed ? base::hex(sender.certificate_spki) : "");
  query.bind(sender.note).bind(sender.require_tls);
}
policy::InternalSender SenderRow::read(Query& query) {
  Reader row(query, table);
  policy::InternalSender sender;
  sender.id = {row.integer()};
  sender.account = {row.integer()};
  sender.kind = row.word(policy::parse_sender_kind);
  if (const std::string range = row.text(); !range.empty()) {
    sender.range = base::IpRange::parse(range);
    if (!sender.range) row.reject(range);
  }
  sender.user = row.text();
  sender.password_hash = row.text();
  sender.certificate_spki = row.optional_digest();
  sender.note = row.text();
  sender.require_tls = row.truth();
  return sender;
}
std::string SenderRow::label(const policy::InternalSender& sender) {
  switch (sender.kind) {
    case policy::InternalSender::Kind::address_range:
      return "sender " + (sender.range ? sender.range->to_string() : "without a range");
    case policy::InternalSender::Kind::credentials:
      return "sender " + sender.user;
    case policy::InternalSender::Kind::client_certificate:
      break;
  }
  return "sender with key " + base::hex(sender.certificate_spki);
}

// --- policies and exceptions ---------------------------------------------------------------------

using PolicyRow = Row<policy::Policy>;
void PolicyRow::bind(Query& query, const policy::Policy& policy) {
  query.bind(policy.id.value).bind(policy.account.value).bind(policy.scope.text());
  query.bind(words_of(policy.scope.exclusions));
  query.bind(tls::api_value(policy.mode)).bind(tls::stage_text(policy.stage));
  query.bind(policy.delivery).bind(policy.receipt);
  query.bind(policy::accept_text(policy.accept)).bind(policy::floor_text(policy.floor));
  query.bind(words_of(policy.mx_pins)).bind(words_of(policy.names));
  query.bind(words_of(policy.spki_pins)).bind(words_of(policy.client_names));
  query.bind(policy::on_failure_text(policy.on_failure)).bind(policy.time_limit.count());
  query.bind(micros_of(policy.valid_from)).bind(micros_of(policy.valid_until));
  query.bind(policy.note).bind(policy.author).bind(base::micros(policy.created));
}
policy::Policy PolicyRow::read(Query& query) {
  Reader row(query, table);
  policy::Policy policy;
  policy.id = {row.integer()};
  policy.account = {row.integer()};
  policy.scope = row.scope();
  policy.scope.exclusions = row.domains();
  policy.mode = row.word(tls::parse_mode);
  policy.stage = row.word(tls::parse_stage);
  policy.delivery = row.truth();
  policy.receipt = row.truth();
  policy.accept = row.word(policy::parse_accept);
  policy.floor = row.word(policy::parse_floor);
  policy.mx_pins = row.patterns();
  policy.names = row.domains();
  policy.spki_pins = row.digests();
  policy.client_names = row.domains();
  policy.on_failure = row.word(policy::parse_on_failure);
  policy.time_limit = base::Duration(row.integer());
  policy.valid_from = row.optional_time();
  policy.valid_until = row.optional_time();
  policy.note = row.text();
  policy.author = row.text();
  policy.created = row.time();
  return policy;
}
std::string PolicyRow::label(const policy::Policy& policy) {
  return "policy " + policy.scope.text();
}

using ExceptionRow = Row<policy::Exception>;
void ExceptionRow::bind(Query& query, const policy::Exception& exception) {
  query.bind(exception.id.value).bind(exception.account.value).bind(exception.domain.text());
  query.bind(tls::api_value(exception.mode)).bind(exception.reason).bind(exception.author);
  query.bind(base::micros(exception.created)).bind(base::micros(exception.end));
}
policy::Exception ExceptionRow::read(Query& query) {
  Reader row(query, table);
  policy::Exception exception;
  exception.id = {row.integer()};
  exception.account = {row.integer()};
  exception.domain = row.domain();
  exception.mode = row.word(tls::parse_mode);
  exception.reason = row.text();
  exception.author = row.text();
  exception.created = row.time();
  exception.end = row.time();
  return exception;
}
std::string ExceptionRow::label(const policy::Exception& exception) {
  return "exception " + exception.domain.text();
}

// --- SQL text ------------------------------------------------------------------------------------

std::string select_sql(std::string_view table, std::string_view columns) {
  return fmt::format("SELECT {} FROM {}", columns, table);
}

std::string insert_sql(std::string_view table, std::string_view columns) {
  std::string values;
  const auto count = std::ranges::count(columns, ',') + 1;
  for (std::ptrdiff_t i = 1; i <= count; ++i) values += fmt::format("{}${}", i == 1 ? "" : ", ", i);
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, values);
}

std::string update_sql(std::string_view table, std::string_view columns) {
  std::string assignments;
  int position = 0;
  for (const std::string_view column : base::split(columns, ',')) {
    ++position;
    if (position == 1) continue;  // the id stays
    assignments +=
        fmt::format("{}{} = ${}", position == 2 ? "" : ", ", base::trim(column), position);
  }
  return fmt::format("UPDATE {} SET {} WHERE id = $1", table, assignments);
}

}  // namespace postern::records
