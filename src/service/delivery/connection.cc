#include "service/delivery/connection.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/queue/attempt.h"

namespace postern::delivery {

namespace {

std::string label_of(const route::HostPlan& host, const base::IpAddress& address) {
  if (host.host.empty()) return host.label;
  return fmt::format("{} [{}]", host.host.text(), address.to_string());
}

}  // namespace

// Does for the dialogue what is not plain input and output.
class Connection::Actor {
 public:
  Actor(Connection& connection, BodySource* body) : connection_(connection), body_(body) {}

  net::Task<base::Result<>> perform(smtp::StartTls, smtp::ClientDialogue& dialogue) {
    // Until here the stream is the socket that connect() made.
    std::unique_ptr<net::Socket> socket(
        static_cast<net::Socket*>(connection_.link_.stream.release()));
    base::Deadline deadline = connection_.link_.within(connection_.aim_.timeouts.starttls);
    auto secured = co_await connection_.parts_.tls.connect_tls(std::move(socket),
                                                               connection_.hello(), deadline);
    if (!secured) co_return std::unexpected(secured.error());
    connection_.link_.stream = std::move(secured->stream);
    dialogue.on_tls(std::move(secured->observation));
    co_return base::Result<>{};
  }

  net::Task<base::Result<>> perform(smtp::SendBody how, smtp::ClientDialogue& dialogue) {
    base::Deadline deadline = connection_.link_.within(connection_.link_.write_timeout);
    auto written = co_await body_->write_to(*connection_.link_.stream, how, deadline);
    if (written) dialogue.on_body_sent();
    co_return written;
  }

  net::Task<base::Result<>> perform(smtp::InspectBody, smtp::ClientDialogue& dialogue) {
    auto traits = co_await body_->inspect();
    if (!traits) co_return std::unexpected(traits.error());
    dialogue.on_inspected(*traits);
    co_return base::Result<>{};
  }

 private:
  Connection& connection_;
  BodySource* body_;  // null until a message is sent: no state before that asks for it
};

Connection::Connection(ConnectionParts parts, route::HostPlan host, base::IpAddress address,
                       ConnectionAim aim)
    : parts_(std::move(parts)),
      host_(std::move(host)),
      address_(address),
      aim_(std::move(aim)),
      label_(label_of(host_, address_)),
      link_{.shard = parts_.shard, .stream = nullptr, .cancellation = parts_.cancellation} {}

Connection::~Connection() { close(); }

smtp::ClientSetup Connection::setup(smtp::TlsUse use, tls::Observation seen) const {
  smtp::ClientSetup out;
  out.helo_name = parts_.helo_name;
  out.label = label_;
  out.timeouts = aim_.timeouts;
  out.purpose = aim_.purpose;
  out.tls = use;
  out.start = host_.start;
  out.login = host_.login;
  out.requirement = host_.requirement;
  out.observation = std::move(seen);
  out.rehearse_recipient = aim_.rehearse_recipient;
  return out;
}

// The key holds all that the verdict of a resumed session depends on: account (its trust anchors
// and policies), host, address, port, and the demands in force.
crypto::ClientHello Connection::hello() const {
  crypto::ClientHello out;
  out.server_name = host_.host;
  out.profile = tls::handshake_profile(host_.requirement);
  out.trust = parts_.trust;
  out.tlsa = host_.tlsa;
  out.dane_names = host_.dane_names;
  if (aim_.purpose == smtp::Purpose::deliver) {
    out.resumption_key = fmt::format("{}|{}|{}|{}|{}", aim_.account.value, host_.host.text(),
                                     address_.to_string(), host_.port, host_.requirement.digest());
  }
  return out;
}

net::Task<void> Connection::open_once(smtp::TlsUse use, tls::Observation seen) {
  base::Deadline deadline = link_.within(parts_.connect_timeout);
  base::Endpoint to{address_, host_.port};
  base::IpAddress from = address_.is_v4() ? parts_.source_ipv4 : parts_.source_ipv6;
  auto socket = co_await net::connect(parts_.shard, to, from, deadline);
  if (!socket) {
    connect_problem_ = smtp::ClientProblem{.kind = smtp::ClientProblem::Kind::connection,
                                           .status = queue::status_for_now(socket.error(), label_),
                                           .unmet = {}};
    co_return;
  }
  link_.stream = std::move(*socket);
  smtp::ClientSetup made = setup(use, std::move(seen));
  dialogue_ = std::make_unique<smtp::ClientDialogue>(std::move(made), aim_.keep);
  co_await run(nullptr);
}

net::Task<void> Connection::open() {
  tls::Observation nothing;
  nothing.host = host_.host;
  nothing.peer = {address_, host_.port};
  co_await open_once(smtp::TlsUse::as_offered, std::move(nothing));
  if (!dialogue_ || !dialogue_->wants_plaintext()) co_return;
  earlier_lines_ = dialogue_->transcript().lines();
  tls::Observation seen = dialogue_->observation();
  dialogue_.reset();
  close();
  co_await open_once(smtp::TlsUse::never, std::move(seen));
}

net::Task<void> Connection::run(BodySource* body) {
  std::array<char, 4096> buffer;  // NOLINT: filled by the read
  Actor actor(*this, body);
  std::span<char> into(buffer);
  co_await net::run_dialogue(link_, *dialogue_, actor, into);
}

net::Task<void> Connection::send(BodySource& body) { co_await run(&body); }

net::Task<void> Connection::quit() {
  if (ready()) {
    dialogue_->quit();
    co_await run(nullptr);
  }
  close();
}

void Connection::close() {
  if (link_.stream) link_.stream->close();
  link_.stream.reset();
}

std::optional<smtp::ClientProblem> Connection::problem() const {
  if (dialogue_) return dialogue_->problem();
  return connect_problem_;
}

tls::Observation Connection::observation() const {
  if (dialogue_) return dialogue_->observation();
  tls::Observation nothing;
  nothing.host = host_.host;
  nothing.peer = {address_, host_.port};
  return nothing;
}

std::vector<smtp::Transcript::Line> Connection::transcript() const {
  std::vector<smtp::Transcript::Line> lines = earlier_lines_;
  if (dialogue_) {
    const auto& last = dialogue_->transcript().lines();
    lines.insert(lines.end(), last.begin(), last.end());
  }
  return lines;
}

}  // namespace postern::delivery
