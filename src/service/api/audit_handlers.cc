#include "service/api/audit_handlers.h"

#include <fmt/core.h>

#include "service/api/mail_convert.h"

namespace postern::api {

Handled<Audit> AuditHandlers::list(Call call, AuditQuery query) {
  records::AuditFilter filter;
  if (call.account != nullptr) filter.account = call.account->id;
  if (query.before && *query.before < 1) {
    co_return refuse_parameter("before", "before is the next of the page before.");
  }
  filter.before = query.before.value_or(0);
  auto limit = page_limit(query.limit);
  if (!limit) co_return std::unexpected(limit.error());
  filter.limit = *limit;
  using Entries = base::Result<std::vector<records::AuditEntry>>;
  const std::function<Entries(records::Records&)> work = [filter](records::Records& records) {
    return records.audit_page(filter);
  };
  auto entries = co_await needs_.reads.run(needs_.shard, work);
  if (!entries) co_return refuse(entries.error());
  Audit page;
  for (const records::AuditEntry& entry : *entries) {
    page.items.push_back(shown(entry, *call.book));
  }
  if (entries->size() == filter.limit) page.next = entries->back().sequence;
  co_return page;
}

Handled<AuditCheck> AuditHandlers::check(Call call) {
  using Checked = base::Result<records::AuditCheck>;
  const std::function<Checked(records::Records&)> work = [](records::Records& records) {
    return records.audit_verify();
  };
  auto checked = co_await needs_.reads.run(needs_.shard, work);
  if (!checked) co_return refuse(checked.error());
  AuditCheck out{checked->intact, checked->entries, checked->head, checked->why};
  // The sentence names the entry's object, which may be another account's.
  if (!out.intact && !call.who.is_platform_administrator()) {
    out.why = fmt::format("The chain breaks at entry {}: tell the gateway's administrator.",
                          checked->first_bad.value_or(checked->entries + 1));
  }
  co_return out;
}

void declare_audit(Operations& operations, AuditHandlers* handlers) {
  operations.add<AuditQuery, Nothing, Audit>({Method::get, "/accounts/{account}/audit", "listAudit",
                                              "Who changed what in the account", Access::viewer},
                                             [handlers](Call call, AuditQuery query, Nothing) {
                                               return handlers->list(std::move(call), query);
                                             });
  operations.add<AuditQuery, Nothing, Audit>(
      {Method::get, "/audit", "listWholeAudit", "Who changed what, in every account",
       Access::platform},
      [handlers](Call call, AuditQuery query, Nothing) {
        return handlers->list(std::move(call), query);
      });
  operations.add<Nothing, Nothing, AuditCheck>(
      {Method::get, "/audit/check", "checkAudit", "Whether the audit log's chain holds",
       Access::signed_in},
      [handlers](Call call, Nothing, Nothing) { return handlers->check(std::move(call)); });
}

}  // namespace postern::api
