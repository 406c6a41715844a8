// postern policy import | export: each line a domain, with its verdict (docs/tls-policy.md 8).
#include "app/cli/policy_actions.h"
#include "app/cli/transfer.h"
#include "core/onboarding/domain_list.h"
#include "core/onboarding/import_plan.h"
#include "io/records/describe.h"

namespace postern::cli {

namespace {

using policy::Policy;

class PolicyKind final : public Kind<Policy> {
 public:
  PolicyKind(const Context& context, const RecordsSession& session)
      : author_(context.actor().name),
        account_(session.account.id),
        book_(without_policies(session)) {}

  std::string_view first_column() const override { return "domain"; }
  std::span<const PolicyField> fields() const override { return policy_fields(); }
  std::vector<Policy> all(const RecordsSession& session) const override {
    return policies_by_name(session);
  }
  std::string name(const Policy& policy) const override { return policy.scope.text(); }
  std::string duplicate() const override {
    return std::string(onboarding::shown_as(onboarding::Verdict::duplicate_domain));
  }
  bool same(const Policy& a, const Policy& b) const override {
    return onboarding::same_settings(a, b);
  }

  std::expected<Policy, Refusal> begin(std::string_view name, const FieldTexts&) const override {
    onboarding::Line line = onboarding::read_domain(name, &book_, account_, true);
    if (line.verdict != onboarding::Verdict::valid) {
      return std::unexpected(
          Refusal{std::string(onboarding::shown_as(line.verdict)), std::move(line.why)});
    }
    Policy fresh;
    fresh.account = account_;
    fresh.scope = std::move(line.scope);
    fresh.author = author_;
    fresh.created = now();
    return fresh;
  }

  base::Result<> put(records::Change& change, Policy policy) const override {
    return put_in(change, std::move(policy));
  }
  void describe(base::JsonWriter& json, const RecordsSession& session,
                const Policy& policy) const override {
    json.field("account", session.account.name);
    records::describe(json, policy);
  }

 private:
  // What the lines are judged against: all but the policies, because one that is there already is
  // no error here, and with our own domains as internal before their proof is found.
  static policy::Configuration without_policies(const RecordsSession& session) {
    policy::Configuration some;
    some.accounts = session.configuration.accounts;
    some.domains = session.configuration.domains;
    for (auto& domain : some.domains) domain.validated |= domain.account == session.account.id;
    return some;
  }

  std::string author_;
  base::AccountId account_;
  policy::PolicyBook book_;
};

}  // namespace

int import_policies(Context& context, const ImportOptions& options) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  return import_objects(context, PolicyKind(context, *session), options, *session);
}

int export_policies(Context& context) {
  auto session = open_session(context);
  if (!session) return context.fail(session.error());
  return export_objects(context, PolicyKind(context, *session), *session);
}

}  // namespace postern::cli
