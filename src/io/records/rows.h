// How each configured object lies in its table: the columns in one order, written by bind(), read
// by read(). What cannot be read is a failure of the query, never a guess.
#pragma once

#include <string>
#include <string_view>

#include "core/policy/model.h"
#include "io/records/database.h"

namespace postern::records {

template <class Object>
struct Row;

template <>
struct Row<policy::Account> {
  using Id = base::AccountId;
  static constexpr std::string_view kind = "account";
  static constexpr std::string_view table = "accounts";
  static constexpr std::string_view columns = "id, name, title, ca_bundle";
  static void bind(Query& query, const policy::Account& account);
  static policy::Account read(Query& query);
  static std::string label(const policy::Account& account);
};

template <>
struct Row<policy::InternalDomain> {
  using Id = base::DomainId;
  static constexpr std::string_view kind = "domain";
  static constexpr std::string_view table = "internal_domains";
  static constexpr std::string_view columns =
      "id, account, domain, validated, validation_token, enforce_receipt, sts_mode, sts_max_age, "
      "sts_mx";
  static void bind(Query& query, const policy::InternalDomain& domain);
  static policy::InternalDomain read(Query& query);
  static std::string label(const policy::InternalDomain& domain);
};

template <>
struct Row<policy::InternalRoute> {
  using Id = base::RouteId;
  static constexpr std::string_view kind = "route";
  static constexpr std::string_view table = "internal_routes";
  static constexpr std::string_view columns =
      "id, account, domain, host, port, priority, tls_start, mode, names, login_user, "
      "login_password";
  static void bind(Query& query, const policy::InternalRoute& route);
  static policy::InternalRoute read(Query& query);
  static std::string label(const policy::InternalRoute& route);
};

template <>
struct Row<policy::ExternalRoute> {
  using Id = base::RouteId;
  static constexpr std::string_view kind = "route";
  static constexpr std::string_view table = "external_routes";
  static constexpr std::string_view columns =
      "id, account, domain, host, port, priority, tls_start, mode, verify_name, "
      "consult_published, login_user, login_password";
  static void bind(Query& query, const policy::ExternalRoute& route);
  static policy::ExternalRoute read(Query& query);
  static std::string label(const policy::ExternalRoute& route);
};

template <>
struct Row<policy::InternalSender> {
  using Id = base::SenderId;
  static constexpr std::string_view kind = "sender";
  static constexpr std::string_view table = "internal_senders";
  static constexpr std::string_view columns =
      "id, account, kind, range, login_user, password_hash, certificate_spki, note, require_tls";
  static void bind(Query& query, const policy::InternalSender& sender);
  static policy::InternalSender read(Query& query);
  static std::string label(const policy::InternalSender& sender);
};

template <>
struct Row<policy::Policy> {
  using Id = base::PolicyId;
  static constexpr std::string_view kind = "policy";
  static constexpr std::string_view table = "policies";
  static constexpr std::string_view columns =
      "id, account, scope, exclusions, mode, stage, delivery, receipt, accept, floor, mx_pins, "
      "names, spki_pins, client_names, on_failure, time_limit, valid_from, valid_until, note, "
      "author, created";
  static void bind(Query& query, const policy::Policy& policy);
  static policy::Policy read(Query& query);
  static std::string label(const policy::Policy& policy);
};

template <>
struct Row<policy::Exception> {
  using Id = base::ExceptionId;
  static constexpr std::string_view kind = "exception";
  static constexpr std::string_view table = "exceptions";
  static constexpr std::string_view columns =
      "id, account, domain, mode, reason, author, created, ends";
  static void bind(Query& query, const policy::Exception& exception);
  static policy::Exception read(Query& query);
  static std::string label(const policy::Exception& exception);
};

// "SELECT columns FROM table", "INSERT ...", "UPDATE ... WHERE id = $1".
[[nodiscard]] std::string select_sql(std::string_view table, std::string_view columns);
[[nodiscard]] std::string insert_sql(std::string_view table, std::string_view columns);
[[nodiscard]] std::string update_sql(std::string_view table, std::string_view columns);

}  // namespace postern::records
