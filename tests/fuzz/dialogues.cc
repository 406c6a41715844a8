// Both dialogues against a peer that says anything. The first two bytes of an input choose how the
// session is set up and in which pieces the rest arrives; the rest is what the peer says.
#include <algorithm>
#include <string>

#include "core/base/text.h"
#include "core/smtp/testing/server_kit.h"
#include "core/smtp/testing_client.h"
#include "require.h"
#include "targets.h"

namespace postern::fuzz {
namespace {

struct Input {
  unsigned set_up = 0;
  std::size_t piece = 1;
  std::string_view said;
};

Input read(std::string_view bytes) {
  if (bytes.size() < 2) return {};
  return {static_cast<unsigned char>(bytes[0]), 1U + static_cast<unsigned char>(bytes[1]) % 64U,
          bytes.substr(2)};
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size())) {
    ++found;
  }
  return found;
}

// Lines as SMTP wants them, on either side: CRLF and nothing like it elsewhere.
bool has_only_crlf(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return false;
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return false;
  }
  return true;
}

bool is_shown_text(std::string_view text) {
  return base::is_valid_utf8(text) && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

// --- the server ----------------------------------------------------------------------------------

using smtp::testing::Server;

smtp::ServerSettings server_settings(unsigned set_up) {
  smtp::ServerSettings settings = Server::plain_settings();
  settings.auth = smtp::AuthOffer::under_tls;
  settings.limits.message = 4096;
  settings.limits.header = 1024;
  settings.limits.text_line = 256;
  settings.limits.recipients = 4;
  if ((set_up & 1U) != 0) settings.line_ends = smtp::DataReader::LineEnds::normalise;
  return settings;
}

struct Session {
  std::string said;
  std::vector<std::string> bodies;
  int tls_starts = 0;
  bool over = false;
  bool operator==(const Session&) const = default;
};

Session serve(const Input& input, std::size_t piece) {
  std::optional<smtp::TlsWords> tls;
  if ((input.set_up & 2U) != 0) tls = smtp::TlsWords{"TLS_AES_128_GCM_SHA256", "X25519"};
  Server server(server_settings(input.set_up), tls);
  server.rules.inside = (input.set_up & 4U) != 0;
  Session session;
  session.said = server.greeting + server.feed_in_pieces(input.said, piece);
  for (const auto& message : server.messages) session.bodies.push_back(message.body);
  session.tls_starts = server.tls_starts;
  session.over = server.over();
  return session;
}

void require_replies(std::string_view said) {
  for (const std::string_view line : base::split(said, '\n')) {
    if (line.empty()) continue;
    require(line.size() <= 512, "a reply line is no longer than RFC 5321 allows");
    require(line.ends_with('\r') && is_shown_text(line.substr(0, line.size() - 1)),
            "a reply holds nothing that drives a terminal or ends its line");
    require(line.size() >= 4 && line[0] >= '2' && line[0] <= '5', "a reply begins with its code");
  }
}

// Content and what changes the meaning of lines; without them each line is a command.
bool is_commands_alone(std::string_view said) {
  const std::string lower = base::lower(said);
  const auto holds = [&](std::string_view word) { return lower.find(word) != std::string::npos; };
  return has_only_crlf(said) && !holds("data") && !holds("bdat") && !holds("auth") &&
         !holds("starttls");
}

void require_one_message_at_most(const Session& session, std::string_view said) {
  // Every end that could be one, and what RFC 3030 calls the last chunk.
  const std::size_t ends = count(said, ".\r\n") + count(base::lower(said), "last");
  require(session.bodies.size() <= ends, "no more messages than ends of messages");
  for (const std::string& body : session.bodies) {
    require(has_only_crlf(body), "a stored message has no bare CR or LF");
    require(body.find('\0') == std::string::npos, "a stored message has no NUL");
    require(body.empty() || body.ends_with("\r\n"), "a stored message ends its last line");
  }
}

// --- the client ----------------------------------------------------------------------------------

enum class Shown { trusted, self_signed, other_name, failed };

tls::Observation handshake_of(Shown shown) {
  using namespace smtp::testing;
  if (shown == Shown::failed) return failed_handshake();
  if (shown == Shown::other_name) return trusted_handshake("elsewhere.example");
  tls::Observation seen = trusted_handshake();
  if (shown == Shown::self_signed) seen.chain = tls::Chain::self_signed;
  return seen;
}

struct Play {
  unsigned level = 0;  // 0: opportunistic, 1: relaxed, 2: strict
  Shown shown = Shown::trusted;
  bool in_memory = false;
  smtp::testing::Script script;
  queue::Envelope envelope;
  std::vector<queue::Recipient> recipients;

  explicit Play(unsigned set_up)
      : level(set_up & 3U),
        shown(static_cast<Shown>(set_up >> 2U & 3U)),
        in_memory((set_up & 16U) != 0) {
    using namespace smtp::testing;
    tls::Requirement requirement;
    if (level == 1) requirement = relaxed();
    if (level >= 2) requirement = strict();
    script.setup = setup_for(std::move(requirement));
    if ((set_up & 32U) != 0) script.setup.purpose = smtp::Purpose::rehearse;
    script.setup.rehearse_recipient = "user@house.example";
    if ((set_up & 64U) != 0) script.setup.login = policy::Login{"gateway", "secret"};
    script.handshake = handshake_of(shown);
    envelope.sender = "anna@corp.example";
    recipients.resize(2);
    recipients[0].address = "one@house.example";
    recipients[1].address = "two@house.example";
    smtp::OutgoingMessage message{
        .envelope = &envelope, .recipients = recipients, .size = 20, .body = {}};
    if (in_memory) message.body = "Subject: x\r\n\r\nbody\r\n";
    script.messages = {message, message};
  }

  [[nodiscard]] bool encrypted_is_enough() const { return shown != Shown::failed; }
  // What this peer may be sent at all, over TLS.
  [[nodiscard]] bool met() const {
    return level >= 2 ? shown == Shown::trusted : encrypted_is_enough();
  }
};

void require_gate(const Play& play, std::string_view said) {
  const std::size_t mail = said.find("MAIL FROM");
  if (mail != std::string_view::npos && play.level > 0) {
    const std::size_t tls = said.find("(TLS)");
    require(tls != std::string_view::npos && tls < mail, "no MAIL before TLS that is demanded");
    require(play.met(), "no MAIL on a connection that does not meet the requirement");
  }
  const std::size_t login = said.find("AUTH ");
  if (login != std::string_view::npos && play.level > 0) {
    require(play.met(), "no credentials to a peer that is not proved as demanded");
  }
}

void require_status(const queue::Status& status) {
  for (const std::string* text :
       {&status.text, &status.diagnostic, &status.host, &status.enhanced}) {
    require(is_shown_text(*text), "what a peer said is escaped in a status");
  }
}

void require_results(smtp::testing::Player& player, std::string_view said) {
  for (const smtp::MessageResult& result : player.results) {
    require(result.recipients.size() == 2, "a result for each recipient");
    for (const auto& one : result.recipients) {
      require_status(one.status);
      if (one.fate != queue::RecipientResult::Fate::delivered) continue;
      const bool sent = said.find("(body") != std::string_view::npos ||
                        said.find("Subject: x") != std::string_view::npos;
      require(sent, "nothing is delivered whose body was not sent");
    }
  }
  if (player.dialogue.problem()) require_status(player.dialogue.problem()->status);
}

std::string play(const Play& play, const Input& input, std::size_t piece) {
  smtp::testing::Player player(play.script, smtp::Transcript::Keep::all);
  std::string said = player.said();
  for (std::size_t at = 0; at < input.said.size() && !player.finished(); at += piece) {
    player.hears(input.said.substr(at, piece));
    said += player.said();
  }
  if (!player.finished()) player.loses_the_connection();
  said += player.said();
  require(has_only_crlf(said), "the client ends each line with CRLF");
  require(count(said, "MAIL FROM") <= 2, "one MAIL for each message");
  require(count(said, "(TLS)") <= 1, "one change to TLS");
  require_gate(play, said);
  require_results(player, said);
  return said;
}

}  // namespace

void server_session(std::string_view bytes) {
  const Input input = read(bytes);
  const Session session = serve(input, input.piece);
  require_replies(session.said);
  require_one_message_at_most(session, input.said);
  // Bytes that come with STARTTLS are thrown away, so there pieces matter; nowhere else.
  if (session.tls_starts == 0) {
    require(session == serve(input, input.said.size() + 1), "pieces do not change a session");
  }
  if (!session.over && is_commands_alone(input.said)) {
    const std::string codes = smtp::testing::reply_codes(session.said);
    const std::size_t replies = codes.empty() ? 0 : count(codes, " ") + 1;
    require(replies == 1 + count(input.said, "\r\n"), "one reply for each command");
  }
}

void client_session(std::string_view bytes) {
  const Input input = read(bytes);
  const Play setting(input.set_up);
  (void)play(setting, input, input.piece);
}

}  // namespace postern::fuzz
