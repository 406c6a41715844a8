#include "service/api/policy_handlers.h"

#include <fmt/core.h>

#include "core/base/text.h"
#include "core/onboarding/import_plan.h"
#include "service/api/convert.h"
#include "service/api/etag.h"
#include "service/api/field_reader.h"

namespace postern::api {

namespace {

// The policy that the path names, of this account alone.
Outcome<const policy::Policy*> named(const Call& call) {
  const std::string& text = call.at("domain");
  const auto scope = policy::Scope::parse(text);
  const policy::Policy* found =
      scope ? call.book->policy_for_scope(call.account->id, *scope) : nullptr;
  if (found != nullptr) return found;
  return refuse(
      404, "not-found",
      fmt::format("There is no policy for {} in this account.", base::printable(text, 260)));
}

// The same, in the state that the request means.
Outcome<const policy::Policy*> meant(const Call& call, base::Instant now) {
  auto found = named(call);
  if (!found) return found;
  if (auto same = require_match(call, shown(**found, now)); !same) {
    return std::unexpected(same.error());
  }
  return found;
}

void refuse_own_domain(FieldReader& fields, const Call& call, const policy::Policy& policy) {
  const policy::InternalDomain* own = call.book->internal_domain(policy.scope.base);
  if (own == nullptr || own->account != call.account->id) return;
  fields.complain("#/domain", fmt::format("{} is your own: policies are for the domains of others.",
                                          policy.scope.text()));
}

Problem other_settings(const policy::Policy& old) {
  return {.status = 409,
          .code = "already-exists",
          .detail =
              fmt::format("{} is under policy already ({}, {}), with other settings. Change "
                          "that policy, or leave it as it is.",
                          old.scope.text(), tls::api_value(old.mode), tls::stage_text(old.stage))};
}

}  // namespace

policy::Policy read_policy(FieldReader& fields, const PolicyInput& input) {
  policy::Policy policy;
  policy.scope = fields.scope("#/domain", input.domain).value_or(policy::Scope());
  policy.scope.exclusions = fields.domains("#/exclude", input.exclude);
  policy.mode = input.mode.value_or(policy.mode);
  policy.stage = input.stage.value_or(policy.stage);
  policy.delivery = input.delivery.value_or(policy.delivery);
  policy.receipt = input.receipt.value_or(policy.receipt);
  policy.accept = input.require.value_or(policy.accept);
  policy.floor = input.floor.value_or(policy.floor);
  policy.mx_pins = fields.patterns("#/mx", input.mx);
  policy.names = fields.domains("#/names", input.names);
  policy.spki_pins = fields.digests("#/spki", input.spki);
  policy.client_names = fields.domains("#/client_names", input.client_names);
  policy.on_failure = input.on_failure.value_or(policy.on_failure);
  if (input.time_limit) policy.time_limit = fields.duration("#/time_limit", *input.time_limit);
  policy.valid_from = input.valid_from;
  policy.valid_until = input.valid_until;
  policy.note = input.note.value_or("");
  fields.check(policy);
  return policy;
}

Handled<Policies> PolicyHandlers::list(Call call, PolicyQuery query) {
  auto page = policy_page(*call.book, call.account->id, query, needs_.shard.wall_now());
  if (!page) co_return std::unexpected(page.error());
  co_return *std::move(page);
}

Handled<Policy> PolicyHandlers::get(Call call) {
  const auto found = named(call);
  if (!found) co_return std::unexpected(found.error());
  co_return shown(**found, needs_.shard.wall_now());
}

Handled<Policy> PolicyHandlers::add(Call call, PolicyInput input) {
  FieldReader fields;
  policy::Policy wanted = read_policy(fields, input);
  if (!fields.failed()) refuse_own_domain(fields, call, wanted);
  if (fields.failed()) co_return fields.problem();
  const base::Instant now = needs_.shard.wall_now();
  wanted.author = call.who.actor().name;
  wanted.created = now;
  int status = 201;
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    wanted.account = current.account->id;
    const policy::Policy* old = current.book->policy_for_scope(wanted.account, wanted.scope);
    if (old == nullptr) return putting(wanted);
    if (!onboarding::same_settings(wanted, *old)) return std::unexpected(other_settings(*old));
    wanted = *old;
    status = 200;
    return Editor::Work();
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  if (*made != 0) wanted.id = {*made};
  co_return Answer<Policy>(shown(wanted, now), status);
}

Handled<Policy> PolicyHandlers::replace(Call call, PolicyInput input) {
  FieldReader fields;
  policy::Policy wanted = read_policy(fields, input);
  const auto in_path = policy::Scope::parse(call.at("domain"));
  if (!fields.failed() && in_path && in_path->text() != wanted.scope.text()) {
    fields.complain("#/domain",
                    "A policy keeps its domain: add one for the other, and remove this one.");
  }
  if (fields.failed()) co_return fields.problem();
  const base::Instant now = needs_.shard.wall_now();
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const auto old = meant(current, now);
    if (!old) return std::unexpected(old.error());
    wanted.id = (*old)->id;
    wanted.account = (*old)->account;
    wanted.author = (*old)->author;
    wanted.created = (*old)->created;
    return wanted == **old ? Editor::Work() : putting(wanted);
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return shown(wanted, now);
}

Handled<Policy> PolicyHandlers::promote(Call call) {
  const base::Instant now = needs_.shard.wall_now();
  policy::Policy promoted;
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const auto old = meant(current, now);
    if (!old) return std::unexpected(old.error());
    promoted = **old;
    promoted.stage = tls::Stage::enforce;
    return promoted == **old ? Editor::Work() : putting(promoted);
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return shown(promoted, now);
}

Handled<Nothing> PolicyHandlers::remove(Call call) {
  const base::Instant now = needs_.shard.wall_now();
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const auto old = meant(current, now);
    if (!old) return std::unexpected(old.error());
    return removing((*old)->id);
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return Nothing();
}

void declare_policies(Operations& operations, PolicyHandlers* handlers) {
  const std::string all = "/accounts/{account}/policies";
  const std::string one = all + "/{domain}";
  operations.add<PolicyQuery, Nothing, Policies>(
      {Method::get, all, "listPolicies", "An account's policies, a page at a time"},
      [handlers](Call call, PolicyQuery query, Nothing) {
        return handlers->list(std::move(call), std::move(query));
      });
  operations.add<Nothing, PolicyInput, Policy>(
      {Method::post, all, "addPolicy", "Puts a domain under policy", Access::administrator, 201},
      [handlers](Call call, Nothing, PolicyInput input) {
        return handlers->add(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Policy>(
      {Method::get, one, "getPolicy", "The policy for exactly this domain or wildcard"},
      [handlers](Call call, Nothing, Nothing) { return handlers->get(std::move(call)); });
  operations.add<Nothing, PolicyInput, Policy>(
      {Method::put, one, "replacePolicy", "Gives a policy other settings", Access::administrator},
      [handlers](Call call, Nothing, PolicyInput input) {
        return handlers->replace(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Nothing>(
      {Method::remove, one, "removePolicy", "Takes a policy away", Access::administrator, 204},
      [handlers](Call call, Nothing, Nothing) { return handlers->remove(std::move(call)); });
  operations.add<Nothing, Nothing, Policy>(
      {Method::post, one + "/promote", "promotePolicy", "From monitor to enforce",
       Access::administrator},
      [handlers](Call call, Nothing, Nothing) { return handlers->promote(std::move(call)); });
  operations.add<Nothing, Import, ImportReport>(
      {.method = Method::post,
       .path = all + "/import",
       .id = "importPolicyList",
       .summary = "Puts many domains under policy at once",
       .access = Access::administrator,
       .longest_body = 8 << 20},
      [handlers](Call call, Nothing, Import input) {
        return handlers->import(std::move(call), std::move(input));
      });
}

}  // namespace postern::api
