// The public HTTPS site of the running gateway: the policies of service/site, shown with the
// certificates of [tls], chosen by the name that a client asks for.
#pragma once

#include <memory>
#include <string>

#include "app/gateway/certificates.h"
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
  };
  // Listens at [site] https, which is set.
  [[nodiscard]] static base::Result<std::unique_ptr<PublicWeb>> start(Needs needs);
  ~PublicWeb();

  [[nodiscard]] net::Task<void> stop();
  void reload_certificates(const Settings& settings);
  void reload_certificates_if_changed();
  // With the port that was really bound.
  [[nodiscard]] std::string address() const;

 private:
  struct Parts;
  explicit PublicWeb(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace postern::app
