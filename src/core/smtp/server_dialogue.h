// The server's side of an SMTP session (RFC 5321), as a state machine without I/O.
//
// Steps of a session: greeting; EHLO; STARTTLS, after which everything said before is forgotten
// (RFC 3207 4.2); AUTH, only under TLS; then transactions: MAIL, RCPT, DATA or BDAT. Commands may
// be pipelined (RFC 2920): all that are buffered are processed before more input is wanted, and
// their replies leave in one write. Each command gets exactly one reply, as long as the session
// lasts.
//
//   command --STARTTLS--> tls --on_tls--> command
//   command --AUTH--> auth <-> (challenges) --> login --on_login--> command
//   command --DATA--> begin --on_begun--> data  <-> store --end--> store -> commit --> command
//   command --BDAT--> begin --on_begun--> chunk <-> store --LAST-> store -> commit --> command
//
// Who may do what is the Doorkeeper's (server_steps.h) to say; what the bytes of a message mean is
// ServerContent's. This class holds the order of things, the limits and the words.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/failure.h"
#include "core/base/ip_address.h"
#include "core/message/received.h"
#include "core/smtp/server_auth.h"
#include "core/smtp/server_content.h"
#include "core/smtp/server_settings.h"
#include "core/smtp/server_steps.h"
#include "core/smtp/server_transaction.h"

namespace postern::smtp {

// May a password be said under it? Not where somebody in between can read along: in TLS older than
// 1.2 (RFC 8997), under a broken suite, or one that authenticates nobody.
enum class Passwords { safe, exposed };

// What is said of TLS: in the Received header, and to a client that wants to log in.
struct TlsWords {
  std::string cipher_iana;
  std::string group;
  Passwords passwords = Passwords::safe;
};

class ServerDialogue final : private ServerContent::Completion {
 public:
  // `tls` is set when the session is under TLS from its first byte (RFC 8314). `settings` and
  // `doorkeeper` outlive the dialogue.
  ServerDialogue(const ServerSettings& settings, base::IpAddress client,
                 std::optional<TlsWords> tls, Doorkeeper& doorkeeper);
  ServerDialogue(const ServerDialogue&) = delete;
  ServerDialogue& operator=(const ServerDialogue&) = delete;

  [[nodiscard]] std::string& output() { return output_; }
  [[nodiscard]] ServerStep step();

  void on_input(std::string_view bytes);
  void on_closed(const base::Failure& failure);
  void on_timeout();
  void on_tls(TlsWords words);
  void on_login(Login login);
  void on_begun(Begun begun);
  void on_stored(Storing result);
  void on_committed(Storing result);

  // Between messages, waiting for a command: here a session may be ended without harm.
  [[nodiscard]] bool idle() const;
  // Rises with every line and every few KiB of content; a client for whom it does not is stalling.
  [[nodiscard]] std::uint64_t progress() const { return lines_ + content_bytes_ / 4096; }
  [[nodiscard]] const std::string& hello() const { return arrival_.hello; }
  [[nodiscard]] int messages() const { return messages_; }
  [[nodiscard]] std::string_view phrase() const;  // "receiving the message"

 private:
  enum class State { command, tls, auth, login, begin, data, chunk, store, commit, over };

  // server_dialogue.cc: order, lines, replies
  void advance();
  bool read_line();
  void too_long_line(std::size_t length);
  void command(std::string_view line);
  void dispatch(const Command& command);
  void say(std::string_view line);
  void refuse(const Reply& reply);
  void close(const Reply& reply);
  [[nodiscard]] std::size_t line_limit(std::string_view line) const;

  // server_commands.cc: one method a command
  void hello(const Command& command);
  void starttls(std::string_view argument);
  [[nodiscard]] bool offers_auth() const;
  void auth(std::string_view argument);
  void auth_turn(AuthExchange::Turn turn);
  void mail(std::string_view argument);
  void rcpt(std::string_view argument);
  void data(std::string_view argument);
  void bdat(std::string_view argument);
  void without_argument(const Command& command);
  void reset_transaction();
  [[nodiscard]] std::optional<Reply> not_ready_for_content() const;
  [[nodiscard]] bool needs_smtputf8(const Path& path) const;

  // server_delivery.cc: content
  bool read_data();
  bool read_chunk();
  bool store_if_full(State after);
  void end_chunk();
  void end_content();
  void commit();
  void content_failed(const Reply& reply);
  [[nodiscard]] std::optional<Reply> content_refusal() const;
  [[nodiscard]] std::string missing_fields(const message::HeaderFacts& facts) override;

  const ServerSettings& settings_;
  Doorkeeper& doorkeeper_;
  message::Arrival arrival_;
  State state_ = State::command;
  Ending ending_ = Ending::orderly;

  std::string output_;
  std::string input_;
  std::size_t at_ = 0;       // input before this is done with
  std::size_t skipped_ = 0;  // of a line that is too long

  Passwords passwords_ = Passwords::exposed;
  AuthExchange exchange_;
  Credentials credentials_;

  ServerTransaction transaction_;
  std::unique_ptr<ServerContent> content_;
  Begun begun_;
  std::vector<std::string> heads_;  // a Received field for each copy, until they are stored
  std::vector<std::int64_t> sizes_;
  std::vector<MessageCopy> copies_;
  std::string queued_as_;
  State after_store_ = State::command;
  Storing storing_ = Storing::done;  // the first failure, if there was one

  bool chunked_ = false;  // the content comes by BDAT
  BdatCommand chunk_;
  std::uint64_t chunk_left_ = 0;
  std::optional<Reply> chunk_refusal_;

  std::uint64_t lines_ = 0;
  std::uint64_t content_bytes_ = 0;
  int messages_ = 0;
  int errors_ = 0;
  int refused_recipients_ = 0;
  int login_failures_ = 0;
  int commands_without_message_ = 0;
};

}  // namespace postern::smtp
