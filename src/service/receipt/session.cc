#include "service/receipt/session.h"

#include <algorithm>
#include <utility>

#include "io/net/proxy.h"

namespace postern::receipt {
namespace {

constexpr std::size_t kReadBuffer = 16 << 10;  // one TLS record
constexpr std::chrono::seconds kLinger{2};
constexpr std::size_t kLingerBytes = 256 << 10;

dns::Domain domain_of(const std::string& host) {
  return dns::Domain::parse(host).value_or(dns::Domain());
}

}  // namespace

Session::Session(SessionParts parts, const ListenerSettings& listener,
                 ConnectionLedger::Ticket place)
    : parts_(std::move(parts)),
      listener_(listener),
      settings_(dialogue_settings()),
      home_(domain_of(parts_.settings.host)),
      link_{.shard = parts_.shard,
            .stream = nullptr,
            .cancellation = &parts_.sessions.cancellation(),
            .write_timeout = parts_.settings.limits.idle},
      place_(std::move(place)),
      turn_(parts_.shard, parts_.turns) {
  client_.role = listener.role;
}

smtp::ServerSettings Session::dialogue_settings() const {
  smtp::ServerSettings out;
  out.host = parts_.settings.host;
  out.limits = parts_.settings.limits;
  out.line_ends = listener_.line_ends;
  const bool tls = parts_.contexts.current() != nullptr;
  out.tls = tls ? smtp::TlsOffer::starttls : smtp::TlsOffer::none;
  out.auth = tls ? smtp::AuthOffer::under_tls : smtp::AuthOffer::none;
  return out;
}

std::uint64_t Session::progress() const { return dialogue_ ? dialogue_->progress() : 0; }
bool Session::idle() const { return dialogue_ && dialogue_->idle(); }

bool Session::is_proxy(const base::IpAddress& address) const {
  return std::ranges::any_of(listener_.proxies,
                             [&](const base::IpRange& range) { return range.contains(address); });
}

// Behind an internal listener may be strangers, too, who have yet to prove who they are.
bool Session::is_strange(const base::IpAddress& address) const {
  return listener_.role == policy::ListenerRole::world ||
         parts_.books.current()->sender_at(address) == nullptr;
}

void Session::take_stream(std::unique_ptr<net::Stream> stream) {
  const Pace& pace = *this;
  link_.stream = std::make_unique<PacedStream>(parts_.shard, std::move(stream), pace,
                                               settings_.limits.idle, parts_.stopping, turn_);
}

void Session::turn_away(std::string_view reason) {
  parts_.metrics.add(observe::Metric::sessions_refused_total, reason);
  parts_.events.emit(observe::Event::session_refused, {{"listener", listener_.name},
                                                       {"peer", client_.address.to_string()},
                                                       {"reason", std::string(reason)}});
}

net::Task<bool> Session::read_proxy(net::Socket& socket) {
  base::Deadline deadline = link_.within(parts_.settings.proxy_timeout);
  auto header = co_await net::read_proxy_header(socket, deadline);
  if (!header) {
    turn_away("bad-proxy-header");
    co_return false;
  }
  if (header->command == proxy::Command::proxy) client_.address = header->source.address;
  co_return true;
}

net::Task<bool> Session::secure(std::unique_ptr<net::Socket> socket, tls::Offer offer) {
  auto context = parts_.contexts.current();
  base::Endpoint peer{client_.address, socket->peer().port};
  base::Deadline deadline = link_.within(parts_.settings.handshake_timeout);
  if (!context) co_return false;
  const auto fallback =
      offer == tls::Offer::implicit ? crypto::Fallback::none : crypto::Fallback::plaintext;
  auto secured = co_await context->accept_tls(std::move(socket), fallback, deadline);
  if (!secured) {
    parts_.metrics.add(observe::Metric::receipt_tls_failures_total);
    parts_.events.emit(observe::Event::session_tls_failed, {{"listener", listener_.name},
                                                            {"peer", client_.address.to_string()},
                                                            {"why", secured.error().text}});
    co_return false;
  }
  client_.tls = observe_client(secured->facts, offer, peer);
  cipher_iana_ = secured->facts.cipher_iana;
  take_stream(std::move(secured->stream));
  parts_.metrics.add(observe::Metric::receipt_tls_total, tls::version_text(client_.tls.version));
  parts_.events.emit(observe::Event::session_secured,
                     {{"listener", listener_.name},
                      {"peer", client_.address.to_string()},
                      {"version", std::string(tls::version_text(client_.tls.version))},
                      {"cipher", client_.tls.cipher}});
  co_return true;
}

smtp::TlsWords Session::tls_words() const {
  const tls::Observation& seen = client_.tls;
  const bool safe = seen.version >= tls::Version::tls1_2 && !seen.anonymous && !seen.weak_suite;
  return {cipher_iana_, seen.group, safe ? smtp::Passwords::safe : smtp::Passwords::exposed};
}

net::Task<void> Session::run(std::unique_ptr<net::Socket> socket) {
  client_.address = socket->peer().address;
  client_.tls.peer = socket->peer();
  if (is_proxy(client_.address)) {
    const bool told = co_await read_proxy(*socket);
    if (!told) co_return;
  }
  parts_.metrics.add(observe::Metric::sessions_total, listener_.name);
  parts_.events.emit(observe::Event::session_opened,
                     {{"listener", listener_.name}, {"peer", client_.address.to_string()}});
  if (is_strange(client_.address)) {
    auto place_from_address = parts_.ledger.admit_from(client_.address);
    if (!place_from_address) {
      turn_away("too-many-from-address");
      base::Deadline deadline = link_.within(kLinger);
      std::string words = "421 4.7.0 " + settings_.host + " Too many connections from you.\r\n";
      if (listener_.tls == TlsStart::starttls) (void)co_await socket->write(words, deadline);
      co_return;
    }
    place_from_address_ = std::move(*place_from_address);
  }
  std::optional<smtp::TlsWords> words;
  if (listener_.tls == TlsStart::implicit) {
    const bool secured = co_await secure(std::move(socket), tls::Offer::implicit);
    if (!secured) co_return;
    words = tls_words();
  } else {
    take_stream(std::move(socket));
  }
  smtp::Doorkeeper& doorkeeper = *this;
  dialogue_.emplace(settings_, client_.address, std::move(words), doorkeeper);
  co_await converse();
  parts_.events.emit(observe::Event::session_closed,
                     {{"listener", listener_.name},
                      {"peer", client_.address.to_string()},
                      {"helo", dialogue_->hello()},
                      {"messages", std::to_string(dialogue_->messages())}});
}

net::Task<void> Session::converse() {
  std::unique_ptr<char[]> memory = std::make_unique_for_overwrite<char[]>(kReadBuffer);
  std::span<char> buffer(memory.get(), kReadBuffer);
  co_await net::run_dialogue(link_, *dialogue_, *this, buffer);
  if (link_.stream) co_await linger();
}

// A socket that is closed with unread bytes resets the connection, and the client may lose our last
// words, which say why the session ended.
net::Task<void> Session::linger() {
  std::array<char, 2048> waste;  // NOLINT: filled by the read
  std::span<char> into(waste);
  base::Deadline deadline = link_.within(kLinger);
  for (std::size_t total = 0; total < kLingerBytes;) {
    auto count = co_await link_.stream->read_some(into, deadline);
    if (!count || *count == 0) co_return;
    total += *count;
  }
}

net::Task<base::Result<>> Session::perform(smtp::StartTls, smtp::ServerDialogue& dialogue) {
  // Until here the stream is the socket that was accepted.
  auto paced = std::unique_ptr<PacedStream>(static_cast<PacedStream*>(link_.stream.release()));
  auto stream = paced->release();
  auto socket = std::unique_ptr<net::Socket>(static_cast<net::Socket*>(stream.release()));
  const bool secured = co_await secure(std::move(socket), tls::Offer::offered);
  if (!secured) co_return base::fail("handshake-failed", "The TLS handshake failed.");
  dialogue.on_tls(tls_words());
  co_return base::Result<>();
}

net::Task<base::Result<>> Session::perform(smtp::CheckPassword wanted,
                                           smtp::ServerDialogue& dialogue) {
  const std::string user = wanted.credentials->user;
  auto book = parts_.books.current();
  const policy::InternalSender* sender = book->sender_named(user);
  std::string hash = sender != nullptr ? sender->password_hash : std::string();
  std::string password = wanted.credentials->password;
  auto login = co_await parts_.passwords.check(parts_.shard, std::move(hash), std::move(password));
  if (login == smtp::Login::accepted) {
    client_.login = user;
  } else {
    parts_.events.emit(
        observe::Event::authentication_failed,
        {{"listener", listener_.name}, {"peer", client_.address.to_string()}, {"user", user}});
  }
  dialogue.on_login(login);
  co_return base::Result<>();
}

}  // namespace postern::receipt
