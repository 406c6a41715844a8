// What the running gateway serves to the whole world: over HTTPS the policies of service/site, with
// a certificate for the name that a client asks for; over HTTP the answers to challenges of [acme].
#pragma once

#include <memory>
#include <string>

#include "app/gateway/own_certificates.h"
#include "app/settings.h"
#include "service/book/book_source.h"

namespace postern::app {

class PublicWeb {
 public:
  struct Needs {
    net::Shard& shard;
    const Settings& settings;
    const service::BookSource& book;
    std::shared_ptr<const crypto::TrustStore> public_cas;
    observe::EventSink& events;
    OwnCertificates& own_certificates;
  };
  // Listens at [site] https and http, if they are set.
  [[nodiscard]] static base::Result<std::unique_ptr<PublicWeb>> start(Needs needs);
  ~PublicWeb();

  [[nodiscard]] net::Task<void> stop();
  void reload_certificates(const Settings& settings);
  // With the ports that were really bound; "" where nothing is served.
  [[nodiscard]] std::string https_address() const;
  [[nodiscard]] std::string http_address() const;

 private:
  struct Parts;
  explicit PublicWeb(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace postern::app
