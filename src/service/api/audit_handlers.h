// The audit log: an account's entries for its people, all entries for administrators of every
// account, and whether the chain holds.
#pragma once

#include "service/api/desk.h"
#include "service/api/mail_types.h"
#include "service/api/operations.h"

namespace postern::api {

class AuditHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
  };
  explicit AuditHandlers(Needs needs) : needs_(needs) {}

  // Of the account in the path; without one, the whole log.
  [[nodiscard]] Handled<Audit> list(Call call, AuditQuery query);
  [[nodiscard]] Handled<AuditCheck> check(Call call);

 private:
  Needs needs_;
};

void declare_audit(Operations& operations, AuditHandlers* handlers);

}  // namespace postern::api
