// What the command line asks of a running gateway, over HTTP on a Unix socket that only its user
// can open. The web application's API grows from here; metrics and health are served on TCP as
// well.
//
//   GET  /v1/queue?domain=&state=&after=&limit=   messages, oldest first
//   GET  /v1/queue/counts                          totals
//   GET  /v1/queue/ID                              one message
//   GET  /v1/queue/ID/body                         its bytes (export)
//   POST /v1/queue/retry|hold|release|remove?...   which: id=, or domain= and account=, or all=yes
//   POST /v1/queue/recalculate                     policies are looked at again for all that waits
//   POST /v1/policies/refresh                      the records have changed: look now
//   POST /v1/tls-reports/send                      reports of days that are over go out now
//   GET  /v1/certificates                          the gateway's own
//   POST /v1/certificates/renew|roll|unroll?name=  one that it gets by itself (ACME)
//   GET  /v1/version, /v1/status                   what runs here, and where it listens
// On TCP only: GET /metrics, /healthz (the process lives), /readyz (it accepts mail).
//
// Errors are RFC 9457 problem details: {"type","title","status","detail"}.
#pragma once

#include <functional>
#include <string>

#include "io/http/http.h"
#include "io/observe/event.h"
#include "io/observe/metrics.h"
#include "io/spool/spool.h"
#include "service/admin/queue_hand.h"
#include "service/book/book_source.h"

namespace postern::admin {

struct ControlNeeds {
  net::Shard& shard;
  spool::Spool& spool;
  const service::BookSource& book;
  observe::EventSink& events;
  observe::Metrics& metrics;
  // After a change by hand: the dispatcher looks at the queue again; with `recalculate`, deliveries
  // that wait for a requirement become due.
  std::function<void()> queue_changed;
  std::function<void()> recalculate;
  // The records have changed: look now.
  std::function<void()> refresh;
  // TLS reports of days that are over go out now.
  std::function<void()> send_reports;
  // JSON of the gateway's own certificates, and of what became of a verb.
  std::function<std::string()> certificates;
  std::function<base::Result<std::string>(const std::string& verb, const std::string& name)>
      act_on_certificate;
  std::function<bool()> ready;
  std::function<std::string()> status;  // JSON
};

// Handles the control socket's requests.
class Control : public http::Handler {
 public:
  explicit Control(ControlNeeds needs);
  [[nodiscard]] net::Task<http::Response> handle(http::Request request) override;

 private:
  net::Task<http::Response> list(http::Request request);
  net::Task<http::Response> counts();
  net::Task<http::Response> show(base::MessageId id);
  net::Task<http::Response> body(base::MessageId id);
  net::Task<http::Response> act(std::string verb, http::Request request);
  http::Response act_on_certificate(const http::Request& request);
  net::Task<http::Response> get(http::Request request);
  net::Task<http::Response> post(http::Request request);

  ControlNeeds needs_;
  QueueHand hand_;
};

// Handles the TCP address of [http]: metrics and health, nothing that changes anything.
class Observation : public http::Handler {
 public:
  explicit Observation(ControlNeeds needs) : needs_(std::move(needs)) {}
  [[nodiscard]] net::Task<http::Response> handle(http::Request request) override;

 private:
  net::Task<void> refresh_gauges();
  ControlNeeds needs_;
};

[[nodiscard]] http::Response problem(int status, std::string title, std::string detail);

}  // namespace postern::admin
