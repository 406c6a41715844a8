#include "app/gateway/web_configuration.h"

#include "app/names.h"
#include "app/wiring.h"

namespace postern::app {

namespace {

// Names of the configuration were checked when the gateway started.
dns::Domain domain_of(const std::string& text) {
  return dns::Domain::parse(text).value_or(dns::Domain());
}

onboarding::GatewayNames names_of(const Settings& settings) {
  onboarding::GatewayNames names;
  names.hostname = domain_of(hostname(settings));
  for (const std::string& other : settings.gateway.other_names) {
    names.others.push_back(domain_of(other));
  }
  for (const std::string& text : {settings.delivery.source_ipv4, settings.delivery.source_ipv6}) {
    if (const auto address = base::IpAddress::parse(text)) names.sends_from.push_back(*address);
  }
  return names;
}

std::vector<api::Place> places_of(const std::vector<BoundListener>& listeners) {
  std::vector<api::Place> places;
  for (const BoundListener& one : listeners) {
    places.push_back({one.role, one.place.to_string(), one.tls});
  }
  return places;
}

std::vector<tls::CertificateFacts> leaves_of(const crypto::ServerContext* context) {
  if (context == nullptr) return {};
  return context->identities();
}

std::vector<tls::CertificateFacts> certificates_of(const Certificates& certificates) {
  return leaves_of(certificates.current().get());
}

// The words of `postern certificate`.
std::string verb_of(api::CertificateAction action) {
  if (action == api::CertificateAction::give_up) return "unroll";
  return std::string(api::certificate_action_text(action));
}

base::Result<> act_on_certificate(const admin::ControlNeeds& control, api::CertificateAction action,
                                  const std::string& name) {
  const std::string verb = verb_of(action);
  auto done = control.act_on_certificate(verb, name);
  if (!done) return std::unexpected(done.error());
  control.events.emit(observe::Event::certificate_changed_by_hand,
                      {{"action", verb}, {"name", name}});
  return {};
}

api::CertificateHandlers::Now certificates_now(const OwnCertificates& own,
                                               const Certificates* shown) {
  const ShownCertificates now = own.now();
  return {.mail = leaves_of(now.in_force.get()),
          .web = shown ? certificates_of(*shown) : std::vector<tls::CertificateFacts>(),
          .held = leaves_of(now.candidate.get()),
          .held_why = now.held_why,
          .renews = own.renews(),
          .kept = now.kept};
}

api::DomainHandlers::FreshLookups fresh_lookups(const WebServer::Needs& web) {
  return [&shard = web.control.shard, settings = resolver_settings(web.settings)] {
    return resolver::make_resolver(shard, settings);
  };
}

}  // namespace

api::ConfigurationHandlers::Needs configuration_needs(const WebServer::Needs& web, WebDesks desks) {
  net::Shard& shard = web.control.shard;
  return {.editor = {shard, desks.writes, desks.changes, web.book},
          .reads = desks.reads,
          .lookups = desks.lookups,
          .sts = &desks.sts,
          .fresh_lookups = fresh_lookups(web),
          .names = names_of(web.settings),
          .route = route_settings(web.settings),
          .gateway = {.hostname = hostname(web.settings),
                      .version = POSTERN_VERSION,
                      .node = web.node,
                      .places = [&listeners = web.listeners] { return places_of(listeners); },
                      .certificates =
                          [&certificates = web.own_certificates.mail()] {
                            return certificates_of(certificates);
                          }}};
}

api::CertificateHandlers::Needs certificate_needs(const WebServer::Needs& web, api::Desk& writes,
                                                  const Certificates* shown) {
  return {.shard = web.control.shard,
          .writes = writes,
          .now = [&own = web.own_certificates, shown] { return certificates_now(own, shown); },
          .act =
              [&control = web.control](api::CertificateAction action, const std::string& name) {
                return act_on_certificate(control, action, name);
              }};
}

api::PostureHandlers::Needs posture_needs(const WebServer::Needs& web, crypto::ClientContext& tls) {
  return {.shard = web.control.shard,
          .fresh_lookups = fresh_lookups(web),
          .tls = tls,
          .public_cas = web.public_cas,
          .fetch = sts_fetch_settings(web.settings),
          .gateway = [&settings = web.settings, &own = web.own_certificates, key = web.dkim_key] {
            return posture_gateway(settings, certificates_of(own.mail()), own.next_keys(), key);
          }};
}

}  // namespace postern::app
