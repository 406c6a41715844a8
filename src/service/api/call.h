// One request to the API, after it was matched to an operation and its sender was let in.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/policy/policy_book.h"
#include "io/http/http.h"
#include "io/records/records.h"
#include "service/api/session_types.h"

namespace postern::api {

// What stands behind a request: a person, or a page that asks by itself, such as one that was left
// open over night. Only what a person does keeps a session alive.
enum class Behind { person, page };

// Who asks: a user with a session, or a token.
struct Identity {
  std::string user;        // empty: nobody signed in
  std::string token;       // the id of the token that was used; empty: a session
  std::string session;     // the session's id; empty: a token
  std::string csrf_token;  // of the session
  std::vector<Grant> grants;
  Time expires{};
  Time idle_until{};  // of a session: when it ends unless a person does something before

  [[nodiscard]] explicit operator bool() const { return !user.empty() || !token.empty(); }
  // The role in an account; nothing: none at all.
  [[nodiscard]] std::optional<Role> role_in(const std::string& account) const;
  [[nodiscard]] bool may(Role role, const std::string& account) const;
  [[nodiscard]] bool is_platform_administrator() const;
  // For the audit log: "user:anna", "token:backup".
  [[nodiscard]] records::Actor actor() const;
};

struct Call {
  http::Request request;
  std::map<std::string, std::string> path;  // {domain} -> "example.com"
  Identity who;
  std::shared_ptr<const policy::PolicyBook> book;
  const policy::Account* account = nullptr;  // of {account}; lives in `book`; null: path has none

  [[nodiscard]] const std::string& at(const std::string& name) const { return path.at(name); }
  [[nodiscard]] std::string header(const std::string& lower_case_name) const;
};

}  // namespace postern::api
