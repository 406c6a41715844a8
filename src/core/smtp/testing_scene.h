// For tests: a delivery as it should go, from greeting to goodbye; each test changes one thing.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/smtp/testing_client.h"

namespace postern::smtp::testing {

inline constexpr std::string_view kBody = "Subject: hello\r\n\r\n.dot\r\n";

// To one recipient, under TLS.
struct Scene {
  queue::Envelope envelope;
  std::vector<queue::Recipient> recipients{{"ann@example.com", "", 0}};
  Script script;

  explicit Scene(tls::Requirement requirement = strict()) {
    envelope.sender = "me@postern.example";
    script.setup = setup_for(std::move(requirement));
    script.handshake = trusted_handshake();
    refresh();
    script.turns = {
        {"", "220 mx1.example.com ESMTP\r\n"},
        {"EHLO gw.postern.example\r\n", "250-mx1.example.com\r\n250 STARTTLS\r\n"},
        {"STARTTLS\r\n", "220 go ahead\r\n"},
        {"(TLS)EHLO gw.postern.example\r\n",
         "250-mx1.example.com\r\n250-PIPELINING\r\n250 SIZE 1000\r\n"},
        {"MAIL FROM:<me@postern.example> SIZE=24\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n",
         "250 ok\r\n250 ok\r\n354 go\r\n"},
        {"Subject: hello\r\n\r\n..dot\r\n.\r\n", "250 2.0.0 queued as 1\r\n"},
        {"QUIT\r\n", "221 bye\r\n"},
    };
  }
  Scene(const Scene&) = delete;

  void refresh() {
    OutgoingMessage message;
    message.envelope = &envelope;
    message.recipients = recipients;
    message.size = static_cast<std::int64_t>(kBody.size());
    message.body = kBody;
    script.messages = {message};
  }
  void recipients_are(std::vector<std::string> addresses) {
    recipients.clear();
    for (std::string& address : addresses) recipients.push_back({std::move(address), "", 0});
    refresh();
  }
  // The server's answer to its EHLO under TLS.
  void offers_under_tls(std::string keywords) {
    std::string reply = "250-mx1.example.com\r\n";
    for (const auto word : base::split(keywords, ' ')) {
      reply += "250-" + std::string(word) + "\r\n";
    }
    script.turns[3].server = reply + "250 HELP\r\n";
  }
  void ends_with(std::size_t turns, std::vector<Turn> rest) {
    script.turns.resize(turns);
    script.turns.insert(script.turns.end(), rest.begin(), rest.end());
  }

  // Plays all turns, holding the client to its part.
  void play(Player& player) {
    for (const Turn& turn : script.turns) {
      ASSERT_EQ(player.said(), turn.client) << "before \"" << turn.server << "\"";
      player.hears(turn.server);
    }
    EXPECT_TRUE(player.finished());
  }
};

}  // namespace postern::smtp::testing
