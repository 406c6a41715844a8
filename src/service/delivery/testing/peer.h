// For tests: mail servers on loopback, good and bad, that keep what they were told.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "io/crypto/tls.h"
#include "io/net/shard.h"
#include "io/net/stream.h"
#include "io/net/testing/still_stream.h"

namespace postern::delivery::testing {

// How a server behaves. Replies are by command word ("MAIL", "RCPT", "DATA", "BODY", "STARTTLS",
// "EHLO", "EHLO under TLS", "GREETING"); what is not named is answered with success. "" as a reply:
// the server hangs up.
struct Posture {
  bool starttls = true;
  std::shared_ptr<const crypto::ServerContext> tls;  // null: STARTTLS is answered, then it hangs up
  std::string extensions = "PIPELINING 8BITMIME SIZE CHUNKING";
  std::map<std::string, std::string> replies;
};

struct Arrived {
  std::string sender;
  std::vector<std::string> recipients;
  std::string body;  // dots undone
  bool encrypted = false;
};

class Peer {
 public:
  Peer(net::TaskGroup& group, base::Endpoint at, Posture posture)
      : posture(std::move(posture)),
        group_(group),
        listener_(net::listen(group.shard(), at, net::Sharing::exclusive).value()) {
    group_.start(accept_all());
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_->local().port; }
  void stop_listening() { listener_->close(); }

  Posture posture;
  std::vector<Arrived> arrived;
  std::vector<std::string> commands;  // of all sessions
  int connections = 0;
  int open = 0;

 private:
  struct Session {
    std::unique_ptr<net::Stream> stream;
    std::string unread;
    Arrived message;
    bool encrypted = false;
    bool over = false;
  };

  net::Task<void> accept_all() {
    for (;;) {
      base::Deadline forever{base::Steady::max(), &group_.cancellation()};
      auto socket = co_await listener_->accept(forever);
      if (!socket) co_return;
      ++connections;
      group_.start(serve(*std::move(socket)));
    }
  }

  net::Task<void> serve(std::unique_ptr<net::Socket> socket) {
    Session session;
    session.stream = std::move(socket);
    ++open;
    co_await answer(session, "GREETING", "220 peer.example ESMTP");
    while (!session.over) {
      std::string line = co_await read_line(session);
      if (session.over) break;
      commands.push_back(line);
      co_await on_command(session, line);
    }
    session.stream->close();
    --open;
  }

  net::Task<void> on_command(Session& session, std::string line) {
    const std::string word = line.substr(0, line.find(' '));
    if (word == "EHLO") {
      std::string key = session.encrypted ? word + " under TLS" : word;
      co_await answer(session, std::move(key), hello(session));
    } else if (word == "STARTTLS") {
      co_await start_tls(session);
    } else if (word == "MAIL") {
      session.message = {inside(line), {}, "", session.encrypted};
      co_await answer(session, word, "250 2.1.0 ok");
    } else if (word == "RCPT") {
      const bool named = posture.replies.contains(inside(line));
      if (!named && !posture.replies.contains(word)) {
        session.message.recipients.push_back(inside(line));
      }
      std::string key = named ? inside(line) : word;
      co_await answer(session, std::move(key), "250 2.1.5 ok");
    } else if (word == "DATA") {
      co_await take_data(session);
    } else if (word == "BDAT") {
      co_await take_chunk(session, line);
    } else if (word == "QUIT") {
      co_await answer(session, word, "221 2.0.0 bye");
      session.over = true;
    } else {
      co_await answer(session, word, "250 2.0.0 ok");
    }
  }

  [[nodiscard]] std::string hello(const Session& session) const {
    std::string text = "250-peer.example";
    if (posture.starttls && !session.encrypted) text += "\r\n250-STARTTLS";
    for (const auto word : base::split(posture.extensions, ' ')) {
      if (!word.empty()) text += "\r\n250-" + std::string(word);
    }
    return text + "\r\n250 HELP";
  }

  net::Task<void> start_tls(Session& session) {
    co_await answer(session, "STARTTLS", "220 2.0.0 go ahead");
    if (session.over || posture.replies.contains("STARTTLS")) co_return;
    session.over = posture.tls == nullptr;
    if (session.over) co_return;
    std::unique_ptr<net::Socket> socket(static_cast<net::Socket*>(session.stream.release()));
    base::Deadline deadline = group_.within(std::chrono::seconds(10));
    auto secured =
        co_await posture.tls->accept_tls(std::move(socket), crypto::Fallback::plaintext, deadline);
    if (!secured) {
      session.stream = std::make_unique<Gone>();
      session.over = true;
      co_return;
    }
    session.stream = std::move(secured->stream);
    session.encrypted = true;
  }

  net::Task<void> take_data(Session& session) {
    co_await answer(session, "DATA", "354 go ahead");
    if (session.over || posture.replies.contains("DATA")) co_return;
    std::string body;
    for (;;) {
      std::string line = co_await read_line(session);
      if (session.over || line == ".") break;
      if (line.starts_with('.')) line.erase(0, 1);
      body += line + "\r\n";
    }
    co_await take(session, std::move(body));
  }

  net::Task<void> take_chunk(Session& session, std::string line) {
    const auto size = static_cast<std::size_t>(std::stoull(line.substr(5)));
    while (session.unread.size() < size && !session.over) co_await read_more(session);
    std::string body = session.unread.substr(0, size);
    session.unread.erase(0, size);
    co_await take(session, std::move(body));
  }

  net::Task<void> take(Session& session, std::string body) {
    if (session.over) co_return;
    if (session.message.recipients.empty()) {
      co_await answer(session, "NOBODY", "554 5.5.1 no recipients");
      co_return;
    }
    session.message.body = std::move(body);
    if (!posture.replies.contains("BODY")) arrived.push_back(session.message);
    co_await answer(session, "BODY", "250 2.0.0 queued");
  }

  net::Task<void> answer(Session& session, std::string word, std::string usual) {
    const auto special = posture.replies.find(word);
    const std::string text = (special == posture.replies.end() ? usual : special->second) + "\r\n";
    if (text == "\r\n") {
      session.over = true;
      co_return;
    }
    base::Deadline deadline = group_.within(std::chrono::seconds(10));
    auto written = co_await session.stream->write(text, deadline);
    if (!written) session.over = true;
  }

  net::Task<std::string> read_line(Session& session) {
    for (;;) {
      const std::size_t end = session.unread.find("\r\n");
      if (end != std::string::npos) {
        std::string line = session.unread.substr(0, end);
        session.unread.erase(0, end + 2);
        co_return line;
      }
      co_await read_more(session);
      if (session.over) co_return std::string();
    }
  }

  net::Task<void> read_more(Session& session) {
    std::string block(16 * 1024, '\0');
    base::Deadline deadline = group_.within(std::chrono::seconds(30));
    auto count = co_await session.stream->read_some(block, deadline);
    if (!count || *count == 0) {
      session.over = true;
      co_return;
    }
    session.unread.append(block, 0, *count);
  }

  static std::string inside(const std::string& line) {
    const std::size_t open_at = line.find('<');
    return line.substr(open_at + 1, line.find('>') - open_at - 1);
  }

  // What is left of a connection whose handshake failed.
  class Gone : public net::testing::StillStream {
   public:
    net::Task<base::Result<std::size_t>> read_some(std::span<char>, base::Deadline) override {
      co_return std::size_t{0};
    }
    net::Task<base::Result<>> write(std::string_view, base::Deadline) override {
      co_return base::fail("connection-lost", "The connection is gone.");
    }
  };

  net::TaskGroup& group_;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace postern::delivery::testing
