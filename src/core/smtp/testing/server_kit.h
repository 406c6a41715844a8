// Drives a server dialogue without I/O: a doorkeeper with plain rules, and an actor that keeps what
// is stored. `house.example` is ours, `ally.example` is ours in another account; the password of
// "user" is "secret".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/smtp/server_dialogue.h"

namespace postern::smtp::testing {

struct StoredMessage {
  MessageCopy copy;
  std::string body;
};

class Rules final : public Doorkeeper {
 public:
  bool inside = false;
  std::optional<Reply> sender_refusal;
  std::vector<Reply> refusals;

  std::expected<SenderAdmission, Reply> may_send(const MailCommand& mail) override;
  std::expected<RecipientAdmission, Reply> may_receive(const Path& to) override;
  void refused(std::string_view phrase, const Reply& reply) override;
};

class Server {
 public:
  explicit Server(ServerSettings settings = plain_settings(),
                  std::optional<TlsWords> tls = std::nullopt);
  static ServerSettings plain_settings();

  // Feeds the bytes, answers every step, and returns what the server said.
  std::string feed(std::string_view bytes);
  std::string feed_in_pieces(std::string_view bytes, std::size_t piece);
  // The codes of the replies of feed(): "250 503".
  std::string codes(std::string_view bytes);
  // EHLO, MAIL, and one RCPT to user@house.example.
  void open_transaction();
  [[nodiscard]] bool over();
  // The connection is lost instead of the step (or input) of this number, counted from here.
  void lose_connection_after(int steps) { steps_left_ = steps; }

  ServerSettings settings;
  Rules rules;
  ServerDialogue dialogue;
  std::vector<StoredMessage> messages;
  std::string greeting;
  Storing storing = Storing::done;
  Storing committing = Storing::done;
  Login login_service = Login::accepted;  // `accepted`: look at the password
  int tls_starts = 0;
  int steps_taken = 0;

 private:
  struct Perform;
  std::string settle();
  bool connection_lost();

  std::vector<std::string> uploads_;
  std::optional<int> steps_left_;
  int next_id_ = 0;
};

// The three digits of each reply in `said`, in order; a multi-line reply is one.
[[nodiscard]] std::string reply_codes(std::string_view said);

}  // namespace postern::smtp::testing
