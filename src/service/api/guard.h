// Stands before the web application and looks at every request and response:
// - the Host field names this gateway, so that a page of somebody else whose name was pointed at
//   our address (DNS rebinding) gets nothing. An address literal cannot be rebound and is let in;
// - a request that changes something does not come from another site (Origin, Sec-Fetch-Site);
// - behind a proxy that is listed, the client is who the proxy says it is, so that sign-ins are
//   counted by client and the audit log names it. Nobody else's X-Forwarded-For is looked at. Where
//   the proxy speaks HTTPS (X-Forwarded-Proto), cookies are for HTTPS alone;
// - every response, also to what could not be read, carries the security headers: no script but our
//   own files, no frame around us, no referrer, and over HTTPS nothing but HTTPS from then on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/http/http.h"
#include "io/observe/event.h"

namespace postern::api {

enum class Transport { plain, https };

class Guard : public http::Handler {
 public:
  struct Needs {
    http::Handler& application;
    observe::EventSink& events;
    Transport transport = Transport::plain;
    // Our names besides the loopback ones, as they are now: "*.example.com" stands for one label.
    std::function<std::vector<std::string>()> names;
    // Reverse proxies in front of us: what they say of where a request comes from is believed.
    std::vector<base::IpRange> proxies{};
  };
  explicit Guard(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] net::Task<http::Response> handle(http::Request request) override;
  [[nodiscard]] http::Response refusal(int status, std::string why) const override;

 private:
  [[nodiscard]] bool is_ours(const std::string& host) const;
  void protect(http::Response& response, Transport seen_by_browser) const;
  void note(const http::Request& request, int status) const;

  Needs needs_;
};

}  // namespace postern::api
