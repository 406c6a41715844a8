// The client's side of an SMTP connection, as a state machine without I/O (step.h).
//
// What it is for: delivery, the test of a route, and the probe run this same dialogue; only the
// ending differs (Purpose). RFC 5321, 3207 (STARTTLS), 8314 (implicit TLS), 4954 (AUTH).
//
//   greeting -> hello -> starttls -> securing -> hello_secured -> GATE -> login -> ready
//                  \-> (not offered, or refused) ----------------^        ready <-> transaction
//                                                                         ready  -> quitting ->
//                                                                         over
//
// The gate is judge(): it alone decides whether the connection is good enough, with or without TLS.
// What lies behind it (AUTH, MAIL FROM) needs a Proved, which only the gate hands out. Whoever
// strips STARTTLS, refuses it, or breaks the handshake, just arrives at the gate with less.
//
// Steps: construct -> let run_dialogue drive it until Idle or Finished -> assign() a message and
// drive on; its result() is there at the next Idle or Finished -> quit() and drive to the end.
// problem() says why the connection is of no use; wants_plaintext() that a handshake failed, or was
// followed by nothing, where nothing in force demands TLS, so a second connection without it may
// carry the message.
//
// What it does not do: connect, choose hosts, decide about retries (core/queue/attempt.h).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/smtp/client_transaction.h"
#include "core/smtp/client_types.h"
#include "core/smtp/client_voice.h"
#include "core/smtp/extensions.h"
#include "core/smtp/reply.h"

namespace postern::smtp {

class ClientDialogue {
 public:
  ClientDialogue(ClientSetup setup, Transcript::Keep keep);
  ClientDialogue(const ClientDialogue&) = delete;
  ClientDialogue& operator=(const ClientDialogue&) = delete;

  // --- what the loop calls ---
  [[nodiscard]] std::string& output() { return voice_.raw(); }
  [[nodiscard]] ClientStep step() const;
  void on_input(std::string_view bytes);
  void on_closed(const base::Failure& failure);
  void on_timeout();
  void on_tls(tls::Observation handshake);  // only its handshake part is taken
  void on_body_sent();
  void on_inspected(const BodyTraits& traits);

  // --- what the owner calls, when step() is Idle ---
  // The next message, under its own requirement: judged again, on what this connection showed. If
  // that is unmet, the answer says so; nothing was sent, and the connection stays as it is.
  [[nodiscard]] std::expected<void, tls::Unmet> assign(OutgoingMessage message,
                                                       const tls::Requirement& requirement);
  void quit();

  // --- what the owner asks ---
  [[nodiscard]] bool ready() const { return state_ == State::ready; }
  [[nodiscard]] const MessageResult* result() const;  // of the last message assigned
  [[nodiscard]] const std::optional<ClientProblem>& problem() const { return problem_; }
  [[nodiscard]] bool wants_plaintext() const { return wants_plaintext_; }
  [[nodiscard]] int messages() const { return messages_; }  // assigned so far
  // The connection, kept from an earlier message, was gone before the peer answered to this one.
  [[nodiscard]] bool went_stale() const;
  [[nodiscard]] const tls::Observation& observation() const { return setup_.observation; }
  [[nodiscard]] const tls::Verdict& verdict() const { return verdict_; }  // the gate's last word
  [[nodiscard]] const Capabilities& capabilities() const { return capabilities_; }
  [[nodiscard]] std::string_view phrase() const;
  [[nodiscard]] const Transcript& transcript() const { return voice_.transcript(); }

 private:
  enum class State {
    greeting,
    hello,
    hello_plain,  // HELO
    starttls,
    securing,  // the handshake, for which the owner is asked
    hello_secured,
    login,
    ready,
    transaction,
    resetting,
    quitting,
    over,
  };

  void on_reply(const Reply& reply);
  void on_greeting(const Reply& reply);
  void on_hello(const Reply& reply);
  void on_hello_plain(const Reply& reply);
  void on_starttls(const Reply& reply);
  void on_hello_secured(const Reply& reply);
  void on_login(const Reply& reply);
  void on_transaction(const Reply& reply);
  void on_closing(const Reply& reply);

  void say_hello(State next);
  void learn(const Reply& hello);
  void enter_gate();
  void pass_gate(const Proved& proved);
  void begin_login(const Proved& proved);
  void rehearse(Proved proved);
  void after_transaction();
  void handshake_failed();
  void say_quit();

  void end_unmet(const tls::Unmet& unmet);
  void end_refused(const Reply& reply, ClientProblem::Kind kind, std::string_view code);
  void lose(const queue::Status& status, ClientProblem::Kind kind, ClientTransaction::Loss loss);
  void protocol_error(std::string code, std::string text);
  void stop_with(ClientProblem problem);

  [[nodiscard]] bool plaintext_would_do() const;
  [[nodiscard]] bool awaits_reply() const;
  [[nodiscard]] std::size_t outstanding() const;
  [[nodiscard]] std::chrono::milliseconds timeout() const;

  ClientSetup setup_;
  ClientVoice voice_;
  ReplyParser parser_;
  Capabilities capabilities_;
  tls::Verdict verdict_;
  State state_ = State::greeting;
  Ending ending_ = Ending::orderly;
  int login_answers_ = 0;  // given to AUTH LOGIN
  std::optional<ClientTransaction> transaction_;
  queue::Envelope rehearsal_;
  queue::Recipient rehearsal_recipient_;
  bool needs_reset_ = false;
  bool wants_plaintext_ = false;
  int messages_ = 0;
  std::optional<ClientProblem> problem_;
};

}  // namespace postern::smtp
