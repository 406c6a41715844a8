// Sessions, devices and second factors on SQLite.
#pragma once

#include "io/records/database.h"
#include "io/records/sign_ins.h"

namespace postern::records {

class SqliteSignIns final : public SignIns {
 public:
  explicit SqliteSignIns(Database& database) : database_(database) {}

  base::Result<bool> expect_first_user(const std::string& code_hash) override;
  base::Result<bool> has_users() override;
  base::Result<User> add_first_user(base::Instant now, const std::string& code_hash,
                                    NewUser user) override;
  base::Result<std::optional<Credentials>> credentials(const std::string& name) override;
  base::Result<bool> knows_device(const std::string& user, const std::string& device_hash) override;
  base::Result<> open_session(base::Instant now, NewSession session,
                              base::Instant idle_since) override;
  base::Result<std::optional<Session>> session(const std::string& hash) override;
  base::Result<> session_seen(const std::string& hash, base::Instant now) override;
  base::Result<> close_session(base::Instant now, const std::string& hash) override;
  base::Result<> propose_second_factor(const std::string& user, const std::string& secret) override;
  base::Result<std::string> proposed_second_factor(const std::string& user) override;
  base::Result<> confirm_second_factor(base::Instant now, const std::string& user,
                                       std::int64_t step) override;
  base::Result<> remove_second_factor(base::Instant now, const std::string& user) override;
  base::Result<bool> take_step(const std::string& user, std::int64_t step) override;

 private:
  base::Result<std::string> text_of_user(std::string_view column, const std::string& user);
  base::Result<base::AccountId> account_of(const std::string& user);
  base::Result<> remember_device(std::int64_t user, const std::string& hash, base::Instant now);

  Database& database_;
};

}  // namespace postern::records
