// The web application and its API, as they stand in the running gateway: the objects of
// service/api in the order in which they need each other, on the main shard.
//
// Steps: desks (one that reads the records, one that changes them) -> changes -> the groups of
// operations -> application -> guard -> server. A stop ends the server's sessions first, so nothing
// asks the groups any more when they go.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/gateway/own_certificates.h"
#include "app/gateway/status.h"
#include "app/settings.h"
#include "io/crypto/dkim_key.h"
#include "service/admin/control.h"
#include "service/book/records_book.h"
#include "service/mtasts/policies.h"
#include "service/receipt/next.h"

namespace postern::app {

class WebServer {
 public:
  struct Needs {
    admin::ControlNeeds control;  // shard, spool, book, events, metrics, and what to do by hand
    const Settings& settings;
    service::RecordsBook& book;
    std::shared_ptr<const crypto::TrustStore> public_cas;
    mtasts::Shelf& sts_shelf;
    const crypto::DkimKey* dkim_key = nullptr;  // of our TLS reports; null: none are sent
    OwnCertificates& own_certificates;
    const std::vector<BoundListener>& listeners;
    std::string node;
    receipt::AcceptedSink& sink;  // for test messages
  };

  // Listens at [admin] address, which is set.
  [[nodiscard]] static base::Result<std::unique_ptr<WebServer>> start(Needs needs);
  ~WebServer();

  [[nodiscard]] net::Task<void> stop();

  void reload_certificates(const Settings& settings);

  // Where a browser finds it: "https://gateway.example:8026/".
  [[nodiscard]] std::string url() const;

 private:
  struct Parts;
  explicit WebServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace postern::app
