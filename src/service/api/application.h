// The web application's side of the gateway: the API below /api/v1, and the pages for everything
// else. Who asks is found out first, then whether they may, then the operation runs.
//
// Order of checks: path and method -> sign-in -> forged request (CSRF) -> account and role -> body.
// A page says with "X-Asked-By: page" that nobody has touched it for a while, so that what it asks
// for by itself, because an event told it to, keeps no session alive.
// An account that the sender has no role in is answered like one that does not exist. What is
// answered piece by piece is looked at anew for each piece: who has signed out or lost the role
// hears no more, however long the stream would have lasted.
#pragma once

#include <functional>

#include "io/http/http.h"
#include "service/api/operations.h"
#include "service/book/book_source.h"

namespace postern::api {

// Finds out who sends a request; an empty Identity is nobody. A Problem is an attempt that is wrong
// in itself, such as a token that has expired.
class IdentitySource {
 public:
  virtual ~IdentitySource() = default;
  [[nodiscard]] virtual net::Task<Outcome<Identity>> identify(const http::Request& request,
                                                              Behind behind) = 0;
};

// The pages: built files that the program carries.
class Pages {
 public:
  virtual ~Pages() = default;
  [[nodiscard]] virtual http::Response page(const http::Request& request) const = 0;
};

class Application : public http::Handler {
 public:
  struct Needs {
    IdentitySource& identities;
    const service::BookSource& book;
    const Operations& operations;
    const Pages& pages;
  };
  explicit Application(Needs needs) : needs_(needs) {}

  [[nodiscard]] net::Task<http::Response> handle(http::Request request) override;

 private:
  class WatchedStream;
  net::Task<http::Response> api(http::Request request);
  [[nodiscard]] Outcome<void> admit(const Operation& operation, Call& call) const;

  Needs needs_;
};

}  // namespace postern::api
