#include "app/gateway/gateway.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "app/gateway/own_certificates.h"
#include "app/gateway/process.h"
#include "app/gateway/public_web.h"
#include "app/gateway/route_watch.h"
#include "app/gateway/shard_host.h"
#include "app/gateway/signals.h"
#include "app/gateway/status.h"
#include "app/gateway/sts_shelf.h"
#include "app/gateway/systemd.h"
#include "app/gateway/tls_reports.h"
#include "app/gateway/web.h"
#include "app/settings_check.h"
#include "app/wiring.h"
#include "io/http/http.h"
#include "io/observe/log.h"
#include "io/observe/metrics.h"
#include "io/records/records.h"
#include "io/spool/spool.h"
#include "service/admin/control.h"
#include "service/book/records_book.h"
#include "service/delivery/dispatcher.h"
#include "service/receipt/password_checker.h"

namespace postern::app {

namespace {

constexpr std::chrono::seconds receipt_patience{20};
constexpr std::chrono::seconds delivery_grace{40};

class Gateway {
 public:
  Gateway(Settings settings, confine::Confined confined)
      : settings_(std::move(settings)), confined_(std::move(confined)) {}

  base::Result<> furnish();
  void run(Signals& signals);

 private:
  base::Result<> open_storage();
  base::Result<> open_trust();
  base::Result<> make_shards();
  base::Result<> open_listeners();
  base::Result<> open_listener(const ListenerSettings& settings);
  base::Result<std::unique_ptr<net::Listener>> bind(const ListenerSettings& settings,
                                                    net::Shard& shard, base::Endpoint& place);
  base::Result<> open_control();
  base::Result<> open_web();
  base::Result<> open_site();
  base::Result<> watch_routes();
  Status status() const;
  admin::ControlNeeds control_needs();

  void ask_stop();
  void ask_reload();
  void reload();
  net::Task<void> stop_when_asked();

  Settings settings_;
  confine::Confined confined_;
  std::string node_;
  std::unique_ptr<observe::Log> log_;
  observe::Metrics metrics_;
  std::unique_ptr<spool::Spool> spool_;
  std::unique_ptr<records::Records> records_;
  std::unique_ptr<service::RecordsBook> book_;
  std::unique_ptr<StsShelf> sts_shelf_;
  std::unique_ptr<TlsReports> tls_reports_;
  std::shared_ptr<const crypto::TrustStore> public_cas_;
  receipt::PasswordChecker passwords_;
  std::unique_ptr<receipt::ConnectionLedger> ledger_;
  std::vector<std::unique_ptr<ShardHost>> shards_;
  std::unique_ptr<delivery::Dispatcher> dispatcher_;
  std::multimap<std::string, int> inherited_;
  std::vector<BoundListener> bound_;

  net::Shard main_;
  net::Event stop_asked_{main_};
  std::unique_ptr<OwnCertificates> certificates_;
  std::unique_ptr<admin::Control> control_;
  std::unique_ptr<admin::Observation> observation_;
  std::unique_ptr<http::Server> control_server_;
  std::unique_ptr<http::Server> http_server_;
  std::string http_address_;
  std::unique_ptr<WebServer> web_;
  std::unique_ptr<PublicWeb> site_;
  std::unique_ptr<RouteWatch> route_watch_;
  std::atomic<bool> ready_{false};
};

base::Result<> Gateway::open_storage() {
  auto log = observe::open_log(log_settings(settings_));
  if (!log) return std::unexpected(log.error());
  log_ = std::move(*log);
  if (!confined_.why.empty()) log_->emit(observe::Event::rights_kept, {{"why", confined_.why}});
  auto spool =
      spool::Spool::open(spool_settings(settings_), static_cast<int>(settings_.gateway.node));
  if (!spool) return std::unexpected(spool.error());
  spool_ = std::move(*spool);
  auto records = records::Records::open(settings_.records_path());
  if (!records) return std::unexpected(records.error());
  records_ = std::move(*records);
  auto book = service::RecordsBook::start({.records = *records_,
                                           .spool = spool_.get(),
                                           .node = node_,
                                           .events = *log_,
                                           .metrics = metrics_,
                                           .keep_evidence = settings_.evidence.keep});
  if (!book) return std::unexpected(book.error());
  book_ = std::move(*book);
  auto shelf = StsShelf::open(settings_);
  if (!shelf) return std::unexpected(shelf.error());
  sts_shelf_ = std::move(*shelf);
  auto reports = TlsReports::open(settings_, *log_);
  if (!reports) return std::unexpected(reports.error());
  tls_reports_ = std::move(*reports);
  return {};
}

base::Result<> Gateway::open_trust() {
  std::string missing = crypto::missing_suites(settings_.tls.forbidden_suites);
  if (!missing.empty()) log_->emit(observe::Event::suites_missing, {{"suites", missing}});
  auto cas = crypto::TrustStore::public_cas(settings_.tls.ca_file);
  if (!cas) return std::unexpected(cas.error());
  public_cas_ = std::move(*cas);
  auto certificates = OwnCertificates::open({.shard = main_,
                                             .settings = settings_,
                                             .book = *book_,
                                             .public_cas = public_cas_,
                                             .events = *log_});
  if (!certificates) return std::unexpected(certificates.error());
  certificates_ = std::move(*certificates);
  return {};
}

base::Result<> Gateway::make_shards() {
  std::size_t count = settings_.gateway.shards > 0
                          ? static_cast<std::size_t>(settings_.gateway.shards)
                          : std::max(1U, std::thread::hardware_concurrency());
  std::vector<delivery::Dispatcher::OnShard> places;
  for (std::size_t i = 0; i < count; ++i) {
    auto host = std::make_unique<ShardHost>();
    crypto::ClientContext::Settings tls;
    tls.forbidden_suites = settings_.tls.forbidden_suites;
    auto furnished = host->furnish(resolver_settings(settings_), std::move(tls));
    if (!furnished) return furnished;
    host->host_policies({.fetch = {host->shard(), host->lookups(), host->tls(), public_cas_,
                                   sts_fetch_settings(settings_)},
                         .shelf = sts_shelf_.get(),
                         .book = book_.get(),
                         .events = log_.get()});
    places.push_back({host->shard(), host->lookups(), host->tls(), &host->policies(),
                      tls_reports_->counter_for(host->shard())});
    shards_.push_back(std::move(host));
  }
  dispatcher_ = std::make_unique<delivery::Dispatcher>(
      delivery::Dispatcher::Needs{*spool_, *book_, *log_, metrics_, public_cas_,
                                  &tls_reports_->mailbox()},
      delivery_settings(settings_), std::move(places));
  ledger_ = std::make_unique<receipt::ConnectionLedger>(affordable_connections(settings_, *log_));
  for (auto& host : shards_) {
    receipt::ReceiptService::Needs needs{.shard = host->shard(),
                                         .settings = receipt_settings(settings_),
                                         .spool = *spool_,
                                         .books = *book_,
                                         .contexts = certificates_->mail(),
                                         .passwords = passwords_,
                                         .ledger = *ledger_,
                                         .sink = *dispatcher_,
                                         .events = *log_,
                                         .metrics = metrics_};
    host->host_receipt(std::make_unique<receipt::ReceiptService>(std::move(needs)));
  }
  return {};
}

// The first shard binds; the others share the port that it got.
base::Result<std::unique_ptr<net::Listener>> Gateway::bind(const ListenerSettings& settings,
                                                           net::Shard& shard,
                                                           base::Endpoint& place) {
  if (settings.socket.empty()) {
    auto listener = net::listen(shard, place, net::Sharing::reuse_port);
    if (listener) place = (*listener)->local();
    return listener;
  }
  auto inherited = inherited_.find(settings.socket);
  if (inherited == inherited_.end()) {
    return base::fail(
        "listener", fmt::format("systemd passed no socket named \"{}\"; see FileDescriptorName= in "
                                "the socket unit",
                                settings.socket));
  }
  auto listener = net::listen_inherited(shard, dup(inherited->second));
  if (listener) place = (*listener)->local();
  return listener;
}

base::Result<> Gateway::open_listener(const ListenerSettings& settings) {
  base::Endpoint place = base::Endpoint::parse(settings.address).value_or(base::Endpoint{});
  for (auto& host : shards_) {
    auto listener = bind(settings, host->shard(), place);
    if (!listener) return std::unexpected(listener.error());
    host->receipt().add(listener_settings(settings), std::move(*listener));
  }
  bound_.push_back({settings.name, settings.role, settings.tls, place});
  return {};
}

base::Result<> Gateway::open_listeners() {
  inherited_ = inherited_sockets();
  for (const ListenerSettings& settings : settings_.listener) {
    if (auto opened = open_listener(settings); !opened) return opened;
  }
  for (const auto& [name, descriptor] : inherited_) close(descriptor);
  inherited_.clear();
  return {};
}

admin::ControlNeeds Gateway::control_needs() {
  return {.shard = main_,
          .spool = *spool_,
          .book = *book_,
          .events = *log_,
          .metrics = metrics_,
          .queue_changed = [this] { dispatcher_->queue_changed(); },
          .recalculate = [this] { dispatcher_->recalculate(); },
          .refresh = [this] { book_->refresh(); },
          .send_reports = [this] { tls_reports_->hurry(); },
          .certificates = [this] { return certificates_->json(); },
          .act_on_certificate =
              [this](const std::string& verb, const std::string& name) {
                return certificates_->act(verb, name);
              },
          .ready = [this] { return ready_.load(); },
          .status = [this] { return status_json(status()); }};
}

Status Gateway::status() const {
  return {.node = node_,
          .listeners = bound_,
          .http = http_address_,
          .web = web_ ? web_->url() : "",
          .site = site_ ? site_->https_address() : "",
          .site_http = site_ ? site_->http_address() : "",
          .ready = ready_.load(),
          .revision = book_->current()->revision()};
}

base::Result<> Gateway::open_control() {
  control_ = std::make_unique<admin::Control>(control_needs());
  control_server_ = std::make_unique<http::Server>(main_, *control_);
  auto socket = net::listen_unix(main_, settings_.control_path(), 0600);
  if (!socket) return std::unexpected(socket.error());
  control_server_->serve(std::move(*socket));
  if (settings_.http.address.empty()) return {};
  observation_ = std::make_unique<admin::Observation>(control_needs());
  http_server_ = std::make_unique<http::Server>(main_, *observation_);
  base::Endpoint at = base::Endpoint::parse(settings_.http.address).value_or(base::Endpoint{});
  auto listener = net::listen(main_, at, net::Sharing::exclusive);
  if (!listener) return std::unexpected(listener.error());
  http_address_ = (*listener)->local().to_string();
  http_server_->serve(std::move(*listener));
  return {};
}

base::Result<> Gateway::open_web() {
  if (settings_.admin.address.empty()) return {};
  auto web = WebServer::start({.control = control_needs(),
                               .settings = settings_,
                               .book = *book_,
                               .public_cas = public_cas_,
                               .sts_shelf = *sts_shelf_,
                               .dkim_key = tls_reports_->dkim_key(),
                               .own_certificates = *certificates_,
                               .listeners = bound_,
                               .node = node_,
                               .sink = *dispatcher_});
  if (!web) return std::unexpected(web.error());
  web_ = std::move(*web);
  return {};
}

base::Result<> Gateway::open_site() {
  if (settings_.site.https.empty() && settings_.site.http.empty()) return {};
  auto site = PublicWeb::start({.shard = main_,
                                .settings = settings_,
                                .book = *book_,
                                .public_cas = public_cas_,
                                .events = *log_,
                                .own_certificates = *certificates_});
  if (!site) return std::unexpected(site.error());
  site_ = std::move(*site);
  return {};
}

base::Result<> Gateway::watch_routes() {
  if (settings_.delivery.route_reproof == base::Duration(0)) return {};
  auto watch = RouteWatch::start({.shard = main_,
                                  .settings = settings_,
                                  .book = *book_,
                                  .public_cas = public_cas_,
                                  .events = *log_,
                                  .node = node_});
  if (!watch) return std::unexpected(watch.error());
  route_watch_ = std::move(*watch);
  return {};
}

base::Result<> Gateway::furnish() {
  node_ = node_name(settings_);
  using Step = base::Result<> (Gateway::*)();
  for (Step step : {&Gateway::open_storage, &Gateway::open_trust, &Gateway::make_shards,
                    &Gateway::open_listeners, &Gateway::open_control, &Gateway::open_web,
                    &Gateway::open_site, &Gateway::watch_routes}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  return {};
}

void Gateway::ask_stop() {
  main_.post([this] { stop_asked_.notify(); });
}

void Gateway::ask_reload() {
  main_.post([this] { reload(); });
}

// Certificates, log file and what stands in [tls] change at once; the rest of the file needs a
// restart, which the event says.
void Gateway::reload() {
  notify_reloading();
  log_->reopen();
  if (!settings_.file.empty()) {
    auto fresh = read_settings(settings_.file);
    if (!fresh) {
      log_->emit(observe::Event::configuration_refused, {{"reason", fresh.error().text}});
      notify_systemd("READY=1");
      return;
    }
    TlsSettings tls = fresh->tls;
    std::swap(fresh->tls, settings_.tls);
    bool more = *fresh != settings_;
    settings_.tls = std::move(tls);
    log_->emit(observe::Event::configuration_reloaded,
               {{"restart_needed", more ? "yes: settings outside [tls] changed" : "no"}});
  }
  certificates_->reload(settings_.tls);
  if (web_) web_->reload_certificates(settings_);
  if (site_) site_->reload_certificates(settings_);
  notify_systemd("READY=1");
}

net::Task<void> Gateway::stop_when_asked() {
  base::Deadline forever;
  (void)co_await stop_asked_.wait(forever);
  ready_ = false;
  notify_systemd("STOPPING=1");
  log_->emit(observe::Event::gateway_stopping, {});
  co_await certificates_->stop();
  for (auto& host : shards_) co_await host->stop_receipt(main_, receipt_patience);
  co_await tls_reports_->stop_sending(main_);
  co_await dispatcher_->drain(main_, delivery_grace);
  co_await tls_reports_->stop_counting(main_);
  for (auto& host : shards_) co_await host->stop_policies(main_);
  co_await control_server_->stop();
  if (http_server_) co_await http_server_->stop();
  if (web_) co_await web_->stop();
  if (site_) co_await site_->stop();
  if (route_watch_) co_await route_watch_->stop();
  main_.stop();
}

void Gateway::run(Signals& signals) {
  for (auto& host : shards_) host->run();
  shards_.front()->shard().post([this] { shards_.front()->policies().keep_fresh(); });
  shards_.front()->watch_dnssec(*log_);
  dispatcher_->start();
  tls_reports_->start_sending({.host = *shards_.front(),
                               .public_cas = public_cas_,
                               .book = *book_,
                               .spool = *spool_,
                               .sink = *dispatcher_});
  book_->on_change([this](const auto&) {
    dispatcher_->recalculate();
    certificates_->wake();
    main_.post([this] {
      if (route_watch_) route_watch_->book_changed();
    });
  });
  signals.watch([this] { ask_stop(); }, [this] { ask_reload(); });
  certificates_->start();
  net::TaskGroup stopping(main_);
  stopping.start(stop_when_asked());
  ready_ = true;
  for (const BoundListener& one : bound_) {
    log_->emit(observe::Event::gateway_started,
               {{"listener", one.name}, {"role", one.role}, {"address", one.place.to_string()}});
  }
  notify_systemd("READY=1\nSTATUS=accepting mail");
  main_.run();
  for (auto& host : shards_) host->end();
  route_watch_.reset();
  tls_reports_.reset();
  book_.reset();  // moves the last evidence to the records
  site_.reset();
  web_.reset();  // after the book, which tells it of changes
  dispatcher_.reset();
  shards_.clear();
  spool_.reset();  // everything that was accepted is on disk
  log_->emit(observe::Event::gateway_stopped, {});
}

}  // namespace

base::Result<> serve(Settings settings) {
  if (auto complaint = check_for_serving(settings)) {
    return base::fail("configuration",
                      (settings.file.empty() ? "defaults" : settings.file) + ": " + *complaint);
  }
  auto confined = prepare_process(settings);
  if (!confined) return std::unexpected(confined.error());
  Signals signals;  // before the first thread, which inherits what is blocked
  Gateway gateway(std::move(settings), *std::move(confined));
  if (auto furnished = gateway.furnish(); !furnished) return furnished;
  gateway.run(signals);
  return {};
}

}  // namespace postern::app
