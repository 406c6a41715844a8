// For tests: a gateway's delivery side on one shard, with a queue on disk, a DNS from a map, a
// certificate authority of its own, and mail servers on loopback addresses, all on one port.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/route/testing.h"
#include "io/crypto/testing/forge.h"
#include "io/net/event.h"
#include "io/resolver/resolver.h"
#include "service/delivery/dispatcher.h"
#include "service/delivery/testing/peer.h"

namespace postern::delivery::testing {

using policy::testing::configuration;
using policy::testing::domain;
using policy::testing::kMain;
using policy::testing::kOther;
using policy::testing::policy_for;

class ZoneLookups : public resolver::Lookups {
 public:
  explicit ZoneLookups(const route::testing::Zone& zone) : zone_(zone) {}
  net::Task<dns::MxAnswer> mx(dns::Domain name, base::Deadline) override {
    co_return std::get<dns::MxAnswer>(zone_.ask({route::RecordType::mx, name}));
  }
  net::Task<dns::AddressAnswer> a(dns::Domain name, base::Deadline) override {
    co_return std::get<dns::AddressAnswer>(zone_.ask({route::RecordType::a, name}));
  }
  net::Task<dns::AddressAnswer> aaaa(dns::Domain name, base::Deadline) override {
    co_return std::get<dns::AddressAnswer>(zone_.ask({route::RecordType::aaaa, name}));
  }
  net::Task<dns::TlsaAnswer> tlsa(dns::Domain name, base::Deadline) override {
    co_return std::get<dns::TlsaAnswer>(zone_.ask({route::RecordType::tlsa, name}));
  }
  net::Task<dns::TxtAnswer> txt(dns::Domain, base::Deadline) override {
    co_return dns::TxtAnswer{};
  }
  net::Task<dns::NameAnswer> ptr(base::IpAddress, base::Deadline) override {
    co_return dns::NameAnswer{};
  }
  net::Task<dns::NameAnswer> cname(dns::Domain name, base::Deadline) override {
    co_return std::get<dns::NameAnswer>(zone_.ask({route::RecordType::cname, name}));
  }

 private:
  const route::testing::Zone& zone_;
};

// Remembers every event as "name field=value ..." and wakes who waits for one.
class EventMemory : public observe::EventSink {
 public:
  explicit EventMemory(net::Shard& shard) : changed(shard) {}
  void emit(observe::Event event, std::initializer_list<observe::Field> fields) override {
    std::string line(observe::event_info(event).name);
    for (const observe::Field& field : fields) {
      line += " " + std::string(field.name) + "=" + field.value;
    }
    lines.push_back(std::move(line));
    changed.notify();
  }
  [[nodiscard]] std::size_t count(std::string_view start) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(lines, [&](const auto& l) { return l.starts_with(start); }));
  }
  std::vector<std::string> lines;
  net::Event changed;
};

class ChangingBook : public service::BookSource {
 public:
  [[nodiscard]] std::shared_ptr<const policy::PolicyBook> current() const override { return book_; }
  void change(policy::Configuration configuration) {
    configuration.revision = ++revision_;
    policy::testing::number(configuration);
    book_ = std::make_shared<const policy::PolicyBook>(std::move(configuration));
  }

 private:
  std::int64_t revision_ = 0;
  std::shared_ptr<const policy::PolicyBook> book_;
};

class World {
 public:
  World()
      : events(shard),
        peers_(shard),
        authority_(crypto::testing::authority("Test CA")),
        lookups_(zone),
        tls_(crypto::ClientContext::make({}).value()) {
    book.change(configuration());
    const std::filesystem::path home(directory_.write("home", ""));
    spool::SpoolSettings queue;
    queue.directory = home.parent_path() / "queue";
    queue.reserve_bytes = 0;
    spool = spool::Spool::open(std::move(queue), 1).value();
    settings.connect.hostname = "gw.postern.example";
    settings.route.allow_special_addresses = true;
    settings.node = "test";
    // The first server finds a free port; the others use it on their own addresses.
    settings.route.smtp_port = 0;
  }

  // A server that a partner's MX names; 127.0.0.1, 127.0.0.2 ...
  Peer& peer(std::string_view address, Posture posture) {
    const base::Endpoint at{*base::IpAddress::parse(address), settings.route.smtp_port};
    peers.push_back(std::make_unique<Peer>(peers_, at, std::move(posture)));
    settings.route.smtp_port = peers.back()->port();
    return *peers.back();
  }
  // A posture with a certificate for `name`, of our CA or of nobody's.
  [[nodiscard]] Posture trusted(const std::string& name) { return with_certificate(name, true); }
  [[nodiscard]] Posture self_signed(const std::string& name) {
    return with_certificate(name, false);
  }

  // Runs a scenario with a dispatcher, then drains it.
  void run(std::function<net::Task<void>(World&)> scenario) {
    dispatcher = std::make_unique<Dispatcher>(
        Dispatcher::Needs{*spool, book, events, metrics, trust()}, settings,
        std::vector<Dispatcher::OnShard>{{shard, lookups_, *tls_}});
    dispatcher->start();
    shard.run_until_done(whole(std::move(scenario)));
  }

  // Puts a message into the queue as receipt would, and hands it over.
  net::Task<void> send(queue::Envelope envelope, queue::Destination destination, std::string body) {
    receipt::AcceptedMessage message = co_await store(envelope, destination, body);
    message.body = std::make_shared<const std::string>(std::move(body));
    dispatcher->accepted(std::move(message));
  }
  net::Task<receipt::AcceptedMessage> store(queue::Envelope envelope,
                                            queue::Destination destination, std::string body) {
    auto upload = spool->begin(shard);
    auto appended = co_await upload->append(body);
    if (!appended) throw std::runtime_error(appended.error().text);
    envelope.accepted = shard.wall_now();
    envelope.size = static_cast<std::int64_t>(body.size());
    std::vector<queue::Destination> destinations{std::move(destination)};
    std::vector<queue::Attempt> none;
    auto accepted =
        co_await spool->commit(shard, std::move(upload), envelope, std::move(destinations), none);
    if (!accepted) throw std::runtime_error(accepted.error().text);
    receipt::AcceptedMessage message;
    message.id = accepted->message;
    message.envelope = std::make_shared<const queue::Envelope>(std::move(envelope));
    message.deliveries = std::move(accepted->deliveries);
    co_return message;
  }

  // Waits until so many events of this name were told.
  net::Task<bool> until(std::string start, std::size_t count) {
    base::Deadline deadline{shard.now() + std::chrono::seconds(20), nullptr};
    for (;;) {
      events.changed.reset();
      if (events.count(start) >= count) co_return true;
      auto changed = co_await events.changed.wait(deadline);
      if (!changed) co_return false;
    }
  }

  [[nodiscard]] resolver::Lookups& lookups() { return lookups_; }
  [[nodiscard]] crypto::ClientContext& client_tls() { return *tls_; }
  [[nodiscard]] std::shared_ptr<const crypto::TrustStore> trust() const {
    return crypto::testing::trust_in(authority_);
  }

  net::Shard shard;
  EventMemory events;
  observe::Metrics metrics;
  ChangingBook book;
  route::testing::Zone zone;
  DeliverySettings settings;
  std::unique_ptr<spool::Spool> spool;
  std::vector<std::unique_ptr<Peer>> peers;
  std::unique_ptr<Dispatcher> dispatcher;
  std::vector<spool::MessageInfo> left;  // in the queue, once run() is over

 private:
  net::Task<void> whole(std::function<net::Task<void>(World&)> scenario) {
    co_await scenario(*this);
    std::chrono::seconds grace(20);
    co_await dispatcher->drain(shard, grace);
    spool::ListFilter everything;
    auto listed = co_await spool->list(shard, everything);
    left = listed.value();
    for (auto& each : peers) each->stop_listening();
    peers_.cancel();
    co_await peers_.join();
  }

  Posture with_certificate(const std::string& name, bool trusted) {
    crypto::testing::Wanted wanted;
    wanted.common_name = name;
    wanted.alternative_names = "DNS:" + name;
    const auto issued = crypto::testing::issue(wanted, trusted ? &authority_ : nullptr);
    const std::string stem = std::to_string(++certificates_);
    crypto::ServerContext::Settings server;
    server.identities = {{directory_.write(stem + ".pem", issued.pem()),
                          directory_.write(stem + ".key", issued.key_pem())}};
    Posture posture;
    posture.tls = crypto::ServerContext::make(std::move(server)).value();
    return posture;
  }

  crypto::testing::Directory directory_;
  net::TaskGroup peers_;
  crypto::testing::Issued authority_;
  ZoneLookups lookups_;
  std::unique_ptr<crypto::ClientContext> tls_;
  int certificates_ = 0;
};

// A message from us to people at one domain.
inline queue::Envelope envelope_from(std::string sender) {
  queue::Envelope envelope;
  envelope.account = kMain;
  envelope.sender = std::move(sender);
  return envelope;
}
inline queue::Destination to(std::vector<std::string> addresses,
                             queue::Leg leg = queue::Leg::external) {
  queue::Destination destination;
  destination.leg = leg;
  for (std::string& address : addresses) {
    destination.domain = domain(address.substr(address.find('@') + 1));
    destination.recipients.push_back({std::move(address), "", 0});
  }
  return destination;
}
inline constexpr std::string_view kMessage =
    "From: me@postern.example\r\nSubject: hello\r\n\r\n.dot\r\nbye\r\n";

}  // namespace postern::delivery::testing
