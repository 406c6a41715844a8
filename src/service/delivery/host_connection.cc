#include "service/delivery/host_connection.h"

#include <array>
#include <utility>

#include "core/dane/tlsa_text.h"
#include "core/smtp/client_status.h"

namespace postern::delivery {
namespace {

constexpr std::size_t kReadBuffer = 4096;

// Carries out the steps of the dialogue that are not plain input and output.
class Actor {
 public:
  Actor(net::Link& link, HostNeeds needs, crypto::ClientHello hello)
      : link_(link), needs_(std::move(needs)), hello_(std::move(hello)) {}

  void carry(MessageBody* body) { body_ = body; }

  net::Task<base::Result<>> perform(smtp::StartTls, smtp::ClientDialogue& dialogue) {
    // Until now it was the plain socket that connect() gave.
    std::unique_ptr<net::Socket> socket(static_cast<net::Socket*>(link_.stream.release()));
    base::Deadline deadline = link_.within(needs_.settings.timeouts.starttls);
    auto secured = co_await needs_.tls.connect_tls(std::move(socket), hello_, deadline);
    if (!secured) co_return std::unexpected(secured.error());
    link_.stream = std::move(secured->stream);
    dialogue.on_tls(std::move(secured->observation));
    co_return base::Result<>();
  }

  net::Task<base::Result<>> perform(smtp::InspectBody, smtp::ClientDialogue& dialogue) {
    auto traits = body_->inspect();
    if (!traits) co_return std::unexpected(traits.error());
    dialogue.on_inspected(*traits);
    co_return base::Result<>();
  }

  net::Task<base::Result<>> perform(smtp::SendBody step, smtp::ClientDialogue& dialogue) {
    MessageBody::Way way{step, link_.cancellation, needs_.settings.block_timeout};
    auto sent = co_await body_->send(link_.shard, *link_.stream, way);
    if (!sent) co_return std::unexpected(sent.error());
    dialogue.on_body_sent();
    co_return base::Result<>();
  }

 private:
  net::Link& link_;
  HostNeeds needs_;
  crypto::ClientHello hello_;
  MessageBody* body_ = nullptr;
};

// The dialogue, and somebody who is told each of its phrases.
class Watched {
 public:
  Watched(smtp::ClientDialogue& dialogue, const std::function<void(std::string_view)>& doing)
      : dialogue_(dialogue), doing_(doing) {}

  std::string& output() { return dialogue_.output(); }
  smtp::ClientStep step() {
    if (doing_ && told_ != dialogue_.phrase()) {
      told_ = dialogue_.phrase();
      doing_(told_);
    }
    return dialogue_.step();
  }
  void on_input(std::string_view bytes) { dialogue_.on_input(bytes); }
  void on_closed(const base::Failure& failure) { dialogue_.on_closed(failure); }
  void on_timeout() { dialogue_.on_timeout(); }
  // The actor works on the dialogue itself.
  operator smtp::ClientDialogue&() { return dialogue_; }  // NOLINT: it stands for it

 private:
  smtp::ClientDialogue& dialogue_;
  const std::function<void(std::string_view)>& doing_;
  std::string_view told_;
};

smtp::ClientSetup setup_for(const HostNeeds& needs, const HostTask& task, smtp::TlsUse tls,
                            tls::Observation observation) {
  smtp::ClientSetup setup;
  setup.helo_name = needs.settings.hostname;
  setup.label = host_label(*task.host, task.address);
  setup.timeouts = needs.settings.timeouts;
  setup.purpose = task.purpose;
  setup.tls = tls;
  setup.start = task.host->start;
  setup.login = task.host->login;
  setup.requirement = task.host->requirement;
  setup.observation = std::move(observation);
  setup.rehearse_recipient = task.rehearse_recipient;
  return setup;
}

crypto::ClientHello hello_for(const HostNeeds& needs, const HostTask& task, std::string key) {
  crypto::ClientHello hello;
  hello.server_name = task.host->server_name;
  hello.profile = tls::handshake_profile(task.host->requirement);
  hello.trust = needs.trust;
  hello.tlsa = task.host->dane.records;
  hello.dane_names = task.host->dane_names;
  // A probe must see a whole handshake, not the memory of one.
  if (task.purpose == smtp::Purpose::deliver) hello.resumption_key = std::move(key);
  return hello;
}

tls::Observation nothing_seen(const HostTask& task) {
  tls::Observation seen;
  seen.host = task.host->host;
  seen.peer = base::Endpoint{task.address, task.host->port};
  return seen;
}

base::IpAddress source_for(const ConnectSettings& settings, const base::IpAddress& to) {
  return to.is_v4() ? settings.source_ipv4 : settings.source_ipv6;
}

net::Task<base::Result<std::unique_ptr<net::Socket>>> connect_to(HostNeeds needs,
                                                                 base::Endpoint peer) {
  base::Deadline deadline{needs.shard.now() + needs.settings.connect_timeout, needs.cancellation};
  base::IpAddress source = source_for(needs.settings, peer.address);
  auto socket = co_await net::connect(needs.shard, peer, source, deadline);
  co_return socket;
}

OpenedHost not_connected(const HostTask& task, const base::Failure& failure) {
  OpenedHost opened;
  opened.observation = nothing_seen(task);
  base::Failure why = failure;
  if (why.code == "timeout") why.code = "connection-timeout";
  smtp::ClientProblem problem;
  problem.kind = smtp::ClientProblem::Kind::connection;
  problem.status = smtp::status_of_failure(why, host_label(*task.host, task.address), "connecting");
  opened.problem = std::move(problem);
  opened.verdict = tls::judge(task.host->requirement, opened.observation);
  return opened;
}

}  // namespace

std::string connection_key(const HostTask& task) {
  const route::HostPlan& host = *task.host;
  std::string key = std::to_string(task.account.value);
  key += '|';
  key += host.host.text();
  key += '|';
  key += base::Endpoint{task.address, host.port}.to_string();
  key += host.start == policy::TlsStart::implicit ? "|i|" : "|s|";
  key += task.digest;
  // What a handshake was matched against belongs to its verdict: after a change of the records no
  // session that matched the old ones is used again.
  for (const dns::Tlsa& record : host.dane.records) key += '|' + dane::zone_text(record);
  if (host.login) key += '|' + host.login->user + '|' + host.login->password;
  return key;
}

std::string host_label(const route::HostPlan& host, const base::IpAddress& address) {
  if (host.host.empty()) return host.label;
  return host.label + " [" + address.to_string() + "]";
}

struct HostConnection::Parts {
  Parts(const HostNeeds& needs, const HostTask& task, std::unique_ptr<net::Socket> socket,
        smtp::ClientSetup setup, const std::string& key)
      : link{needs.shard, std::move(socket), needs.cancellation},
        dialogue(std::move(setup), task.keep),
        doing(task.doing),
        actor(link, needs, hello_for(needs, task, key)) {}

  net::Link link;
  smtp::ClientDialogue dialogue;
  std::function<void(std::string_view)> doing;
  Actor actor;
  std::array<char, kReadBuffer> buffer{};
};

HostConnection::HostConnection(HostNeeds needs, const HostTask& task,
                               std::unique_ptr<net::Socket> socket, smtp::TlsUse tls,
                               tls::Observation observation)
    : key_(connection_key(task)) {
  smtp::ClientSetup setup = setup_for(needs, task, tls, std::move(observation));
  parts_ = std::make_unique<Parts>(needs, task, std::move(socket), std::move(setup), key_);
}

HostConnection::~HostConnection() = default;

const smtp::ClientDialogue& HostConnection::dialogue() const { return parts_->dialogue; }

net::Task<void> HostConnection::talk() {
  Parts& parts = *parts_;
  Watched watched(parts.dialogue, parts.doing);
  co_await net::run_dialogue(parts.link, watched, parts.actor, parts.buffer);
}

net::Task<std::optional<tls::Unmet>> HostConnection::carry(const smtp::OutgoingMessage& message,
                                                           MessageBody& body,
                                                           const tls::Requirement& requirement) {
  parts_->actor.carry(&body);
  auto assigned = parts_->dialogue.assign(message, requirement);
  if (!assigned) co_return assigned.error();
  co_await talk();
  parts_->actor.carry(nullptr);
  co_return std::nullopt;
}

net::Task<void> HostConnection::quit() {
  if (!parts_->dialogue.ready()) co_return;
  parts_->dialogue.quit();
  co_await talk();
}

void HostConnection::close() {
  if (parts_->link.stream) parts_->link.stream->close();
}

net::Task<OpenedHost> open_host(HostNeeds needs, HostTask task) {
  base::Endpoint peer{task.address, task.host->port};
  tls::Observation observation = nothing_seen(task);
  smtp::TlsUse use = smtp::TlsUse::as_offered;
  std::vector<smtp::Transcript::Line> lines;
  for (;;) {
    if (task.doing) task.doing("connecting");
    auto socket = co_await connect_to(needs, peer);
    if (!socket) co_return not_connected(task, socket.error());
    const base::IpAddress from = (*socket)->local().address;
    auto connection = std::make_unique<HostConnection>(needs, task, *std::move(socket), use,
                                                       std::move(observation));
    co_await connection->talk();
    const smtp::ClientDialogue& dialogue = connection->dialogue();
    observation = dialogue.observation();
    const auto& said = dialogue.transcript().lines();
    lines.insert(lines.end(), said.begin(), said.end());
    if (dialogue.wants_plaintext() && use == smtp::TlsUse::as_offered) {
      use = smtp::TlsUse::never;
      continue;
    }
    OpenedHost opened;
    opened.problem = dialogue.problem();
    opened.from = from;
    opened.observation = std::move(observation);
    // A connection that never came to the gate has proved nothing.
    opened.verdict = tls::judge(task.host->requirement, opened.observation);
    opened.transcript = std::move(lines);
    if (dialogue.result() != nullptr) opened.rehearsal = *dialogue.result();
    if (dialogue.ready()) opened.connection = std::move(connection);
    co_return opened;
  }
}

}  // namespace postern::delivery
