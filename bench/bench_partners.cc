// A world of partners that are far away: DNS and mail servers that let every answer wait for a
// round trip. Each domain d<N>.probe.example has the one MX mx<N>.probe.example, with an address of
// its own in 127.1.0.0/16; all addresses are served by one listener. Prints the ports of DNS and
// SMTP when it listens, and ends with its standard input.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <deque>
#include <optional>
#include <thread>

#include "bench/conversation.h"
#include "io/crypto/tls.h"

namespace postern::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

// --- DNS
// ------------------------------------------------------------------------------------------

constexpr unsigned kTypeA = 1, kTypeMx = 15;
constexpr std::size_t kHeaderBytes = 12;

struct Question {
  std::string first_label;
  unsigned type = 0;
  std::size_t end = 0;  // where it ends in the packet
};

std::optional<Question> read_question(std::string_view packet) {
  std::size_t at = kHeaderBytes;
  Question question;
  while (at < packet.size() && packet[at] != 0) {
    const auto length = static_cast<unsigned char>(packet[at]);
    if (length > 63) return std::nullopt;
    if (question.first_label.empty()) question.first_label = packet.substr(at + 1, length);
    at += 1 + length;
  }
  if (at + 5 > packet.size()) return std::nullopt;
  question.type = static_cast<unsigned char>(packet[at + 1]) * 256U +
                  static_cast<unsigned char>(packet[at + 2]);
  question.end = at + 5;
  return question;
}

std::optional<unsigned> number_behind(std::string_view label, std::string_view word) {
  unsigned number = 0;
  if (!label.starts_with(word)) return std::nullopt;
  const char* const end = label.data() + label.size();
  const auto read = std::from_chars(label.data() + word.size(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

// Name (a pointer to the question's), type, class, an hour, and the data with its length.
std::string record(unsigned type, const std::string& data) {
  std::string made("\xc0\x0c", 2);
  const std::array<unsigned, 10> head{0, type, 0, 1, 0, 0, 14, 16, 0, unsigned(data.size())};
  for (const unsigned byte : head) made += static_cast<char>(byte);
  return made + data;
}

std::string answer_to(const Question& question) {
  if (const auto mx = number_behind(question.first_label, "mx"); mx && question.type == kTypeA) {
    const std::array<unsigned, 4> address{127, 1, *mx / 250 % 256, *mx % 250 + 1};
    std::string data;
    for (const unsigned byte : address) data += static_cast<char>(byte);
    return record(kTypeA, data);
  }
  if (const auto domain = number_behind(question.first_label, "d");
      domain && question.type == kTypeMx) {
    const std::string host = fmt::format("mx{}", *domain);
    std::string data("\0\x0a", 2);
    data += static_cast<char>(host.size());
    data += host;
    // The rest of the name stands in the question, behind the first label.
    data += '\xc0';
    data += static_cast<char>(kHeaderBytes + 1 + question.first_label.size());
    return record(kTypeMx, data);
  }
  return {};
}

std::optional<std::string> reply_to(std::string_view packet) {
  const auto question = read_question(packet);
  if (!question) return std::nullopt;
  const std::string answer = answer_to(*question);
  std::string reply(packet.substr(0, question->end));
  const std::array<unsigned, 10> header{0x84, 0x80, 0, 1, 0, answer.empty() ? 0U : 1U, 0, 0, 0, 0};
  for (std::size_t i = 0; i < header.size(); ++i) reply[2 + i] = static_cast<char>(header[i]);
  return reply + answer;
}

// Answers on a thread of its own, each question after the round trip.
class NameServer {
 public:
  explicit NameServer(Milliseconds round_trip) : round_trip_(round_trip) {
    descriptor_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int bytes = 4 << 20;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      return;
    }
    port_ = ntohs(address.sin_port);
    std::thread([this] { run(); }).detach();  // ends with the program
  }
  [[nodiscard]] unsigned port() const { return port_; }

 private:
  struct Waiting {
    Clock::time_point due;
    sockaddr_in to;
    std::string reply;
  };

  [[noreturn]] void run() {
    for (;;) {
      pollfd readable{descriptor_, POLLIN, 0};
      ::poll(&readable, 1, wait());
      receive_all();
      send_due();
    }
  }
  [[nodiscard]] int wait() const {
    if (waiting_.empty()) return -1;
    const auto left = std::chrono::ceil<Milliseconds>(waiting_.front().due - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }
  void receive_all() {
    std::array<char, 1500> packet;  // NOLINT: filled by the read
    for (;;) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t count = ::recvfrom(descriptor_, packet.data(), packet.size(), 0,
                                       reinterpret_cast<sockaddr*>(&from), &size);
      if (count < 0) return;
      auto reply = reply_to(std::string_view(packet.data(), static_cast<std::size_t>(count)));
      if (reply) waiting_.push_back({Clock::now() + round_trip_, from, *std::move(reply)});
    }
  }
  void send_due() {
    for (; !waiting_.empty() && waiting_.front().due <= Clock::now(); waiting_.pop_front()) {
      const Waiting& one = waiting_.front();
      (void)::sendto(descriptor_, one.reply.data(), one.reply.size(), 0,
                     reinterpret_cast<const sockaddr*>(&one.to), sizeof one.to);
    }
  }

  Milliseconds round_trip_;
  int descriptor_ = -1;
  unsigned port_ = 0;
  std::deque<Waiting> waiting_;  // all wait equally long: the first is due first
};

// --- SMTP
// -----------------------------------------------------------------------------------------

struct MailServers {
  net::Shard& shard;
  net::TaskGroup& sessions;
  std::shared_ptr<const crypto::ServerContext> tls;
  Milliseconds round_trip;

  net::Task<void> travel(int round_trips) {
    base::Deadline then{.at = shard.now() + round_trips * round_trip};
    (void)co_await shard.sleep(then);
  }

  net::Task<bool> start_tls(Conversation& talk) {
    talk.output += "220 go\r\n";
    bool flushed = co_await talk.flush();
    if (!flushed) co_return false;
    co_await travel(1);
    std::unique_ptr<net::Socket> bare(static_cast<net::Socket*>(talk.stream.release()));
    base::Deadline deadline = talk.soon();
    auto secured = co_await tls->accept_tls(std::move(bare), crypto::Fallback::plaintext, deadline);
    if (!secured) co_return false;
    talk.stream = std::move(secured->stream);
    co_return true;
  }

  net::Task<void> session(std::unique_ptr<net::Socket> socket) {
    Conversation talk{shard, std::move(socket), {}, {}};
    std::string line = "connected";
    bool secured = false;
    co_await travel(1);  // the handshake of TCP
    for (bool alive = true; alive;) {
      co_await travel(1);
      if (line == "connected") {
        talk.output = "220 mx.probe.example ESMTP\r\n";
      } else if (line.starts_with("STARTTLS")) {
        secured = co_await start_tls(talk);
        if (!secured) co_return;
      } else if (line.starts_with("QUIT")) {
        talk.output = "221 2.0.0 bye\r\n";
        co_await talk.flush();
        break;
      } else {
        talk.output = secured ? "250-mx.probe.example\r\n250 PIPELINING\r\n"
                              : "250-mx.probe.example\r\n250-PIPELINING\r\n250 STARTTLS\r\n";
      }
      alive = co_await talk.line(line);
    }
    talk.stream->finish();
  }

  net::Task<void> accept_all(net::Listener& listener, base::Deadline deadline) {
    for (;;) {
      auto socket = co_await listener.accept(deadline);
      if (!socket) co_return;
      sessions.start(session(std::move(*socket)));
    }
  }
};

struct Options {
  std::string certificate;
  std::string key;
  int round_trip = 50;
};

int fail(const std::string& why) {
  fmt::print(stderr, "bench_partners: {}\n", why);
  return 1;
}

int run(const Options& options) {
  net::Shard shard;
  crypto::ServerContext::Settings settings;
  settings.identities.push_back({options.certificate, options.key});
  settings.ask_client_certificate = false;
  auto tls = crypto::ServerContext::make(settings);
  if (!tls) return fail(tls.error().text);
  const base::Endpoint anywhere = base::Endpoint::parse("0.0.0.0:0").value_or(base::Endpoint{});
  auto listener = net::listen(shard, anywhere, net::Sharing::exclusive);
  if (!listener) return fail(listener.error().text);
  const NameServer names{Milliseconds(options.round_trip)};
  if (names.port() == 0) return fail("no port for DNS");
  fmt::print("{} {}\n", names.port(), (*listener)->local().port);
  std::fflush(stdout);
  net::TaskGroup sessions(shard);
  MailServers servers{shard, sessions, *tls, Milliseconds(options.round_trip)};
  net::TaskGroup acceptors(shard);
  base::Deadline forever{.at = base::Steady::max(), .cancellation = &acceptors.cancellation()};
  acceptors.start(servers.accept_all(**listener, forever));
  std::thread([] {
    while (std::getchar() != EOF) {
    }
    std::_Exit(0);  // nobody's session is waited for
  }).detach();
  shard.run();
  return 0;
}

}  // namespace
}  // namespace postern::bench

int main(int argc, char** argv) {
  postern::bench::Options options;
  CLI::App app("DNS and mail servers of many partners, each a round trip away");
  app.add_option("--certificate", options.certificate, "For *.probe.example")->required();
  app.add_option("--key", options.key, "Its key")->required();
  app.add_option("--round-trip", options.round_trip, "In milliseconds")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return postern::bench::run(options);
}
