// One page of policies, picked from the snapshot in one pass: the smallest `limit` keys after the
// cursor are kept in a heap, so most policies cost one comparison.
#include <algorithm>
#include <tuple>

#include "core/base/text.h"
#include "service/api/convert.h"
#include "service/api/mail_convert.h"
#include "service/api/policy_handlers.h"

namespace postern::api {

namespace {

// By domain; a domain before its wildcard.
using Key = std::tuple<std::string_view, bool>;
Key key_of(const policy::Scope& scope) { return {scope.base.text(), scope.wildcard}; }

bool before(const policy::Policy* a, const policy::Policy* b) {
  return key_of(a->scope) < key_of(b->scope);
}

class Filter {
 public:
  Filter(base::AccountId account, const PolicyQuery& query)
      : account_(account), query_(query), text_(base::lower(query.q.value_or(""))) {}

  [[nodiscard]] bool takes(const policy::Policy& policy) const {
    return policy.account == account_ && (!query_.mode || policy.mode == *query_.mode) &&
           (!query_.stage || policy.stage == *query_.stage) && names(policy.scope);
  }

 private:
  // As it is written in the DNS, or as people write it.
  [[nodiscard]] bool names(const policy::Scope& scope) const {
    const std::string& base = scope.base.text();
    if (text_.empty() || base.find(text_) != std::string::npos) return true;
    if (scope.wildcard && scope.text().find(text_) != std::string::npos) return true;
    return base.find("xn--") != std::string::npos &&
           shown_as(scope).find(text_) != std::string::npos;
  }

  base::AccountId account_;
  const PolicyQuery& query_;
  std::string text_;
};

}  // namespace

Outcome<Policies> policy_page(const policy::PolicyBook& book, base::AccountId account,
                              const PolicyQuery& query, base::Instant now) {
  std::optional<policy::Scope> cursor;
  if (query.after) {
    auto scope = policy::Scope::parse(*query.after);
    if (!scope) return refuse(400, "invalid-parameter", "The cursor is none of ours.");
    cursor = *std::move(scope);
  }
  const auto limit = page_limit(query.limit);
  if (!limit) return std::unexpected(limit.error());
  const Filter filter(account, query);
  std::vector<const policy::Policy*> page;  // a heap whose top is the last of the page
  Policies out;
  std::size_t left = 0;
  for (const policy::Policy& policy : book.configuration().policies) {
    if (!filter.takes(policy)) continue;
    ++out.total;
    if (cursor && key_of(policy.scope) <= key_of(*cursor)) continue;
    ++left;
    if (page.size() == *limit) {
      if (!before(&policy, page.front())) continue;
      std::ranges::pop_heap(page, before);
      page.pop_back();
    }
    page.push_back(&policy);
    std::ranges::push_heap(page, before);
  }
  std::ranges::sort_heap(page, before);
  for (const policy::Policy* policy : page) out.items.push_back(shown(*policy, now));
  if (left > page.size()) out.next = page.back()->scope.text();
  return out;
}

}  // namespace postern::api
