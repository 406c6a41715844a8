#include "app/gateway/tls_reports.h"

#include <utility>

#include "app/wiring.h"
#include "io/net/handoff.h"

namespace postern::app {
namespace {

net::Task<void> stop_here(tlsrpt::SessionCounter& counter, net::Sender<bool> done) {
  co_await counter.stop();
  done.set(true);
}

net::Task<void> stop_here(tlsrpt::Reporter& reporter, net::Sender<bool> done) {
  co_await reporter.stop();
  done.set(true);
}

}  // namespace

base::Result<std::unique_ptr<TlsReports>> TlsReports::open(const Settings& settings,
                                                           observe::EventSink& events) {
  auto shelf = TlsReportShelf::open(settings);
  if (!shelf) return std::unexpected(shelf.error());
  std::unique_ptr<TlsReports> reports(new TlsReports(settings, events, *std::move(shelf)));
  if (!settings.tls_reports.send) return reports;
  auto key = crypto::DkimKey::load_or_make(settings.dkim_key_path());
  if (!key) return std::unexpected(key.error());
  reports->key_ = *std::move(key);
  return reports;
}

delivery::SessionWatch* TlsReports::counter_for(net::Shard& shard) {
  if (!settings_.tls_reports.send) return nullptr;
  counting_.emplace_back(new Counting{shard, net::TaskGroup(shard),
                                      tlsrpt::SessionCounter({shard, *shelf_, events_})});
  return &counting_.back()->counter;
}

void TlsReports::start_sending(Sending sending) {
  if (!settings_.tls_reports.send) return;
  net::Shard& shard = sending.host.shard();
  https::Needs https{shard, sending.host.lookups(), sending.host.tls(), sending.public_cas,
                     https_reach(settings_)};
  reporter_ = std::make_unique<tlsrpt::Reporter>(
      tlsrpt::Reporter::Needs{.https = std::move(https),
                              .shelf = *shelf_,
                              .book = sending.book,
                              .spool = sending.spool,
                              .sink = sending.sink,
                              .events = events_,
                              .key = key_,
                              .settings = reporter_settings(settings_),
                              .keep = settings_.evidence.keep});
  sending_on_ = &shard;
  chores_ = std::make_unique<net::TaskGroup>(shard);
  shard.post([this] { reporter_->start(); });
}

void TlsReports::hurry() {
  if (reporter_) reporter_->hurry();
}

net::Task<void> TlsReports::stop_sending(net::Shard& caller) {
  if (!reporter_) co_return;
  net::HandoffPair<bool> pair = net::handoff<bool>(caller);
  sending_on_->post([this, done = std::move(pair.sender)]() mutable {
    chores_->start(stop_here(*reporter_, std::move(done)));
  });
  (void)co_await pair.receiver;
}

net::Task<void> TlsReports::stop_counting(net::Shard& caller) {
  for (const auto& one : counting_) {
    net::HandoffPair<bool> pair = net::handoff<bool>(caller);
    Counting* counting = one.get();
    counting->shard.post([counting, done = std::move(pair.sender)]() mutable {
      counting->chores.start(stop_here(counting->counter, std::move(done)));
    });
    (void)co_await pair.receiver;
  }
}

}  // namespace postern::app
