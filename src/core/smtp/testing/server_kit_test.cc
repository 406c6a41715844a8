#include "core/smtp/testing/server_kit.h"

#include <utility>

namespace postern::smtp::testing {

std::expected<SenderAdmission, Reply> Rules::may_send(const MailCommand&) {
  if (sender_refusal) return std::unexpected(*sender_refusal);
  return SenderAdmission{inside ? SenderAdmission::Kind::internal : SenderAdmission::Kind::world};
}

std::expected<RecipientAdmission, Reply> Rules::may_receive(const Path& to) {
  const dns::Domain house = *dns::Domain::parse("house.example");
  const dns::Domain ally = *dns::Domain::parse("ally.example");
  if (to.postmaster) return RecipientAdmission{{1}, house, queue::Leg::internal};
  const dns::Domain& domain = to.mailbox->domain;
  if (domain == house) return RecipientAdmission{{1}, house, queue::Leg::internal};
  if (domain == ally) return RecipientAdmission{{2}, ally, queue::Leg::internal};
  if (inside && !domain.empty()) return RecipientAdmission{{1}, domain, queue::Leg::external};
  return std::unexpected(Reply{550, "5.7.1", {"Relaying denied"}});
}

void Rules::refused(std::string_view, const Reply& reply) { refusals.push_back(reply); }

Server::Server(ServerSettings s, std::optional<TlsWords> tls)
    : settings(std::move(s)),
      dialogue(settings, *base::IpAddress::parse("192.0.2.1"), std::move(tls), rules) {
  greeting = std::exchange(dialogue.output(), {});
}

ServerSettings Server::plain_settings() {
  ServerSettings settings;
  settings.host = "gw.house.example";
  settings.auth = AuthOffer::under_tls;
  return settings;
}

bool Server::connection_lost() {
  ++steps_taken;
  if (!steps_left_ || (*steps_left_)-- > 0) return false;
  dialogue.on_closed(base::Failure{"connection-lost", "The connection was lost.", ""});
  return true;
}

struct Server::Perform {
  Server& server;
  ServerDialogue& dialogue;

  void operator()(StartTls) {
    ++server.tls_starts;
    dialogue.on_tls(TlsWords{"TLS_AES_256_GCM_SHA384", "x25519"});
  }
  void operator()(CheckPassword wanted) {
    const Credentials& c = *wanted.credentials;
    const bool right = c.user == "user" && c.password == "secret";
    const Login login = right ? Login::accepted : Login::refused;
    dialogue.on_login(server.login_service == Login::accepted ? login : server.login_service);
  }
  void operator()(BeginMessage wanted) {
    server.uploads_.assign(wanted.copies, "");
    Begun begun;
    for (std::size_t i = 0; i < wanted.copies; ++i) {
      begun.ids.push_back("ID" + std::to_string(++server.next_id_));
    }
    begun.time = base::instant(1795448776000000);
    dialogue.on_begun(std::move(begun));
  }
  void operator()(StoreBody wanted) {
    for (std::size_t i = 0; i < server.uploads_.size(); ++i) {
      if (!wanted.heads.empty()) server.uploads_[i] += wanted.heads[i];
      server.uploads_[i] += wanted.text;
    }
    dialogue.on_stored(server.storing);
  }
  void operator()(Commit wanted) {
    if (server.committing == Storing::done) {
      for (std::size_t i = 0; i < wanted.copies->size(); ++i) {
        server.messages.push_back({std::move((*wanted.copies)[i]), server.uploads_[i]});
      }
    }
    dialogue.on_committed(server.committing);
  }
  void operator()(AwaitInput) {}
  void operator()(Finished) {}
};

std::string Server::settle() {
  std::string said;
  for (;;) {
    said += std::exchange(dialogue.output(), {});
    ServerStep step = dialogue.step();
    if (std::holds_alternative<AwaitInput>(step) || std::holds_alternative<Finished>(step)) {
      return said;
    }
    if (!connection_lost()) std::visit(Perform{*this, dialogue}, step);
  }
}

std::string Server::feed(std::string_view bytes) {
  if (!over() && !connection_lost()) dialogue.on_input(bytes);
  return settle();
}

std::string Server::feed_in_pieces(std::string_view bytes, std::size_t piece) {
  std::string said;
  for (std::size_t at = 0; at < bytes.size(); at += piece) said += feed(bytes.substr(at, piece));
  return said;
}

std::string Server::codes(std::string_view bytes) { return reply_codes(feed(bytes)); }

void Server::open_transaction() {
  (void)feed("EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<user@house.example>\r\n");
}

bool Server::over() { return std::holds_alternative<Finished>(dialogue.step()); }

std::string reply_codes(std::string_view said) {
  std::string codes;
  while (!said.empty()) {
    const std::size_t end = said.find("\r\n");
    const std::string_view line = said.substr(0, end);
    if (line.size() < 4 || line[3] == ' ') {
      if (!codes.empty()) codes += ' ';
      codes += line.substr(0, 3);
    }
    said.remove_prefix(end == std::string_view::npos ? said.size() : end + 2);
  }
  return codes;
}

}  // namespace postern::smtp::testing
