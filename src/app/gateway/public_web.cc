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
  explicit Parts(const Needs& given)
      : needs(given),
        site(needs.book, posture_gateway(needs.settings, {}, {}, nullptr)),
        https(needs.shard, site, kLimits) {}

  // The place that was bound, or "".
  base::Result<std::unique_ptr<net::Listener>> listen(const std::string& at, std::string& place);
  base::Result<> serve_https();
  base::Result<> serve_http();

  Needs needs;
  site::PublicSite site;
  http::Server https;
  std::unique_ptr<http::Server> http;
  std::unique_ptr<Certificates> certificates;
  std::string https_place;
  std::string http_place;
};

base::Result<std::unique_ptr<net::Listener>> PublicWeb::Parts::listen(const std::string& at,
                                                                      std::string& place) {
  const auto wanted = base::Endpoint::parse(at).value_or(base::Endpoint{});
  auto listener = net::listen(needs.shard, wanted, net::Sharing::exclusive);
  if (listener) place = (*listener)->local().to_string();
  return listener;
}

base::Result<> PublicWeb::Parts::serve_https() {
  if (needs.settings.site.https.empty()) return {};
  auto loaded = Certificates::load({.use = Certificates::Use::site,
                                    .folder = needs.settings.certificates_path(),
                                    .public_cas = needs.public_cas,
                                    .challenges = needs.own_certificates.challenges()},
                                   needs.settings.tls, needs.events);
  if (!loaded) return std::unexpected(loaded.error());
  certificates = std::move(*loaded);
  Certificates* shown = certificates.get();
  needs.own_certificates.also([shown] { shown->reload_if_changed(); });
  auto listener = listen(needs.settings.site.https, https_place);
  if (!listener) return std::unexpected(listener.error());
  https.serve(std::move(*listener), [shown] { return shown->current(); });
  return {};
}

// Without [acme] there is nothing to answer.
base::Result<> PublicWeb::Parts::serve_http() {
  acme::Responder* responder = needs.own_certificates.responder();
  if (needs.settings.site.http.empty() || responder == nullptr) return {};
  auto listener = listen(needs.settings.site.http, http_place);
  if (!listener) return std::unexpected(listener.error());
  http = std::make_unique<http::Server>(needs.shard, *responder, kLimits);
  http->serve(std::move(*listener));
  return {};
}

PublicWeb::PublicWeb(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
PublicWeb::~PublicWeb() = default;

base::Result<std::unique_ptr<PublicWeb>> PublicWeb::start(Needs needs) {
  auto parts = std::make_unique<Parts>(needs);
  if (auto served = parts->serve_https(); !served) return std::unexpected(served.error());
  if (auto served = parts->serve_http(); !served) return std::unexpected(served.error());
  return std::unique_ptr<PublicWeb>(new PublicWeb(std::move(parts)));
}

net::Task<void> PublicWeb::stop() {
  co_await parts_->https.stop();
  if (parts_->http) co_await parts_->http->stop();
}

void PublicWeb::reload_certificates(const Settings& settings) {
  if (parts_->certificates) parts_->certificates->reload(settings.tls);
}

std::string PublicWeb::https_address() const { return parts_->https_place; }
std::string PublicWeb::http_address() const { return parts_->http_place; }

}  // namespace postern::app
