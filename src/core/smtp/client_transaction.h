// One message on one connection: MAIL, RCPT, DATA or BDAT, and what became of each recipient.
//
// MAIL FROM is written here and nowhere else, and a ClientTransaction cannot be made without a
// Proved, which only a judge() that answered "met" gives out: so no path leads to MAIL FROM while
// the requirement is unmet.
//
// Steps: begin() -> maybe on_inspected() (the peer lacks 8BITMIME or SMTPUTF8) -> on_reply() for
// each expected reply -> maybe a body (on_body_sent()) -> over(). With PIPELINING the envelope is
// one flight (RFC 2920); with CHUNKING a small body flies with it (RFC 3030).
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "core/smtp/client_types.h"
#include "core/smtp/client_voice.h"
#include "core/smtp/extensions.h"
#include "core/smtp/reply.h"

namespace postern::smtp {

// The proof that a connection meets a requirement.
class Proved {
 public:
  [[nodiscard]] static std::expected<Proved, tls::Unmet> by(const tls::Requirement& requirement,
                                                            const tls::Observation& observation);
  [[nodiscard]] const tls::Verdict& verdict() const { return verdict_; }

 private:
  explicit Proved(tls::Verdict verdict) : verdict_(std::move(verdict)) {}
  tls::Verdict verdict_;
};

class ClientTransaction {
 public:
  enum class Ends { with_message, after_envelope };  // after_envelope: nothing is ever sent
  enum class Before { nothing, reset };              // is the last transaction still open there?

  ClientTransaction(Proved proved, const Capabilities& peer, const ClientSetup& setup, Ends ends,
                    Before before, OutgoingMessage message, ClientVoice& voice);

  void begin();
  void on_inspected(const BodyTraits& traits);
  void on_reply(const Reply& reply);
  void on_body_sent();
  // No further reply will come. `by_peer`: it said 421, so nothing is unknown.
  enum class Loss { broken, by_peer };
  void on_closed(const queue::Status& status, Loss loss);

  enum class Wants { inspection, replies, body, nothing };
  [[nodiscard]] Wants wants() const;
  [[nodiscard]] SendBody body_step() const;
  [[nodiscard]] std::size_t outstanding() const { return expected_.size() - answered_; }
  [[nodiscard]] std::chrono::milliseconds timeout() const;
  [[nodiscard]] std::string_view phrase() const;

  [[nodiscard]] bool needs_reset() const { return open_; }
  [[nodiscard]] const MessageResult& result() const { return result_; }

 private:
  enum class Stage { new_message, inspecting, envelope, body, final_reply, over };
  enum class Answer : std::uint8_t { reset, mail, recipient, data, last };
  struct Expected {
    Answer to;
    std::size_t recipient = 0;
  };

  void send_envelope();
  void send_recipients();
  void send_data();
  void send_recipient(std::size_t index, std::string_view address);
  void send_chunk();
  void advance();
  void on_mail(const Reply& reply);
  void on_recipient(std::size_t index, const Reply& reply);
  void on_data(const Reply& reply);
  void on_last(const Reply& reply);
  [[nodiscard]] bool may_fly_with_envelope() const;
  [[nodiscard]] bool uses_chunks() const;
  [[nodiscard]] bool any_accepted() const;
  void settle(std::size_t index, RecipientResult result);
  void settle_all(const RecipientResult& result);
  void fail_all(std::string code, std::string enhanced, std::string text);
  void expect(Answer to, std::size_t recipient = 0) { expected_.push_back({to, recipient}); }

  Proved proved_;
  const Capabilities& peer_;
  const ClientSetup& setup_;
  Ends ends_;
  Before before_;
  OutgoingMessage message_;
  ClientVoice& voice_;

  Stage stage_ = Stage::new_message;
  std::vector<Expected> expected_;
  std::size_t answered_ = 0;
  std::size_t next_recipient_ = 0;
  std::vector<bool> accepted_;
  bool data_sent_ = false;
  bool convert_ = false;
  bool open_ = false;  // the peer holds an envelope of ours
  MessageResult result_;
};

}  // namespace postern::smtp
