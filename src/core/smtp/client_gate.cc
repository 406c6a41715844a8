// The gate of the client's dialogue, and what lies behind it: logging in, rehearsing, transactions.
#include <utility>

#include "core/base/text.h"
#include "core/smtp/client_dialogue.h"
#include "core/smtp/client_status.h"

namespace postern::smtp {

using Kind = ClientProblem::Kind;

namespace {

// What a password is not said under: TLS that somebody in between can read (RFC 8997).
bool exposes_passwords(const tls::Observation& seen) {
  return seen.version < tls::Version::tls1_2 || seen.anonymous || seen.weak_suite;
}

}  // namespace

void ClientDialogue::enter_gate() {
  const auto proved = Proved::by(setup_.requirement, setup_.observation);
  if (!proved) return end_unmet(proved.error());
  pass_gate(*proved);
}

void ClientDialogue::pass_gate(const Proved& proved) {
  verdict_ = proved.verdict();
  if (setup_.purpose == Purpose::probe) return say_quit();
  if (setup_.login) return begin_login(proved);
  if (setup_.purpose == Purpose::rehearse) return rehearse(proved);
  state_ = State::ready;
}

// RFC 4954 4; PLAIN (RFC 4616) and the older LOGIN. Only under TLS, and only behind the gate.
void ClientDialogue::begin_login(const Proved&) {
  const bool guarded = setup_.observation.encrypted() && !exposes_passwords(setup_.observation);
  const bool plain = capabilities_.offers_auth("PLAIN");
  if (!guarded || (!plain && !capabilities_.offers_auth("LOGIN"))) {
    queue::Status status;
    status.code = "authentication-unavailable";
    status.enhanced = "4.7.4";
    status.host = setup_.label;
    status.text = setup_.label + (guarded ? " offers no login that we know (AUTH PLAIN or LOGIN)."
                                  : setup_.observation.encrypted()
                                      ? " has TLS under which a password could be read, so we do "
                                        "not log in there."
                                      : " is not under TLS, so we do not log in there.");
    stop_with({Kind::login, std::move(status), {}});
    return say_quit();
  }
  state_ = State::login;
  if (plain) {
    std::string secret(1, '\0');
    secret += setup_.login->user + '\0' + setup_.login->password;
    return voice_.say("AUTH PLAIN " + base::base64(secret), "AUTH PLAIN (secret)");
  }
  voice_.say("AUTH LOGIN");
}

void ClientDialogue::on_login(const Reply& reply) {
  if (reply.code == 334 && login_answers_ < 2 && !capabilities_.offers_auth("PLAIN")) {
    // AUTH LOGIN asks twice: for the user, then for the password.
    const bool first = login_answers_++ == 0;
    const std::string& answer = first ? setup_.login->user : setup_.login->password;
    return voice_.say(base::base64(answer), first ? "(user)" : "(secret)");
  }
  if (!reply.positive()) return end_refused(reply, Kind::login, "authentication-failed");
  // The login does not change what was proved, but what follows asks for a proof of its own.
  auto proved = Proved::by(setup_.requirement, setup_.observation);
  if (!proved) return end_unmet(proved.error());
  if (setup_.purpose == Purpose::rehearse) return rehearse(*std::move(proved));
  state_ = State::ready;
}

void ClientDialogue::rehearse(Proved proved) {
  rehearsal_recipient_.address = setup_.rehearse_recipient;
  rehearsal_.smtputf8 = !base::is_ascii(rehearsal_recipient_.address);
  OutgoingMessage message;
  message.envelope = &rehearsal_;
  message.recipients = std::span(&rehearsal_recipient_, 1);
  transaction_.emplace(std::move(proved), capabilities_, setup_,
                       ClientTransaction::Ends::after_envelope, ClientTransaction::Before::nothing,
                       message, voice_);
  state_ = State::transaction;
  transaction_->begin();
  if (transaction_->wants() == ClientTransaction::Wants::nothing) after_transaction();
}

std::expected<void, tls::Unmet> ClientDialogue::assign(OutgoingMessage message,
                                                       const tls::Requirement& requirement) {
  auto proved = Proved::by(requirement, setup_.observation);
  if (!proved) return std::unexpected(proved.error());
  verdict_ = proved->verdict();
  const auto before =
      needs_reset_ ? ClientTransaction::Before::reset : ClientTransaction::Before::nothing;
  transaction_.emplace(*std::move(proved), capabilities_, setup_,
                       ClientTransaction::Ends::with_message, before, message, voice_);
  ++messages_;
  state_ = State::transaction;
  transaction_->begin();
  if (transaction_->wants() == ClientTransaction::Wants::nothing) after_transaction();
  return {};
}

void ClientDialogue::on_inspected(const BodyTraits& traits) {
  transaction_->on_inspected(traits);
  if (transaction_->wants() == ClientTransaction::Wants::nothing) after_transaction();
}

void ClientDialogue::on_body_sent() { transaction_->on_body_sent(); }

void ClientDialogue::on_transaction(const Reply& reply) {
  transaction_->on_reply(reply);
  if (transaction_->wants() == ClientTransaction::Wants::nothing) after_transaction();
}

void ClientDialogue::after_transaction() {
  needs_reset_ = transaction_->needs_reset();
  if (setup_.purpose == Purpose::rehearse) {
    voice_.say("RSET");
    state_ = State::resetting;
    return;
  }
  state_ = State::ready;
}

bool ClientDialogue::went_stale() const {
  return messages_ > 1 && problem_ && transaction_ && !transaction_->result().began;
}

const MessageResult* ClientDialogue::result() const {
  return transaction_ ? &transaction_->result() : nullptr;
}

}  // namespace postern::smtp
