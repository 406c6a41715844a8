#include "core/smtp/server_dialogue.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"

namespace postern::smtp {
namespace {

constexpr std::size_t kHopelessLine = 1 << 20;

}  // namespace

ServerDialogue::ServerDialogue(const ServerSettings& settings, base::IpAddress client,
                               std::optional<TlsWords> tls, Doorkeeper& doorkeeper)
    : settings_(settings), doorkeeper_(doorkeeper) {
  arrival_.client = client;
  arrival_.by = settings.host;
  if (tls) {
    arrival_.tls = true;
    arrival_.cipher_iana = std::move(tls->cipher_iana);
    arrival_.group = std::move(tls->group);
    passwords_ = tls->passwords;
  }
  say("220 " + settings.host + " ESMTP");  // RFC 2034 4: no enhanced code here, nor after EHLO
}

ServerStep ServerDialogue::step() {
  switch (state_) {
    case State::command:
    case State::auth:
    case State::data:
    case State::chunk:
      return AwaitInput{settings_.limits.idle};
    case State::tls:
      return StartTls{};
    case State::login:
      return CheckPassword{&credentials_};
    case State::begin:
      return BeginMessage{transaction_.accounts()};
    case State::store:
      return StoreBody{heads_, content_->text()};
    case State::commit:
      return Commit{&copies_};
    case State::over:
      break;
  }
  return Finished{ending_};
}

std::string_view ServerDialogue::phrase() const {
  switch (state_) {
    case State::command:
      return transaction_.open() ? "reading the envelope" : "reading a command";
    case State::tls:
      return "starting TLS";
    case State::auth:
      return "reading credentials";
    case State::login:
      return "checking credentials";
    case State::begin:
    case State::data:
    case State::chunk:
      return "receiving the message";
    case State::store:
    case State::commit:
      return "storing the message";
    case State::over:
      break;
  }
  return "ending the session";
}

bool ServerDialogue::idle() const {
  return state_ == State::command && !transaction_.open() && at_ == input_.size();
}

void ServerDialogue::on_input(std::string_view bytes) {
  if (state_ == State::over) return;
  input_.erase(0, at_);
  at_ = 0;
  input_ += bytes;
  advance();
}

void ServerDialogue::on_closed(const base::Failure& failure) {
  const bool asked_to_stop = failure.code == "cancelled" && idle();
  if (asked_to_stop)
    say("421 4.3.2 " + settings_.host + " The server is stopping, try again soon.");
  if (!asked_to_stop && failure.code != "connection-closed") ending_ = Ending::abrupt;
  state_ = State::over;
}

void ServerDialogue::on_timeout() {
  close(Reply{421, "4.4.2", {settings_.host + " Nothing came for too long; the session ends."}});
}

// Everything the client said in plaintext may have been said by somebody else.
void ServerDialogue::on_tls(TlsWords words) {
  input_.clear();
  at_ = 0;
  arrival_.hello.clear();
  arrival_.tls = true;
  arrival_.cipher_iana = std::move(words.cipher_iana);
  arrival_.group = std::move(words.group);
  passwords_ = words.passwords;
  reset_transaction();
  state_ = State::command;
}

void ServerDialogue::advance() {
  bool more = true;
  while (more) {
    switch (state_) {
      case State::command:
      case State::auth:
        more = read_line();
        break;
      case State::data:
        more = read_data();
        break;
      case State::chunk:
        more = read_chunk();
        break;
      default:
        more = false;
    }
  }
}

std::size_t ServerDialogue::line_limit(std::string_view line) const {
  const bool auth =
      state_ == State::auth || (line.size() > 5 && base::iequals(line.substr(0, 5), "AUTH "));
  return auth ? settings_.limits.auth_line : settings_.limits.command_line;
}

// One line, if it is there. An LF alone, a CR alone or a NUL in a command is no slip of the pen but
// a program that speaks something else, or an attempt to make two servers read one line
// differently.
bool ServerDialogue::read_line() {
  const std::string_view there = std::string_view(input_).substr(at_);
  const std::size_t lf = there.find('\n');
  if (lf == std::string_view::npos) {
    if (skipped_ + there.size() > line_limit(there)) {
      const std::size_t kept = there.ends_with('\r') ? 1 : 0;
      skipped_ += there.size() - kept;
      at_ += there.size() - kept;
      if (skipped_ > kHopelessLine) too_long_line(skipped_);
    }
    return false;
  }
  std::string_view line = there.substr(0, lf);
  at_ += lf + 1;
  ++lines_;
  const bool tail = skipped_ > 0;  // its beginning was too long to keep
  const std::size_t length = std::exchange(skipped_, 0) + line.size() + 1;
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  } else if (settings_.line_ends == DataReader::LineEnds::strict) {
    close(Reply{500, "5.5.2", {"A command line ended with LF alone; the end is CR LF."}});
    return false;
  }
  if (tail || length > line_limit(line)) {
    too_long_line(length);
  } else if (line.find('\r') != std::string_view::npos ||
             line.find('\0') != std::string_view::npos) {
    close(Reply{500, "5.5.2", {"A command line held a CR or a NUL; that is no SMTP."}});
  } else if (state_ == State::auth) {
    auth_turn(exchange_.respond(line));
  } else {
    command(line);
  }
  return state_ != State::over;
}

void ServerDialogue::too_long_line(std::size_t length) {
  if (length > kHopelessLine) {
    return close(Reply{500, "5.5.2", {"A command line did not end; the session does."}});
  }
  const bool auth = state_ == State::auth;
  state_ = State::command;  // RFC 4954 4: the exchange is over
  refuse(Reply{500, auth ? "5.5.6" : "5.5.2", {"The line is too long."}});
}

void ServerDialogue::command(std::string_view line) {
  if (++commands_without_message_ > settings_.limits.commands_without_message) {
    return close(Reply{421, "4.7.0", {settings_.host + " Too many commands without a message."}});
  }
  dispatch(split_command(line));
}

void ServerDialogue::dispatch(const Command& command) {
  switch (command.verb) {
    case Verb::ehlo:
    case Verb::helo:
      return hello(command);
    case Verb::starttls:
      return starttls(command.argument);
    case Verb::auth:
      return auth(command.argument);
    case Verb::mail:
      return mail(command.argument);
    case Verb::rcpt:
      return rcpt(command.argument);
    case Verb::data:
      return data(command.argument);
    case Verb::bdat:
      return bdat(command.argument);
    case Verb::rset:
    case Verb::quit:
      return without_argument(command);
    case Verb::noop:
      return say("250 2.0.0 OK");
    case Verb::help:
      return say("214 2.0.0 EHLO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT");
    case Verb::vrfy:
      if (command.argument.empty()) return refuse(Reply{501, "5.5.4", {"VRFY needs a name."}});
      // RFC 5321 7.3: without telling who is here.
      return say("252 2.0.0 Send some mail, and delivery will be tried.");
    case Verb::expn:
      return refuse(Reply{502, "5.5.1", {"EXPN is not offered."}});
    case Verb::lhlo:
      return refuse(Reply{500, "5.5.1", {"This is SMTP, not LMTP: use EHLO."}});
    case Verb::unknown:
      return refuse(Reply{500, "5.5.2", {"The command is not known."}});
    case Verb::foreign:
      return close(Reply{500, "5.5.1", {"This is an SMTP server."}});
  }
}

void ServerDialogue::say(std::string_view line) {
  output_ += line;
  output_ += "\r\n";
}

void ServerDialogue::refuse(const Reply& reply) {
  const bool protocol = reply.code / 10 == 50 || reply.code == 555;
  if (reply.code == 421) return close(reply);
  if (protocol && ++errors_ > settings_.limits.protocol_errors) {
    return close(Reply{421, "4.7.0", {settings_.host + " Too many errors."}});
  }
  doorkeeper_.refused(phrase(), reply);
  output_ += reply.wire();
}

void ServerDialogue::close(const Reply& reply) {
  doorkeeper_.refused(phrase(), reply);
  output_ += reply.wire();
  state_ = State::over;
}

}  // namespace postern::smtp
