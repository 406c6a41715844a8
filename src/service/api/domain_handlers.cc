#include "service/api/domain_handlers.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "io/crypto/tls.h"
#include "service/api/convert.h"
#include "service/api/etag.h"
#include "service/api/field_reader.h"

namespace postern::api {

namespace {

constexpr std::chrono::seconds patience{20};

using policy::InternalDomain;

std::string fresh_token() {
  const std::string bytes = crypto::random_bytes(20);
  return base::hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

const InternalDomain* find(const Call& call, const dns::Domain& domain) {
  const auto& all = call.book->configuration().domains;
  const auto found = std::ranges::find_if(all, [&](const InternalDomain& one) {
    return one.domain == domain && one.account == call.account->id;
  });
  return found == all.end() ? nullptr : &*found;
}

// Says nothing of whose it is, nor which name it holds.
Outcome<void> require_free(const Call& call, const dns::Domain& domain) {
  const auto& all = call.book->configuration().domains;
  const bool taken = std::ranges::any_of(all, [&](const InternalDomain& one) {
    return one.account != call.account->id && onboarding::overlap(one.domain, domain);
  });
  if (!taken) return {};
  return refuse(409, "domain-held-elsewhere",
                fmt::format("{}, or a domain above or below it, belongs to another account of this "
                            "gateway. It must be removed there first.",
                            domain.text()));
}

bool has_proof_above(const Call& call, const dns::Domain& domain) {
  return onboarding::proved_above(call.book->configuration().domains, call.account->id, domain) !=
         nullptr;
}

std::vector<InternalDomain> proved_with(const Call& call, const InternalDomain& domain) {
  auto proved =
      onboarding::waiting_below(call.book->configuration().domains, domain.account, domain.domain);
  proved.push_back(domain);
  for (InternalDomain& one : proved) one.validated = true;
  return proved;
}

Editor::Work putting_all(std::vector<InternalDomain> domains) {
  return [domains = std::move(domains)](records::Change& change) -> base::Result<std::int64_t> {
    for (const InternalDomain& one : domains) {
      auto id = change.put(one);
      if (!id) return std::unexpected(id.error());
    }
    return std::int64_t{0};
  };
}

Outcome<void> apply(const DomainChange& change, InternalDomain& domain) {
  FieldReader fields;
  domain.enforce_receipt = change.enforce_receipt.value_or(domain.enforce_receipt);
  domain.sts.mode = change.mta_sts.value_or(domain.sts.mode);
  if (change.mta_sts_max_age) domain.sts.max_age = std::chrono::seconds(*change.mta_sts_max_age);
  if (change.mta_sts_mx) domain.sts.mx = fields.patterns("#/mta_sts_mx", *change.mta_sts_mx);
  fields.check(domain);
  if (fields.failed()) return fields.problem();
  return {};
}

DnsCheck shown(onboarding::PublishedVerdict verdict) {
  DnsCheck out;
  out.good = verdict.good;
  for (const onboarding::Record& record : verdict.needed) {
    out.needed.push_back({record.name, record.type, record.value});
  }
  out.found = std::move(verdict.found);
  out.secure = verdict.secure;
  out.why = std::move(verdict.why);
  return out;
}

}  // namespace

Outcome<const InternalDomain*> DomainHandlers::named(const Call& call) const {
  const std::string& text = call.at("domain");
  const auto domain = dns::Domain::parse(text);
  const InternalDomain* found = domain ? find(call, *domain) : nullptr;
  if (found != nullptr) return found;
  return refuse(
      404, "not-found",
      fmt::format("{} is not an internal domain of this account.", base::printable(text, 260)));
}

Outcome<const InternalDomain*> DomainHandlers::meant(const Call& call) const {
  auto found = named(call);
  if (!found) return found;
  if (auto same = require_match(call, api::shown(**found, needs_.gateway.hostname)); !same) {
    return std::unexpected(same.error());
  }
  return found;
}

base::Deadline DomainHandlers::soon() const { return {.at = needs_.shard.now() + patience}; }

Handled<Domains> DomainHandlers::list(Call call) {
  Domains out;
  for (const InternalDomain& one : call.book->configuration().domains) {
    if (one.account != call.account->id) continue;
    out.items.push_back(api::shown(one, needs_.gateway.hostname));
  }
  std::ranges::sort(out.items, {}, &Domain::domain);
  co_return out;
}

Handled<Domain> DomainHandlers::get(Call call) {
  const auto found = named(call);
  if (!found) co_return std::unexpected(found.error());
  co_return api::shown(**found, needs_.gateway.hostname);
}

Handled<Domain> DomainHandlers::add(Call call, DomainInput input) {
  FieldReader fields;
  InternalDomain wanted;
  wanted.domain = fields.domain("#/domain", input.domain);
  fields.check(wanted);
  if (!fields.failed() && onboarding::proof_name(wanted.domain).empty()) {
    fields.complain("#/domain", "The name is too long for its proof to be published below it.");
  }
  if (fields.failed()) co_return fields.problem();
  wanted.validation_token = fresh_token();
  int status = 201;
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    if (const InternalDomain* old = find(current, wanted.domain)) {
      wanted = *old;
      status = 200;
      return Editor::Work();
    }
    if (auto free = require_free(current, wanted.domain); !free) {
      return std::unexpected(free.error());
    }
    wanted.account = current.account->id;
    wanted.validated = has_proof_above(current, wanted.domain);
    return putting(wanted);
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  if (*made != 0) wanted.id = {*made};
  co_return Answer<Domain>(api::shown(wanted, needs_.gateway.hostname), status);
}

Handled<Domain> DomainHandlers::change(Call call, DomainChange change) {
  InternalDomain wanted;
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const auto old = meant(current);
    if (!old) return std::unexpected(old.error());
    wanted = **old;
    if (auto applied = apply(change, wanted); !applied) return std::unexpected(applied.error());
    return wanted == **old ? Editor::Work() : putting(wanted);
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return api::shown(wanted, needs_.gateway.hostname);
}

Handled<Nothing> DomainHandlers::remove(Call call) {
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const auto old = meant(current);
    if (!old) return std::unexpected(old.error());
    const auto& routes = current.book->configuration().internal_routes;
    const bool used = std::ranges::any_of(routes, [&](const policy::InternalRoute& route) {
      return route.account == (*old)->account &&
             (route.domain == (*old)->domain || route.domain.is_below((*old)->domain));
    });
    if (!used) return removing((*old)->id);
    return refuse(409, "domain-in-use",
                  fmt::format("{}, or a domain below it, still has routes: remove them first.",
                              (*old)->domain.text()));
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  co_return Nothing();
}

Handled<DomainCheck> DomainHandlers::check(Call call) {
  const auto found = named(call);
  if (!found) co_return std::unexpected(found.error());
  const InternalDomain looked_at = **found;
  const auto lookups = needs_.fresh_lookups();
  if (!lookups) co_return refuse(lookups.error());
  const base::Deadline deadline = soon();
  const onboarding::ProofVerdict verdict =
      co_await onboarding::look_for_proof(**lookups, looked_at, needs_.gateway.hostname, deadline);
  bool validated = false;
  const Editor::Decide decide = [&](const Call& current) -> Outcome<Editor::Work> {
    const auto now = named(current);
    if (!now) return std::unexpected(now.error());
    // The proof is for the token that was looked for.
    const bool proved = verdict.proved && (*now)->validation_token == looked_at.validation_token;
    validated = (*now)->validated || proved || has_proof_above(current, looked_at.domain);
    if (!validated || (*now)->validated) return Editor::Work();
    return putting_all(proved_with(current, **now));
  };
  const auto made = co_await needs_.editor.edit(call, decide);
  if (!made) co_return std::unexpected(made.error());
  DomainCheck out{validated, verdict.found, verdict.why};
  if (validated && !verdict.proved) {
    out.why =
        fmt::format("{} is validated already; mail for it is accepted.", looked_at.domain.text());
  }
  co_return out;
}

Handled<DnsCheck> DomainHandlers::check_mx(Call call) {
  const auto found = named(call);
  if (!found) co_return std::unexpected(found.error());
  const auto lookups = needs_.fresh_lookups();
  if (!lookups) co_return refuse(lookups.error());
  const base::Deadline deadline = soon();
  const auto verdict =
      co_await onboarding::look_at_mx(**lookups, (*found)->domain, needs_.gateway, deadline);
  co_return shown(verdict);
}

Handled<DnsCheck> DomainHandlers::check_spf(Call call) {
  const auto found = named(call);
  if (!found) co_return std::unexpected(found.error());
  const auto lookups = needs_.fresh_lookups();
  if (!lookups) co_return refuse(lookups.error());
  const base::Deadline deadline = soon();
  const auto verdict =
      co_await onboarding::look_at_spf(**lookups, (*found)->domain, needs_.gateway, deadline);
  co_return shown(verdict);
}

void declare_domains(Operations& operations, DomainHandlers* handlers) {
  const std::string all = "/accounts/{account}/domains";
  const std::string one = all + "/{domain}";
  operations.add<Nothing, Nothing, Domains>(
      {Method::get, all, "listDomains", "An account's internal domains"},
      [handlers](Call call, Nothing, Nothing) { return handlers->list(std::move(call)); });
  operations.add<Nothing, DomainInput, Domain>(
      {Method::post, all, "addDomain", "Adds an internal domain; it gets a record to publish",
       Access::administrator, 201},
      [handlers](Call call, Nothing, DomainInput input) {
        return handlers->add(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Domain>(
      {Method::get, one, "getDomain", "An internal domain"},
      [handlers](Call call, Nothing, Nothing) { return handlers->get(std::move(call)); });
  operations.add<Nothing, DomainChange, Domain>(
      {Method::patch, one, "changeDomain", "Changes how its own servers must connect",
       Access::administrator},
      [handlers](Call call, Nothing, DomainChange change) {
        return handlers->change(std::move(call), change);
      });
  operations.add<Nothing, Nothing, Nothing>(
      {Method::remove, one, "removeDomain", "Removes an internal domain", Access::administrator,
       204},
      [handlers](Call call, Nothing, Nothing) { return handlers->remove(std::move(call)); });
  operations.add<Nothing, Nothing, DomainCheck>(
      {Method::post, one + "/check", "checkDomain", "Looks its proof up now", Access::operator_},
      [handlers](Call call, Nothing, Nothing) { return handlers->check(std::move(call)); });
  operations.add<Nothing, Nothing, DnsCheck>(
      {Method::get, one + "/mx", "checkMx", "Looks its MX records up now"},
      [handlers](Call call, Nothing, Nothing) { return handlers->check_mx(std::move(call)); });
  operations.add<Nothing, Nothing, DnsCheck>(
      {Method::get, one + "/spf", "checkSpf", "Looks its SPF record up now"},
      [handlers](Call call, Nothing, Nothing) { return handlers->check_spf(std::move(call)); });
}

}  // namespace postern::api
