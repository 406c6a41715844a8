// Users and tokens on SQLite.
#pragma once

#include "io/records/database.h"
#include "io/records/people.h"

namespace postern::records {

class SqlitePeople final : public People {
 public:
  explicit SqlitePeople(Database& database) : database_(database) {}

  base::Result<std::vector<User>> users() override;
  base::Result<User> user(const std::string& name) override;
  base::Result<User> add(const Actor& actor, base::Instant now, NewUser user) override;
  base::Result<User> change(const Actor& actor, base::Instant now, const std::string& name,
                            UserEdit edit, const Permit& permit) override;
  base::Result<> remove(const Actor& actor, base::Instant now, const std::string& name,
                        const Permit& permit) override;

  base::Result<std::vector<Token>> tokens() override;
  base::Result<std::optional<TokenHolder>> token_of(const std::string& hash,
                                                    base::Instant now) override;
  base::Result<> token_used(std::int64_t id, base::Instant now) override;
  base::Result<Token> add_token(const Actor& actor, base::Instant now, NewToken token) override;
  base::Result<> remove_token(const Actor& actor, base::Instant now, std::int64_t id,
                              const TokenPermit& permit) override;

 private:
  base::Result<User> permitted(const std::string& name, const Permit& permit);
  base::Result<> edit_user(const User& user, const UserEdit& edit);
  base::Result<> check_administrator_stays();
  base::Result<std::optional<Token>> token(std::int64_t id);

  Database& database_;
};

}  // namespace postern::records
