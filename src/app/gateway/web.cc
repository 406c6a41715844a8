#include "app/gateway/web.h"

#include <fmt/format.h>

#include "app/gateway/looks.h"
#include "app/gateway/mail_pages.h"
#include "app/gateway/web_configuration.h"
#include "app/gateway/web_files.h"
#include "app/names.h"
#include "app/wiring.h"
#include "io/http/http.h"
#include "io/resolver/resolver.h"
#include "service/api/application.h"
#include "service/api/changes.h"
#include "service/api/desk.h"
#include "service/api/everything.h"
#include "service/api/guard.h"
#include "service/api/own_account.h"
#include "service/api/pages.h"
#include "service/api/sessions.h"
#include "service/api/users.h"

namespace postern::app {

namespace {

// The certificate of [admin]; that of the mail listeners where none is set.
TlsSettings web_tls(const Settings& settings) {
  TlsSettings tls = settings.tls;
  if (settings.admin.certificate.empty()) return tls;
  tls.certificate = settings.admin.certificate;
  tls.key = settings.admin.key;
  tls.more_identities.clear();
  return tls;
}

base::Result<std::unique_ptr<api::Desk>> open_desk(const Settings& settings) {
  auto records = records::Records::open(settings.records_path());
  if (!records) return std::unexpected(records.error());
  return std::make_unique<api::Desk>(std::move(*records));
}

}  // namespace

struct WebServer::Parts {
  explicit Parts(Needs n) : needs(std::move(n)), shard(needs.control.shard) {}

  base::Result<> open_records();
  base::Result<> expect_first_user();
  base::Result<> open_world();
  void make_groups();
  void make_server();
  base::Result<> listen();
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::vector<base::IpRange> proxies() const;

  Needs needs;
  net::Shard& shard;
  base::Endpoint place;
  api::Transport transport = api::Transport::plain;
  std::unique_ptr<Certificates> certificates;

  std::unique_ptr<api::Desk> reads;
  std::unique_ptr<api::Desk> writes;
  std::unique_ptr<api::Changes> changes;
  std::unique_ptr<resolver::Lookups> lookups;
  std::unique_ptr<crypto::ClientContext> tls;
  std::unique_ptr<mtasts::Policies> sts;

  receipt::PasswordChecker passwords;  // its own: mail logins do not hold up people
  api::Throttle throttle;
  std::string setup_code;  // "" when there are users
  std::unique_ptr<api::Identities> identities;
  std::unique_ptr<api::Sessions> sessions;
  std::unique_ptr<api::OwnAccount> own_account;
  std::unique_ptr<api::UserAdministration> users;
  std::unique_ptr<api::TokenAdministration> tokens;
  std::unique_ptr<api::ConfigurationHandlers> configuration;
  std::unique_ptr<api::CertificateHandlers> own_certificates;
  std::unique_ptr<api::PostureHandlers> posture;
  std::unique_ptr<Looks> looks;
  std::unique_ptr<MailPages> mail;

  api::Operations operations;
  std::unique_ptr<api::EmbeddedPages> pages;
  std::unique_ptr<api::Application> application;
  std::unique_ptr<api::Guard> guard;
  std::unique_ptr<http::Server> server;
};

base::Result<> WebServer::Parts::open_records() {
  for (std::unique_ptr<api::Desk>* desk : {&reads, &writes}) {
    auto opened = open_desk(needs.settings);
    if (!opened) return std::unexpected(opened.error());
    *desk = std::move(*opened);
  }
  changes = std::make_unique<api::Changes>(shard, needs.book, [this] { needs.book.refresh(); });
  return {};
}

// What probes and live checks ask with: of the main shard, so that they never slow mail down.
base::Result<> WebServer::Parts::open_world() {
  auto resolver = resolver::make_resolver(shard, resolver_settings(needs.settings));
  if (!resolver) return std::unexpected(resolver.error());
  lookups = std::move(*resolver);
  auto context = crypto::ClientContext::make({});
  if (!context) return std::unexpected(context.error());
  tls = std::move(*context);
  sts = std::make_unique<mtasts::Policies>(mtasts::Policies::Needs{
      .fetch = {shard, *lookups, *tls, needs.public_cas, sts_fetch_settings(needs.settings)},
      .shelf = &needs.sts_shelf,
      .book = &needs.book,
      .events = &needs.control.events});
  return {};
}

// While there is no user, a code makes the first one; each start makes a new code.
base::Result<> WebServer::Parts::expect_first_user() {
  auto records = records::Records::open(needs.settings.records_path());
  if (!records) return std::unexpected(records.error());
  std::string code = api::random_id();
  auto waits = (*records)->sign_ins().expect_first_user(api::hash_of(code));
  if (!waits) return std::unexpected(waits.error());
  if (*waits) setup_code = std::move(code);
  return {};
}

void WebServer::Parts::make_groups() {
  const std::string host = hostname(needs.settings);
  identities =
      std::make_unique<api::Identities>(api::Identities::Needs{shard, *reads, *writes, transport});
  sessions = std::make_unique<api::Sessions>(api::Sessions::Needs{.shard = shard,
                                                                  .reads = *reads,
                                                                  .writes = *writes,
                                                                  .passwords = passwords,
                                                                  .throttle = throttle,
                                                                  .events = needs.control.events,
                                                                  .transport = transport,
                                                                  .hostname = host});
  own_account = std::make_unique<api::OwnAccount>(
      api::OwnAccount::Needs{shard, *reads, *writes, passwords, throttle, host});
  const api::UserAdministration::Needs desks{shard, *reads, *writes};
  users = std::make_unique<api::UserAdministration>(desks);
  tokens = std::make_unique<api::TokenAdministration>(desks);
  configuration = std::make_unique<api::ConfigurationHandlers>(
      configuration_needs(needs, {*reads, *writes, *changes, *lookups, *sts}));
  own_certificates = std::make_unique<api::CertificateHandlers>(
      certificate_needs(needs, *writes, certificates.get()));
  posture = std::make_unique<api::PostureHandlers>(posture_needs(needs, *tls));
  looks = std::make_unique<Looks>(Looks::Needs{.shard = shard,
                                               .settings = needs.settings,
                                               .book = needs.book,
                                               .public_cas = needs.public_cas,
                                               .lookups = *lookups,
                                               .sts = *sts,
                                               .tls = *tls,
                                               .spool = needs.control.spool,
                                               .sink = needs.sink,
                                               .reads = *reads,
                                               .writes = *writes,
                                               .changes = *changes});
  mail = std::make_unique<MailPages>(MailPages::Needs{.control = needs.control,
                                                      .settings = needs.settings,
                                                      .certificates = needs.own_certificates.mail(),
                                                      .reads = *reads,
                                                      .writes = *writes,
                                                      .changes = *changes,
                                                      .lookups = *lookups,
                                                      .sts = *sts,
                                                      .drafts = looks->drafts(),
                                                      .jobs = looks->jobs()});
  api::Groups groups{.sessions = sessions.get(),
                     .own_account = own_account.get(),
                     .users = users.get(),
                     .tokens = tokens.get(),
                     .configuration = configuration.get(),
                     .certificates = own_certificates.get(),
                     .posture = posture.get(),
                     .probes = &looks->probes(),
                     .drafts = &looks->drafts()};
  mail->join(groups);
  api::declare_everything(operations, groups);
}

void WebServer::Parts::make_server() {
  pages = std::make_unique<api::EmbeddedPages>(web_files());
  application = std::make_unique<api::Application>(
      api::Application::Needs{*identities, needs.book, operations, *pages});
  guard = std::make_unique<api::Guard>(api::Guard::Needs{.application = *application,
                                                         .events = needs.control.events,
                                                         .transport = transport,
                                                         .names = [this] { return names(); },
                                                         .proxies = proxies()});
  // A body holds an import of some 100,000 lines. Many people may come through one proxy's address.
  server = std::make_unique<http::Server>(
      shard, *guard,
      http::ServerLimits{.body = 8 << 20, .connections = 500, .connections_per_address = 200});
}

std::vector<std::string> WebServer::Parts::names() const {
  std::vector<std::string> all = needs.settings.admin.names;
  all.push_back(hostname(needs.settings));
  auto context = certificates ? certificates->current() : nullptr;
  if (!context) return all;
  for (const tls::CertificateFacts& facts : context->identities()) {
    all.insert(all.end(), facts.dns_names.begin(), facts.dns_names.end());
  }
  return all;
}

std::vector<base::IpRange> WebServer::Parts::proxies() const {
  std::vector<base::IpRange> all;
  for (const std::string& text : needs.settings.admin.proxies) {
    if (auto range = base::IpRange::parse(text)) all.push_back(*range);
  }
  return all;
}

base::Result<> WebServer::Parts::listen() {
  auto listener = net::listen(shard, place, net::Sharing::exclusive);
  if (!listener) return std::unexpected(listener.error());
  place = (*listener)->local();
  if (transport == api::Transport::plain) {
    server->serve(std::move(*listener));
  } else {
    server->serve(std::move(*listener), [this] { return certificates->current(); });
  }
  return {};
}

WebServer::WebServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
WebServer::~WebServer() = default;

base::Result<std::unique_ptr<WebServer>> WebServer::start(Needs needs) {
  auto parts = std::make_unique<Parts>(std::move(needs));
  const Settings& settings = parts->needs.settings;
  parts->place = base::Endpoint::parse(settings.admin.address).value_or(base::Endpoint{});
  if (!parts->place.address.is_loopback() || !settings.admin.certificate.empty()) {
    parts->transport = api::Transport::https;
    // Certificates of its own are all that it shows.
    const bool own = !settings.admin.certificate.empty();
    auto loaded = Certificates::load({.use = Certificates::Use::web,
                                      .folder = own ? "" : settings.certificates_path(),
                                      .public_cas = parts->needs.public_cas},
                                     web_tls(settings), parts->needs.control.events);
    if (!loaded) return std::unexpected(loaded.error());
    parts->certificates = std::move(*loaded);
    parts->needs.own_certificates.also(
        [shown = parts->certificates.get()] { shown->reload_if_changed(); });
  }
  if (auto opened = parts->open_records(); !opened) return std::unexpected(opened.error());
  if (auto opened = parts->open_world(); !opened) return std::unexpected(opened.error());
  if (auto expected = parts->expect_first_user(); !expected) {
    return std::unexpected(expected.error());
  }
  parts->make_groups();
  parts->make_server();
  if (auto listening = parts->listen(); !listening) return std::unexpected(listening.error());
  // From the book's thread to ours. The book ends before the parts do, the shard after them.
  parts->needs.book.on_change([raw = parts.get()](const auto&) {
    raw->shard.post([raw] { raw->changes->book_changed(); });
  });
  parts->mail->start();
  std::unique_ptr<WebServer> web(new WebServer(std::move(parts)));
  // Behind the '#', which browsers keep to themselves.
  if (const std::string& code = web->parts_->setup_code; !code.empty()) {
    web->parts_->needs.control.events.emit(observe::Event::setup_link,
                                           {{"url", fmt::format("{}setup#{}", web->url(), code)}});
  }
  return web;
}

net::Task<void> WebServer::stop() {
  co_await parts_->server->stop();
  co_await parts_->looks->stop();
  co_await parts_->mail->stop();
  co_await parts_->sts->stop();
}

void WebServer::reload_certificates(const Settings& settings) {
  if (parts_->certificates) parts_->certificates->reload(web_tls(settings));
}

std::string WebServer::url() const {
  base::Endpoint at = parts_->place;
  if (parts_->transport == api::Transport::plain) return fmt::format("http://{}/", at.to_string());
  return fmt::format("https://{}:{}/", hostname(parts_->needs.settings), at.port);
}

}  // namespace postern::app
