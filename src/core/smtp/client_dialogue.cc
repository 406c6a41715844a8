#include "core/smtp/client_dialogue.h"

#include <utility>

#include "core/base/text.h"
#include "core/smtp/client_status.h"

namespace postern::smtp {

using Kind = ClientProblem::Kind;
using Loss = ClientTransaction::Loss;

ClientDialogue::ClientDialogue(ClientSetup setup, Transcript::Keep keep)
    : setup_(std::move(setup)), voice_(keep) {
  if (setup_.start == policy::TlsStart::implicit) {
    setup_.observation.offer = tls::Offer::implicit;
    state_ = State::securing;
  }
}

ClientStep ClientDialogue::step() const {
  switch (state_) {
    case State::securing:
      return StartTls{};
    case State::ready:
      return Idle{};
    case State::over:
      return Finished{ending_};
    case State::transaction:
      break;
    default:
      return AwaitInput{timeout()};
  }
  switch (transaction_->wants()) {
    case ClientTransaction::Wants::inspection:
      return InspectBody{};
    case ClientTransaction::Wants::body:
      return transaction_->body_step();
    default:
      return AwaitInput{timeout()};
  }
}

std::string_view ClientDialogue::phrase() const {
  switch (state_) {
    case State::greeting:
      return "waiting for the greeting";
    case State::hello:
      return "saying EHLO";
    case State::hello_plain:
      return "saying HELO";
    case State::starttls:
      return "asking for STARTTLS";
    case State::securing:
      return "negotiating TLS";
    case State::hello_secured:
      return "saying EHLO under TLS";
    case State::login:
      return "logging in";
    case State::ready:
      return "waiting for the next message";
    case State::transaction:
      return transaction_->phrase();
    case State::resetting:
      return "taking the test back";
    case State::quitting:
      return "saying goodbye";
    case State::over:
      return "done";
  }
  return "";
}

std::chrono::milliseconds ClientDialogue::timeout() const {
  const ClientTimeouts& timeouts = setup_.timeouts;
  switch (state_) {
    case State::greeting:
      return timeouts.greeting;
    case State::hello:
    case State::hello_plain:
    case State::hello_secured:
      return timeouts.hello;
    case State::starttls:
    case State::securing:
      return timeouts.starttls;
    case State::login:
      return timeouts.login;
    case State::transaction:
      return transaction_->timeout();
    default:
      return timeouts.quit;
  }
}

// --- input ---------------------------------------------------------------------------------------

bool ClientDialogue::awaits_reply() const { return outstanding() > 0; }

std::size_t ClientDialogue::outstanding() const {
  switch (state_) {
    case State::securing:
    case State::ready:
    case State::over:
      return 0;
    case State::transaction:
      return transaction_->outstanding();
    default:
      return 1;
  }
}

// A reply belongs to a command that was sent before it came. Bytes beyond the replies that were
// outstanding when they arrived are somebody's injection, or a broken server: with STARTTLS they
// would be read as if TLS had protected them (RFC 3207 4.2, CVE-2021-38371), so the dialogue ends.
void ClientDialogue::on_input(std::string_view bytes) {
  std::size_t allowed = outstanding();
  while (!bytes.empty() && state_ != State::over) {
    if (allowed == 0) {
      protocol_error("response-injected",
                     state_ == State::securing
                         ? "it sent more than the answer to STARTTLS before TLS began, which "
                           "somebody on the way may have put there"
                         : "it sent a reply that nobody had asked for");
      return;
    }
    switch (parser_.feed(bytes)) {
      case ReplyParser::Status::incomplete:
        return;
      case ReplyParser::Status::malformed:
        // How it says goodbye changes nothing of what it did.
        if (state_ == State::quitting) return on_timeout();
        return protocol_error("reply-malformed", parser_.problem());
      case ReplyParser::Status::complete:
        break;
    }
    --allowed;
    const Reply reply = parser_.take();
    voice_.transcript().add(Transcript::Speaker::server, reply.one_line());
    on_reply(reply);
  }
}

void ClientDialogue::on_reply(const Reply& reply) {
  // RFC 5321 3.8: 421 may answer any command, and the peer closes.
  if (reply.code == 421 && state_ != State::quitting) return on_closing(reply);
  switch (state_) {
    case State::greeting:
      return on_greeting(reply);
    case State::hello:
      return on_hello(reply);
    case State::hello_plain:
      return on_hello_plain(reply);
    case State::starttls:
      return on_starttls(reply);
    case State::hello_secured:
      return on_hello_secured(reply);
    case State::login:
      return on_login(reply);
    case State::transaction:
      return on_transaction(reply);
    case State::resetting:
      return say_quit();
    case State::quitting:
      state_ = State::over;
      return;
    case State::securing:
    case State::ready:
    case State::over:
      return;
  }
}

void ClientDialogue::on_greeting(const Reply& reply) {
  if (!reply.positive()) return end_refused(reply, Kind::refused, "greeting-rejected");
  say_hello(setup_.start == policy::TlsStart::implicit ? State::hello_secured : State::hello);
}

void ClientDialogue::say_hello(State next) {
  voice_.say("EHLO " + setup_.helo_name);
  state_ = next;
}

void ClientDialogue::learn(const Reply& hello) {
  capabilities_ = parse_capabilities(hello);
  setup_.observation.extensions = capabilities_.keywords;
}

void ClientDialogue::on_hello(const Reply& reply) {
  if (reply.positive()) {
    learn(reply);
    if (setup_.tls == TlsUse::never) return enter_gate();
    if (!capabilities_.starttls) {
      setup_.observation.offer = tls::Offer::not_offered;
      return enter_gate();
    }
    setup_.observation.offer = tls::Offer::offered;
    voice_.say("STARTTLS");
    state_ = State::starttls;
    return;
  }
  if (reply.transient()) return end_refused(reply, Kind::refused, "ehlo-rejected");
  // HELO cannot offer TLS: it is of use only where plaintext passes the gate (RFC 5321 3.2).
  if (setup_.tls == TlsUse::as_offered) setup_.observation.offer = tls::Offer::not_offered;
  const auto proved = Proved::by(setup_.requirement, setup_.observation);
  if (!proved) return end_unmet(proved.error());
  voice_.say("HELO " + setup_.helo_name);
  state_ = State::hello_plain;
}

void ClientDialogue::on_hello_plain(const Reply& reply) {
  if (!reply.positive()) return end_refused(reply, Kind::refused, "ehlo-rejected");
  enter_gate();
}

void ClientDialogue::on_starttls(const Reply& reply) {
  if (reply.code == 220) {
    state_ = State::securing;
    return;
  }
  setup_.observation.offer = tls::Offer::refused;
  setup_.observation.detail = reply.one_line();
  enter_gate();  // with what EHLO said: the session is as it was (RFC 3207 4)
}

void ClientDialogue::on_tls(tls::Observation handshake) {
  const tls::Offer offer = setup_.observation.offer;
  handshake.host = setup_.observation.host;
  handshake.peer = setup_.observation.peer;
  handshake.offer = offer;
  setup_.observation = std::move(handshake);
  if (!setup_.observation.encrypted()) return handshake_failed();
  capabilities_ = {};  // RFC 3207 4.2: what was said before TLS is forgotten
  voice_.transcript().add(Transcript::Speaker::note,
                          std::string(tls::version_text(setup_.observation.version)) + ", " +
                              setup_.observation.cipher);
  if (setup_.start == policy::TlsStart::implicit) {
    state_ = State::greeting;
    return;
  }
  say_hello(State::hello_secured);
}

// Nothing can be said on this connection any more. The gate tells whether one without TLS would do;
// the owner opens it, with TlsUse::never and this observation.
void ClientDialogue::handshake_failed() {
  setup_.observation.handshake = tls::Handshake::failed;
  ending_ = Ending::abrupt;
  voice_.transcript().add(Transcript::Speaker::note,
                          "the TLS handshake failed: " + setup_.observation.detail);
  const auto proved = Proved::by(setup_.requirement, setup_.observation);
  if (!proved) {
    verdict_.unmet = proved.error();
    return stop_with({Kind::unmet, status_of_unmet(proved.error(), setup_.label), proved.error()});
  }
  verdict_ = proved->verdict();
  wants_plaintext_ = setup_.start == policy::TlsStart::starttls && setup_.purpose != Purpose::probe;
  const base::Failure failure{"handshake-failed", setup_.observation.detail, ""};
  stop_with({Kind::connection, status_of_failure(failure, setup_.label, "negotiating TLS"), {}});
}

void ClientDialogue::on_hello_secured(const Reply& reply) {
  if (!reply.positive()) return end_refused(reply, Kind::refused, "ehlo-rejected");
  learn(reply);
  enter_gate();
}

// --- endings -------------------------------------------------------------------------------------

void ClientDialogue::quit() { say_quit(); }

void ClientDialogue::say_quit() {
  voice_.say("QUIT");
  state_ = State::quitting;
}

void ClientDialogue::stop_with(ClientProblem problem) {
  if (!problem_) problem_ = std::move(problem);
  state_ = State::over;
}

void ClientDialogue::end_unmet(const tls::Unmet& unmet) {
  verdict_ = tls::judge(setup_.requirement, setup_.observation);
  stop_with({Kind::unmet, status_of_unmet(unmet, setup_.label), unmet});
  say_quit();
}

void ClientDialogue::end_refused(const Reply& reply, Kind kind, std::string_view code) {
  queue::Status status = status_of_reply(reply, code, setup_.label, phrase());
  // It speaks of the connection, not of the message: another host, or another time, may do.
  status.enhanced = with_class(status.enhanced, '4');
  stop_with({kind, std::move(status), {}});
  say_quit();
}

void ClientDialogue::on_closing(const Reply& reply) {
  const std::string_view code = state_ == State::greeting ? "greeting-rejected" : "session-ended";
  lose(status_of_reply(reply, code, setup_.label, phrase()), Kind::refused, Loss::by_peer);
}

void ClientDialogue::on_closed(const base::Failure& failure) {
  if (state_ == State::over) return;
  if (state_ == State::quitting) {
    state_ = State::over;
    return;
  }
  const bool by_peer = failure.code != "cancelled";
  if (state_ == State::securing && by_peer) {
    // Many peers say nothing at all when they dislike a handshake.
    setup_.observation.detail = base::printable(failure.text);
    return handshake_failed();
  }
  if (state_ == State::hello_secured && by_peer && plaintext_would_do()) {
    tls::Observation unheard;
    unheard.host = setup_.observation.host;
    unheard.peer = setup_.observation.peer;
    unheard.offer = setup_.observation.offer;
    unheard.detail = "nothing came back under TLS: " + base::printable(failure.text);
    setup_.observation = std::move(unheard);
    return handshake_failed();
  }
  lose(status_of_failure(failure, setup_.label, phrase()), Kind::connection, Loss::broken);
}

// With TLS 1.3 a client is done before the server has looked at what it sent (RFC 8446 4.4.4): a
// server that turns the handshake down, as it misses a certificate of ours for one, shows it only
// where its first reply would be. Where plaintext is allowed that must not hold mail up for ever.
bool ClientDialogue::plaintext_would_do() const {
  tls::Observation failed = setup_.observation;
  failed.handshake = tls::Handshake::failed;
  return setup_.purpose == Purpose::deliver && setup_.start == policy::TlsStart::starttls &&
         Proved::by(setup_.requirement, failed).has_value();
}

void ClientDialogue::on_timeout() {
  if (state_ == State::quitting) {
    ending_ = Ending::abrupt;
    state_ = State::over;
    return;
  }
  const queue::Status status = status_of_timeout(timeout(), setup_.label, phrase());
  ending_ = Ending::abrupt;
  lose(status, Kind::connection, Loss::broken);
}

void ClientDialogue::protocol_error(std::string code, std::string text) {
  const base::Failure failure{std::move(code), std::move(text), ""};
  ending_ = Ending::abrupt;
  voice_.raw().clear();  // to such a peer nothing more is said
  lose(status_of_failure(failure, setup_.label, phrase()), Kind::protocol, Loss::broken);
}

void ClientDialogue::lose(const queue::Status& status, Kind kind, Loss loss) {
  if (state_ == State::transaction) transaction_->on_closed(status, loss);
  stop_with({kind, status, {}});
}

}  // namespace postern::smtp
