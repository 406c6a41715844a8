#include "app/gateway/public_web.h"

#include <utility>

#include "app/wiring.h"
#include "io/http/http.h"
#include "service/site/public_site.h"

namespace postern::app {
namespace {

// Anybody may ask, and the answer is small.
constexpr http::ServerLimits kLimits{.body = 1 << 10,
                                     .large_bodies = 1,
                                     .connections = 500,
                                     .connections_per_address = 20,
                                     .idle = std::chrono::seconds(10),
                                     .request = std::chrono::seconds(10)};

}  // namespace

struct PublicWeb::Parts {
  explicit Parts(const Needs& needs)
      : site(needs.book, posture_gateway(needs.settings, {}, nullptr)),
        server(needs.shard, site, kLimits) {}

  site::PublicSite site;
  http::Server server;
  std::unique_ptr<Certificates> certificates;
  base::Endpoint place;
};

PublicWeb::PublicWeb(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
PublicWeb::~PublicWeb() = default;

base::Result<std::unique_ptr<PublicWeb>> PublicWeb::start(Needs needs) {
  auto parts = std::make_unique<Parts>(needs);
  auto certificates = Certificates::load(Certificates::Use::web, needs.settings.tls,
                                         needs.public_cas, needs.events);
  if (!certificates) return std::unexpected(certificates.error());
  parts->certificates = std::move(*certificates);
  const auto at = base::Endpoint::parse(needs.settings.site.https).value_or(base::Endpoint{});
  auto listener = net::listen(needs.shard, at, net::Sharing::exclusive);
  if (!listener) return std::unexpected(listener.error());
  parts->place = (*listener)->local();
  Certificates* shown = parts->certificates.get();
  parts->server.serve(std::move(*listener), [shown] { return shown->current(); });
  return std::unique_ptr<PublicWeb>(new PublicWeb(std::move(parts)));
}

net::Task<void> PublicWeb::stop() { return parts_->server.stop(); }

void PublicWeb::reload_certificates(const Settings& settings) {
  parts_->certificates->reload(settings.tls);
}

void PublicWeb::reload_certificates_if_changed() { parts_->certificates->reload_if_changed(); }

std::string PublicWeb::address() const { return parts_->place.to_string(); }

}  // namespace postern::app
