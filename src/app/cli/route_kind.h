// Routes as import and export see them: both kinds of route in one list, told apart by a column.
#pragma once

#include <variant>

#include "app/cli/transfer.h"

namespace postern::cli {

enum class RouteSort { internal, external };
[[nodiscard]] std::string_view route_sort_text(RouteSort sort);

// A route of either sort. What only one sort has is empty in the other.
struct AnyRoute {
  RouteSort sort = RouteSort::external;
  base::RouteId id;
  base::AccountId account;
  dns::Domain domain;  // empty: all other domains
  std::string host;
  std::uint16_t port = 25;
  int priority = 10;
  policy::TlsStart start = policy::TlsStart::starttls;
  tls::Mode mode = tls::Mode::opportunistic;
  std::vector<dns::Domain> names;  // internal
  dns::Domain verify_name;         // external
  bool consult_published = false;  // external
  std::optional<policy::Login> login;
  bool operator==(const AnyRoute&) const = default;

  [[nodiscard]] std::variant<policy::InternalRoute, policy::ExternalRoute> as_record() const;
};

// The account's, internal ones first, by domain and priority.
[[nodiscard]] std::vector<AnyRoute> all_routes(const RecordsSession& session);
// "example.org to mail.example.org:25"
[[nodiscard]] std::string route_text(const AnyRoute& route);
// Mail for an internal domain, or for one below it, goes by internal routes.
[[nodiscard]] RouteSort sort_for(const RecordsSession& session, const dns::Domain& domain);

class RouteKind final : public Kind<AnyRoute> {
 public:
  explicit RouteKind(const RecordsSession& session) : session_(session) {}

  std::string_view first_column() const override { return "domain"; }
  std::span<const Field<AnyRoute>> fields() const override;
  std::vector<AnyRoute> all(const RecordsSession& session) const override;
  std::string name(const AnyRoute& route) const override;
  std::string identity(const AnyRoute& route) const override;
  std::expected<AnyRoute, Refusal> begin(std::string_view name,
                                         const FieldTexts& fields) const override;
  base::Result<> finish(AnyRoute& route, const AnyRoute* before) const override;
  base::Result<> put(records::Change& change, AnyRoute route) const override;
  void describe(base::JsonWriter& json, const RecordsSession& session,
                const AnyRoute& route) const override;

 private:
  const RecordsSession& session_;
};

[[nodiscard]] std::span<const Field<AnyRoute>> route_fields();

}  // namespace postern::cli
