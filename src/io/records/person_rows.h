// Users and grants as they lie in their tables; shared by people.cc and sign_ins.cc.
#pragma once

#include <string>
#include <vector>

#include "io/records/audit_log.h"
#include "io/records/database.h"
#include "io/records/people.h"
#include "io/records/records.h"

namespace postern::records {

// Whose grants: a table and its column.
struct GrantTable {
  std::string_view table;
  std::string_view owner;
};
inline constexpr GrantTable user_grants{"user_grants", "owner"};
inline constexpr GrantTable token_grants{"token_grants", "token"};

[[nodiscard]] base::Result<std::vector<Grant>> read_grants(Database& database, GrantTable where,
                                                           std::int64_t owner);
// In place of those that are there. Failure "invalid-grant" for an account that does not exist.
[[nodiscard]] base::Result<> write_grants(Database& database, GrantTable where, std::int64_t owner,
                                          const std::vector<Grant>& grants);

[[nodiscard]] base::Result<std::optional<User>> find_user(Database& database,
                                                          const std::string& name);
[[nodiscard]] base::Result<User> insert_user(Database& database, base::Instant now, NewUser user);
[[nodiscard]] base::Failure no_such_user(const std::string& name);
[[nodiscard]] base::Result<std::int64_t> next_id(Database& database);

// For the audit log: {"name":"anna","grants":[...],"second_factor":false}.
[[nodiscard]] std::string json_of(const User& user);
[[nodiscard]] std::string json_of(const std::vector<Grant>& grants);

// Whose audit log a change of who may what belongs to: the account's, when every role lies in that
// one, so that its administrators and auditors see who came in and by whom; else the gateway's (no
// account), because no account may read of roles in another.
[[nodiscard]] base::Result<base::AccountId> sole_account(Database& database,
                                                         std::vector<Grant> grants,
                                                         const std::vector<Grant>& others = {});

// A write transaction with its audit entries.
class AuditedChange {
 public:
  [[nodiscard]] static base::Result<AuditedChange> begin(Database& database, Actor actor,
                                                         base::Instant now);
  [[nodiscard]] base::Result<> note(std::string action, std::string object, std::string before,
                                    std::string after, base::AccountId account = {});
  [[nodiscard]] base::Result<> commit();

 private:
  AuditedChange(Transaction transaction, AuditLog log, Actor actor, base::Instant now)
      : transaction_(std::move(transaction)),
        log_(std::move(log)),
        actor_(std::move(actor)),
        now_(now) {}
  Transaction transaction_;
  AuditLog log_;
  Actor actor_;
  base::Instant now_;
};

}  // namespace postern::records
