// Whole sessions as scripts: replayed with the bytes cut everywhere, and with the connection lost
// at every step. Then sessions made by chance, held to what must always be true.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/base/text.h"
#include "core/smtp/testing/server_kit.h"

namespace postern::smtp {
namespace {

using testing::reply_codes;
using testing::Server;

struct Script {
  const char* name;
  std::vector<std::string> turns;  // the client waits for the replies between them
  const char* codes;
  std::size_t messages;
};

std::string plain_login() { return base::base64(std::string("\0user\0secret", 12)); }

const std::vector<Script>& scripts() {
  static const std::vector<Script> all = {
      {"one message, a command at a time",
       {"EHLO c.example\r\n", "MAIL FROM:<a@b.example>\r\n", "RCPT TO:<u@house.example>\r\n",
        "DATA\r\n", "Subject: x\r\n\r\nhi\r\n..\r\n.\r\n", "QUIT\r\n"},
       "250 250 250 354 250 221",
       1},
      {"two messages, pipelined",
       {"EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<u@house.example>\r\nDATA\r\n",
        "\r\none\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<u@house.example>\r\nDATA\r\n",
        "\r\ntwo\r\n.\r\nQUIT\r\n"},
       "250 250 250 354 250 250 250 354 250 221",
       2},
      {"STARTTLS, login, a message to two organisations",
       {"EHLO c.example\r\n", "STARTTLS\r\n",
        "EHLO c.example\r\nAUTH PLAIN " + plain_login() + "\r\n",
        "MAIL FROM:<x@house.example> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<u@house.example>\r\n"
        "RCPT TO:<v@ally.example>\r\nRCPT TO:<w@world.example>\r\nDATA\r\n",
        "From: x@house.example\r\n\r\ngr\xC3\xBC\xC3\x9F\r\n.\r\n", "QUIT\r\n"},
       "250 220 250 235 250 250 250 550 354 250 221",
       2},
      {"login by turns, cancelled and repeated",
       {"EHLO c.example\r\nSTARTTLS\r\n", "EHLO c.example\r\nAUTH LOGIN\r\n*\r\nAUTH PLAIN\r\n",
        plain_login() + "\r\n", "QUIT\r\n"},
       "250 220 250 334 501 334 235 221",
       0},
      {"chunks, refused ones among them",
       {"EHLO c.example\r\nBDAT 6\r\nQUIT\r\nMAIL FROM:<>\r\nRCPT TO:<u@house.example>\r\n"
        "BDAT 10\r\nA: b\r\n\r\n.\rBDAT 4 LAST\r\n\nx\r\nQUIT\r\n"},
       "250 503 250 250 250 250 221",
       1},
      {"a chunk with a lone LF, and the ones behind it",
       {"EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<u@house.example>\r\n"
        "BDAT 3\r\na\nbBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"},
       "250 250 250 554 503 250",
       0},
      {"a smuggled message",
       {"EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<u@house.example>\r\nDATA\r\n",
        "\r\nx\r\n.\nMAIL FROM:<evil@house.example>\r\nDATA\r\n\n.\r\nx\r\n.\r\nNOOP\r\n"},
       "250 250 250 354 554 250",
       0},
      {"errors of every kind",
       {"MAIL FROM:<>\r\nEHLO\r\nEHLO c.example\r\nXYZZY\r\nMAIL FROM:a\r\nRCPT "
        "TO:<u@house.example>"
        "\r\nDATA\r\nVRFY u\r\nEXPN u\r\n\r\nSTARTTLS x\r\nQUIT x\r\n" +
        std::string(3000, 'x') + "\r\nQUIT\r\n"},
       "503 501 250 500 501 503 503 252 502 500 501 501 500 221",
       0},
      {"a command with a lone LF", {"NOOP\r\nNOOP\nNOOP\r\n"}, "250 500", 0},
      {"another protocol", {"POST / HTTP/1.1\r\nHost: x\r\n\r\nMAIL FROM:<>\r\n"}, "500", 0},
  };
  return all;
}

struct Played {
  std::string said;
  std::vector<std::string> bodies;
  bool over = false;
  bool operator==(const Played&) const = default;
};

Played played(Server& server, std::string said) {
  Played result;
  result.said = std::move(said);
  for (const auto& message : server.messages) result.bodies.push_back(message.body);
  result.over = server.over();
  return result;
}

Played play(const Script& script, std::size_t piece) {
  Server server;
  std::string said;
  for (const std::string& turn : script.turns) said += server.feed_in_pieces(turn, piece);
  return played(server, std::move(said));
}

TEST(ServerScripts, SayWhatIsExpected) {
  for (const Script& script : scripts()) {
    const Played whole = play(script, 1 << 20);
    EXPECT_EQ(reply_codes(whole.said), script.codes) << script.name;
    EXPECT_EQ(whole.bodies.size(), script.messages) << script.name;
  }
}

TEST(ServerScripts, DoNotDependOnHowTheBytesArrive) {
  for (const Script& script : scripts()) {
    const Played whole = play(script, 1 << 20);
    for (std::size_t piece = 1; piece < 40; ++piece) {
      EXPECT_EQ(play(script, piece), whole) << script.name << ", in pieces of " << piece;
    }
  }
}

TEST(ServerScripts, DoNotDependOnWhereATurnIsCut) {
  for (const Script& script : scripts()) {
    const Played whole = play(script, 1 << 20);
    for (std::size_t turn = 0; turn < script.turns.size(); ++turn) {
      for (std::size_t cut = 1; cut < script.turns[turn].size(); ++cut) {
        Server server;
        std::string said;
        for (std::size_t i = 0; i < script.turns.size(); ++i) {
          const std::string_view bytes = script.turns[i];
          said += server.feed(bytes.substr(0, i == turn ? cut : bytes.size()));
          if (i == turn) said += server.feed(bytes.substr(cut));
        }
        EXPECT_EQ(played(server, std::move(said)), whole) << script.name << ", cut at " << cut;
      }
    }
  }
}

TEST(ServerScripts, LoseNothingHalfWhenTheConnectionIsLostAtAnyStep) {
  for (const Script& script : scripts()) {
    Server complete;
    for (const std::string& turn : script.turns) (void)complete.feed(turn);
    for (int lost = 0; lost < complete.steps_taken; ++lost) {
      Server server;
      server.lose_connection_after(lost);
      for (const std::string& turn : script.turns) (void)server.feed(turn);
      EXPECT_TRUE(server.over()) << script.name << ", lost at " << lost;
      ASSERT_LE(server.messages.size(), complete.messages.size());
      for (std::size_t i = 0; i < server.messages.size(); ++i) {
        EXPECT_EQ(server.messages[i].body, complete.messages[i].body)
            << script.name << ", lost at " << lost << ": a message is whole or not there";
      }
    }
  }
}

// --- by chance -----------------------------------------------------------------------------------

class Chance {
 public:
  explicit Chance(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }
  template <std::size_t N>
  const char* one_of(const char* const (&words)[N]) {
    return words[below(N)];
  }

  std::string command() {
    static const char* const kCommands[] = {"EHLO c.example",
                                            "HELO c.example",
                                            "EHLO",
                                            "MAIL FROM:<a@b.c>",
                                            "MAIL FROM:<>",
                                            "MAIL FROM:<a@b.c> SIZE=9999999999",
                                            "MAIL FROM:<a@b.c> X",
                                            "RCPT TO:<u@house.example>",
                                            "RCPT TO:<v@ally.example>",
                                            "RCPT TO:<w@world.example>",
                                            "RCPT TO:<>",
                                            "RCPT TO:<u%w.example@house.example>",
                                            "RSET",
                                            "NOOP",
                                            "VRFY x",
                                            "EXPN x",
                                            "HELP",
                                            "",
                                            "FOO",
                                            "STARTTLS x",
                                            "AUTH PLAIN",
                                            "QUIT x",
                                            "LHLO x",
                                            "DATA x"};
    return one_of(kCommands);
  }

  // Text that is rich in what might be taken for an end, without holding the true one.
  std::string content() {
    static const char* const kBits[] = {
        "\r",  "\n",    ".",        "\r\n",   "..",       "x",      "\r\n.",
        ".\r", "\n.\n", "A: b\r\n", "\r\n..", "QUIT\r\n", "\r\r\n", "MAIL FROM:<evil@b.c>\r\n"};
    std::string text;
    const std::size_t bits = below(14);
    for (std::size_t i = 0; i < bits; ++i) {
      text += below(30) == 0 ? std::string(1, '\0') : std::string(one_of(kBits));
    }
    for (;;) {
      const std::string seen = "\r\n" + text + "\r\n.\r\n";
      const std::size_t end = seen.find("\r\n.\r\n");
      if (end + 5 == seen.size()) return text;
      text.erase(end, 1);  // breaks this early end
    }
  }

 private:
  std::mt19937 random_;
};

ServerSettings patient() {
  ServerSettings settings = Server::plain_settings();
  settings.limits.protocol_errors = 1000;
  settings.limits.refused_recipients = 1000;
  return settings;
}

bool is_fit(const std::string& content) {
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] == '\0') return false;
    if (content[i] == '\n' && (i == 0 || content[i - 1] != '\r')) return false;
    if (content[i] == '\r' && (i + 1 == content.size() || content[i + 1] != '\n')) return false;
  }
  return true;
}

TEST(ServerByChance, EveryCommandGetsOneReplyAndEveryMessageIsOneOrNone) {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    Chance chance(seed);
    Server server(patient());
    std::string everything, said;
    std::size_t expected = 0;
    const auto send = [&](const std::string& bytes) {
      everything += bytes;
      const std::string answer = server.feed_in_pieces(bytes, 1 + chance.below(20));
      said += answer;
      return reply_codes(answer);
    };
    for (int i = 0; i < 40; ++i) {
      if (chance.below(3) != 0) {
        const std::string codes = send(chance.command() + "\r\n");
        EXPECT_EQ(codes.size(), 3U) << "seed " << seed;
        continue;
      }
      (void)send("RSET\r\nEHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<u@house.example>\r\n");
      const std::string content = chance.content();
      if (chance.below(2) == 0) {
        ASSERT_EQ(send("DATA\r\n"), "354") << "seed " << seed;
        // The content's own last byte may make the ending's CR LF a different pair.
        const bool fit = is_fit(content + "\r\n");
        EXPECT_EQ(send(content + "\r\n.\r\n"), fit ? "250" : "554") << "seed " << seed;
        expected += fit ? 1 : 0;
      } else {
        const bool fit = is_fit(content);
        EXPECT_EQ(send("BDAT " + std::to_string(content.size()) + " LAST\r\n" + content),
                  fit ? "250" : "554")
            << "seed " << seed;
        expected += fit ? 1 : 0;
      }
      EXPECT_EQ(server.messages.size(), expected) << "seed " << seed;
    }
    EXPECT_FALSE(server.over()) << "seed " << seed;
    for (const auto& message : server.messages) {
      EXPECT_TRUE(is_fit(message.body)) << "seed " << seed << ": nothing unfit is passed on";
      EXPECT_TRUE(message.body.ends_with("\r\n")) << "seed " << seed;
    }
    // The same bytes at once give the same session.
    Server at_once(patient());
    EXPECT_EQ(at_once.feed(everything), said) << "seed " << seed;
    EXPECT_EQ(at_once.messages.size(), expected) << "seed " << seed;
  }
}

TEST(ServerByChance, NoBytesWhateverBreakIt) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    Chance chance(seed);
    auto settings = Server::plain_settings();
    settings.limits.message = 500;
    settings.limits.header = 100;
    if (chance.below(2) == 0) settings.line_ends = DataReader::LineEnds::normalise;
    Server server(settings);
    for (int i = 0; i < 60 && !server.over(); ++i) {
      static const char* const kParts[] = {
          "BDAT ",    "5",          " LAST",        "DATA",
          "EHLO c",   "\r\n",       "MAIL FROM:<>", "RCPT TO:<u@house.example>",
          "STARTTLS", "AUTH LOGIN", "AUTH PLAIN =", "RSET",
          "*"};
      std::string bytes = chance.below(3) == 0 ? chance.content() : chance.one_of(kParts);
      if (chance.below(2) == 0) bytes += "\r\n";
      (void)server.feed(bytes);
    }
    for (const auto& message : server.messages) {
      EXPECT_TRUE(is_fit(message.body)) << "seed " << seed;
      EXPECT_EQ(message.copy.envelope.size, static_cast<std::int64_t>(message.body.size()));
      EXPECT_FALSE(message.copy.destinations.empty());
    }
  }
}

}  // namespace
}  // namespace postern::smtp
