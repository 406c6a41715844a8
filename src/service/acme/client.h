// Requests to an ACME server (RFC 8555 6): each signed with the account's key, with a nonce that
// the server gave before, and made again when the server wants another nonce.
//
// Steps: open() reads the directory and makes the account known, the first time -> post().
// Lives on one shard.
//
// Failures, each with what went wrong as one sentence: those of service/https, "acme-malformed",
// "acme-refused" (the CA's own words), "acme-account" (it wants an external account),
// "invalid-url".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/acme/protocol.h"
#include "io/acme/folder.h"
#include "service/https/exchange.h"

namespace postern::acme {

struct Account {
  std::string directory;  // its URL
  Folder::Key key;
  std::vector<std::string> contacts{};  // "mailto:..." URLs
  // Given by a CA that only serves those whom it knows (7.3.4); the key's raw bytes.
  std::string external_id{};
  std::string external_key{};
};

struct Answer {
  int status = 0;
  std::string body;
  std::string location;
  std::optional<std::chrono::seconds> retry_after;
};

class Client {
 public:
  Client(https::Needs https, Account account)
      : https_(std::move(https)), account_(std::move(account)) {}

  [[nodiscard]] net::Task<base::Result<>> open(base::Deadline deadline);
  [[nodiscard]] const Directory& directory() const { return *directory_; }
  // An empty payload is a POST-as-GET.
  [[nodiscard]] net::Task<base::Result<Answer>> post(std::string url, std::string payload,
                                                     base::Deadline deadline);
  [[nodiscard]] std::string key_authorization(std::string_view token) const;
  [[nodiscard]] net::Shard& shard() const { return https_.shard; }

 private:
  [[nodiscard]] net::Task<base::Result<http::Response>> send(std::string method, std::string url,
                                                             std::string body,
                                                             base::Deadline deadline);
  [[nodiscard]] net::Task<base::Result<>> take_nonce(base::Deadline deadline);
  [[nodiscard]] net::Task<base::Result<>> make_account(base::Deadline deadline);
  [[nodiscard]] base::Result<std::string> account_request() const;
  [[nodiscard]] std::string signed_body(const std::string& url, std::string_view payload);
  [[nodiscard]] std::string own_jwk() const;

  https::Needs https_;
  Account account_;
  std::optional<Directory> directory_;
  std::string account_url_;
  std::string nonce_;
};

}  // namespace postern::acme
