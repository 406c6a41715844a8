// An account's policies: list, look, add, replace, promote, remove.
//
// The list is a page at a time, by domain. It is picked from the snapshot in one pass, without an
// index: 10,000 policies take a millisecond, and a million a tenth of a second, while an index
// would have to be sorted anew after every change.
#pragma once

#include "service/api/editor.h"
#include "service/api/operations.h"
#include "service/api/policy_types.h"

namespace postern::api {

class PolicyHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;  // where an import is tried
    Editor& editor;
  };
  explicit PolicyHandlers(Needs needs) : needs_(needs) {}

  [[nodiscard]] Handled<Policies> list(Call call, PolicyQuery query);
  [[nodiscard]] Handled<Policy> get(Call call);
  // Adding what is there already is no change; with other settings it is 409.
  [[nodiscard]] Handled<Policy> add(Call call, PolicyInput input);
  [[nodiscard]] Handled<Policy> replace(Call call, PolicyInput input);
  [[nodiscard]] Handled<Policy> promote(Call call);
  // As `postern policy import` does; many at once, as one change.
  [[nodiscard]] Handled<ImportReport> import(Call call, Import input);
  [[nodiscard]] Handled<Nothing> remove(Call call);

 private:
  Needs needs_;
};

void declare_policies(Operations& operations, PolicyHandlers* handlers);

// A page of the account's policies; Problem 400 for a cursor that is none.
[[nodiscard]] Outcome<Policies> policy_page(const policy::PolicyBook& book, base::AccountId account,
                                            const PolicyQuery& query, base::Instant now);

// What the fields say; complaints go to the reader.
class FieldReader;
[[nodiscard]] policy::Policy read_policy(FieldReader& fields, const PolicyInput& input);

}  // namespace postern::api
