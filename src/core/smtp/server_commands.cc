// One method a command: is it in order, is it well formed, may it be?
#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/smtp/server_dialogue.h"

namespace postern::smtp {
namespace {

Reply out_of_order(std::string text) { return Reply{503, "5.5.1", {std::move(text)}}; }

Grammar grammar_of(const ServerSettings& settings) {
  // Listeners that put up with old programs' line ends put up with their spaces, too.
  return settings.line_ends == DataReader::LineEnds::normalise ? Grammar::lenient : Grammar::strict;
}

}  // namespace

void ServerDialogue::hello(const Command& command) {
  auto name = parse_hello(command.argument);
  if (!name) return refuse(name.error());
  reset_transaction();  // RFC 5321 4.1.4
  arrival_.hello = *name;
  arrival_.extended = command.verb == Verb::ehlo;
  if (!arrival_.extended) return say("250 " + settings_.host);
  say("250-" + settings_.host);
  say("250-PIPELINING");
  say("250-SIZE " + std::to_string(settings_.limits.message));
  say("250-8BITMIME");
  say("250-SMTPUTF8");
  say("250-DSN");
  say("250-CHUNKING");
  if (settings_.tls == TlsOffer::starttls && !arrival_.tls) say("250-STARTTLS");
  if (arrival_.tls) say("250-REQUIRETLS");  // RFC 8689 3: under TLS alone
  if (offers_auth() && !arrival_.authenticated) say("250-AUTH PLAIN LOGIN");
  say("250 ENHANCEDSTATUSCODES");
}

void ServerDialogue::starttls(std::string_view argument) {
  if (arrival_.tls) return refuse(out_of_order("The session is under TLS already."));
  if (settings_.tls == TlsOffer::none) {
    return refuse(Reply{502, "5.5.1", {"STARTTLS is not offered here."}});
  }
  if (!argument.empty()) return refuse(Reply{501, "5.5.4", {"STARTTLS takes no parameters."}});
  say("220 2.0.0 Ready to start TLS");
  // RFC 3207 4.2: what was sent behind the command, by whomever, is never read.
  input_.clear();
  at_ = 0;
  state_ = State::tls;
}

bool ServerDialogue::offers_auth() const {
  return settings_.auth == AuthOffer::under_tls && arrival_.tls && passwords_ == Passwords::safe;
}

void ServerDialogue::auth(std::string_view argument) {
  if (settings_.auth == AuthOffer::none) {
    return refuse(Reply{502, "5.5.1", {"AUTH is not offered here."}});
  }
  if (!arrival_.tls) {
    return refuse(Reply{538, "5.7.11", {"AUTH needs TLS: issue a STARTTLS command first."}});
  }
  if (!offers_auth()) {
    return refuse(Reply{538,
                        "5.7.11",
                        {"AUTH needs TLS 1.2 or later and a suite that proves our certificate; "
                         "this session would expose the password."}});
  }
  if (arrival_.hello.empty() || !arrival_.extended) return refuse(out_of_order("Send EHLO first."));
  if (arrival_.authenticated) return refuse(out_of_order("You are authenticated already."));
  if (transaction_.open()) return refuse(out_of_order("AUTH cannot come inside a transaction."));
  auto command = parse_auth(argument);
  if (!command) return refuse(command.error());
  auth_turn(exchange_.begin(*command));
}

void ServerDialogue::auth_turn(AuthExchange::Turn turn) {
  if (auto* challenge = std::get_if<AuthExchange::Challenge>(&turn)) {
    state_ = State::auth;
    return say("334 " + challenge->text);
  }
  if (auto* credentials = std::get_if<Credentials>(&turn)) {
    credentials_ = std::move(*credentials);
    state_ = State::login;
    return;
  }
  state_ = State::command;
  refuse(std::get<Reply>(turn));
}

void ServerDialogue::on_login(Login login) {
  std::ranges::fill(credentials_.password, '\0');
  credentials_ = {};
  state_ = State::command;
  if (login == Login::accepted) {
    arrival_.authenticated = true;
    say("235 2.7.0 Authentication succeeded");
  } else if (login == Login::unavailable) {
    refuse(Reply{454, "4.7.0", {"Credentials cannot be checked now; try again later."}});
  } else if (++login_failures_ >= settings_.limits.login_failures) {
    close(Reply{421, "4.7.0", {settings_.host + " Too many failed logins."}});
  } else {
    refuse(Reply{535, "5.7.8", {"The user name or the password is wrong."}});
  }
  advance();
}

// RFC 6531 3.4: such an address may be used only in a transaction that asked for SMTPUTF8.
bool ServerDialogue::needs_smtputf8(const Path& path) const {
  return path.mailbox &&
         !(base::is_ascii(path.mailbox->local) && base::is_ascii(path.mailbox->domain_as_written));
}

void ServerDialogue::mail(std::string_view argument) {
  const ServerLimits& limits = settings_.limits;
  if (arrival_.hello.empty()) return refuse(out_of_order("Send EHLO first."));
  if (transaction_.open())
    return refuse(out_of_order("A transaction is open: one MAIL at a time."));
  if (messages_ >= limits.messages) {
    return close(Reply{421, "4.7.0", {settings_.host + " Too many messages in one session."}});
  }
  auto command = parse_mail(argument, grammar_of(settings_));
  if (!command) return refuse(command.error());
  if (needs_smtputf8(command->from) && !command->smtputf8) {
    return refuse(Reply{553, "5.6.7", {"The address needs the SMTPUTF8 parameter."}});
  }
  if (command->require_tls && !arrival_.tls) {  // RFC 8689 2: only where it was offered
    return refuse(Reply{555, "5.5.4", {"REQUIRETLS needs TLS: issue a STARTTLS command first."}});
  }
  if (command->size > limits.message) {
    return refuse(Reply{552, "5.3.4", {"The message is larger than this server takes."}});
  }
  auto admission = doorkeeper_.may_send(*command);
  if (!admission) return refuse(admission.error());
  arrival_.utf8 = command->smtputf8;
  transaction_.begin(std::move(*command), *admission);
  say("250 2.1.0 Sender OK");
}

void ServerDialogue::rcpt(std::string_view argument) {
  const ServerLimits& limits = settings_.limits;
  if (!transaction_.open()) return refuse(out_of_order("Send MAIL first."));
  if (content_) return refuse(out_of_order("The message has begun; no recipient can be added."));
  auto command = parse_rcpt(argument, grammar_of(settings_));
  if (!command) return refuse(command.error());
  if (needs_smtputf8(command->to) && !transaction_.smtputf8()) {
    return refuse(Reply{553, "5.6.7", {"The address needs the SMTPUTF8 parameter."}});
  }
  if (transaction_.recipients() >= limits.recipients) {
    return refuse(Reply{452, "4.5.3", {"Too many recipients; send the rest separately."}});
  }
  // A server that trusts this gateway might relay by such a local part (the percent hack and kin).
  std::expected<RecipientAdmission, Reply> admission =
      std::unexpected(Reply{550, "5.7.1", {"Relaying denied"}});
  const bool routed = command->to.mailbox && command->to.mailbox->carries_routing();
  if (transaction_.from_inside() || !routed) admission = doorkeeper_.may_receive(command->to);
  if (!admission) {
    if (++refused_recipients_ > limits.refused_recipients) {
      return close(Reply{421, "4.7.0", {settings_.host + " Too many refused recipients."}});
    }
    return refuse(admission.error());
  }
  if (transaction_.accounts() >= limits.accounts &&
      transaction_.is_new_account(admission->account)) {
    return refuse(Reply{452, "4.5.3", {"Too many organisations; send the rest separately."}});
  }
  transaction_.add(*command, *admission);
  --commands_without_message_;
  say("250 2.1.5 Recipient OK");
}

std::optional<Reply> ServerDialogue::not_ready_for_content() const {
  if (!transaction_.open()) return out_of_order("Send MAIL first.");
  if (transaction_.recipients() == 0) return Reply{554, "5.5.1", {"No valid recipients."}};
  return std::nullopt;
}

void ServerDialogue::data(std::string_view argument) {
  if (content_) return refuse(out_of_order("The message comes by BDAT; DATA cannot follow."));
  if (auto reply = not_ready_for_content()) return refuse(*reply);
  if (!argument.empty()) return refuse(Reply{501, "5.5.4", {"DATA takes no parameters."}});
  chunked_ = false;
  state_ = State::begin;
}

// RFC 3030 2. Whatever is wrong, the chunk's octets follow and must not be read as commands; where
// their number is unknown or absurd, nothing further can be read at all.
void ServerDialogue::bdat(std::string_view argument) {
  auto command = parse_bdat(argument);
  if (!command) return close(command.error());
  if (command->size > settings_.limits.message * 2) {
    return close(Reply{552, "5.3.4", {"The chunk is larger than this server takes."}});
  }
  chunk_ = *command;
  chunk_left_ = chunk_.size;
  chunk_refusal_ = content_ ? std::nullopt : not_ready_for_content();
  chunked_ = true;
  state_ = content_ || chunk_refusal_ ? State::chunk : State::begin;
}

void ServerDialogue::without_argument(const Command& command) {
  if (!command.argument.empty()) {
    const std::string verb(verb_text(command.verb));
    return refuse(Reply{501, "5.5.4", {verb + " takes no parameters."}});
  }
  if (command.verb == Verb::rset) {
    reset_transaction();
    return say("250 2.0.0 OK");
  }
  say("221 2.0.0 " + settings_.host + " Goodbye");
  state_ = State::over;
}

void ServerDialogue::reset_transaction() {
  transaction_.reset();
  content_.reset();
  heads_.clear();
  storing_ = Storing::done;
}

}  // namespace postern::smtp
