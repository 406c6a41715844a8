// A DNS world for tests: NSD on loopback serves a root of our own, signed with keys made here, and
// a few zones below it: one whose signatures are false, one unsigned, and one that nobody serves.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "io/net/loop.h"
#include "io/resolver/resolver.h"

namespace postern::resolver::testing {

namespace fs = std::filesystem;

inline constexpr const char* kSoa =
    "@ 60 IN SOA ns.host. admin.host. 1 3600 600 86400 30\n@ 60 IN NS ns.host.\n";

// Everything is in the root zone but what must be signed otherwise.
inline constexpr const char* kRootZone = R"(
ns.host.            60 IN A 127.0.0.1
mail.good.          60 IN A 192.0.2.1
mail.good.          60 IN A 192.0.2.2
mail.good.          60 IN AAAA 2001:db8::1
good.               60 IN MX 10 Mail.Good.
good.               60 IN MX 20 other.good.
good.               60 IN TXT "v=STSv1;" " id=1"
null.               60 IN MX 0 .
weird.              60 IN MX 10 *.weird.
weird.              60 IN MX 20 mail.good.
hopeless.           60 IN MX 10 *.weird.
alias.              20 IN CNAME middle.alias.
middle.alias.       60 IN CNAME good.
dangling.           60 IN CNAME nowhere.good.
crossed.            60 IN CNAME host.broken.
lost.               60 IN CNAME host.plain.
_25._tcp.mail.good. 60 IN TLSA 3 1 1 aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899
mx.test.            60 IN A 192.0.2.9
1.2.0.192.in-addr.arpa. 60 IN PTR mail.good.
4.3.2.10.in-addr.arpa.  60 IN PTR inside.good.
broken.             60 IN NS ns.host.
plain.              60 IN NS ns.host.
absent.             60 IN NS ns.host.
)";
inline constexpr const char* kPlainZone =
    "host.plain. 60 IN A 192.0.2.3\nplain. 60 IN MX 5 host.plain.\n";
inline constexpr const char* kBrokenZone =
    "host.broken. 60 IN A 192.0.2.4\nbroken. 60 IN MX 5 host.broken.\n";

inline void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

inline std::string read_file(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Runs a program in `directory`, its words in `output`; the exit status.
inline int run(const fs::path& directory, const std::string& command, std::string& output) {
  FILE* pipe = ::popen(("cd " + directory.string() + " && " + command).c_str(), "r");
  char buffer[256];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  while (!output.empty() && output.back() == '\n') output.pop_back();
  return ::pclose(pipe);
}

// Makes a key, adds the zone's other records, signs, and returns the name of the key's files.
inline std::string sign(const fs::path& directory, const std::string& zone,
                        const std::string& file) {
  std::string key, ignored;
  EXPECT_EQ(run(directory, "ldns-keygen -a ECDSAP256SHA256 -k " + zone, key), 0);
  EXPECT_EQ(run(directory, "ldns-signzone -n -o " + zone + " " + file + " " + key, ignored), 0);
  return key;
}

// A UDP socket on a free port of loopback.
struct LoopbackUdp {
  explicit LoopbackUdp(int flags = 0) : socket(::socket(AF_INET, SOCK_DGRAM | flags, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
    port = ntohs(at.sin_port);
  }
  [[nodiscard]] base::Endpoint endpoint() const {
    return {*base::IpAddress::parse("127.0.0.1"), port};
  }

  net::Descriptor socket;
  std::uint16_t port = 0;
};

inline std::uint16_t free_port() { return LoopbackUdp().port; }

class World {
 public:
  World() {
    char name[] = "/tmp/postern-resolver-XXXXXX";
    directory_ = ::mkdtemp(name);
    make_zones();
    for (int attempt = 0; attempt < 5 && !served_; ++attempt) serve();
    EXPECT_TRUE(served_) << read_file(directory_ / "nsd.log");
  }
  ~World() {
    stop();
    fs::remove_all(directory_);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] ResolverSettings settings() const {
    ResolverSettings settings;
    settings.forwarders = {{*base::IpAddress::parse("127.0.0.1"), port_}};
    settings.trust_anchor_file = (directory_ / "anchor").string();
    return settings;
  }
  [[nodiscard]] const fs::path& directory() const { return directory_; }

 private:
  void make_zones();
  void serve();
  void stop();
  [[nodiscard]] bool answers() const;

  fs::path directory_;
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
  bool served_ = false;
};

inline void World::make_zones() {
  write_file(directory_ / "plain", "$ORIGIN plain.\n" + std::string(kSoa) + kPlainZone);
  write_file(directory_ / "broken", "$ORIGIN broken.\n" + std::string(kSoa) + kBrokenZone);
  const std::string broken_key = sign(directory_, "broken.", "broken");
  // The signature stays, the address changes.
  std::string forged = read_file(directory_ / "broken.signed");
  const auto at = forged.find("192.0.2.4");
  ASSERT_NE(at, std::string::npos);
  write_file(directory_ / "broken.signed", forged.replace(at, 9, "192.0.2.66"));
  write_file(directory_ / "root", "$ORIGIN .\n" + std::string(kSoa) + kRootZone +
                                      read_file(directory_ / (broken_key + ".ds")));
  const std::string root_key = sign(directory_, ".", "root");
  write_file(directory_ / "anchor", read_file(directory_ / (root_key + ".key")));
}

inline void World::serve() {
  port_ = free_port();
  const std::string here = directory_.string();
  std::string conf = "server:\n  ip-address: 127.0.0.1@" + std::to_string(port_) +
                     "\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"" + here +
                     "\"\n  database: \"\"\n  zonelistfile: \"" + here +
                     "/zonelist\"\n  pidfile: \"" + here + "/pid\"\n  xfrdfile: \"" + here +
                     "/xfrd\"\n  xfrdir: \"" + here + "\"\n  logfile: \"" + here +
                     "/nsd.log\"\n  server-count: 1\n  rrl-ratelimit: 0\n"
                     "remote-control:\n  control-enable: no\n";
  for (const auto& [zone, file] :
       {std::pair{".", "root.signed"}, {"broken.", "broken.signed"}, {"plain.", "plain"}}) {
    conf += "zone:\n  name: \"" + std::string(zone) + "\"\n  zonefile: \"" + file + "\"\n";
  }
  write_file(directory_ / "nsd.conf", conf);
  const std::string path = here + "/nsd.conf";
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);
    ::execl("/usr/sbin/nsd", "nsd", "-d", "-c", path.c_str(), nullptr);
    ::_exit(127);
  }
  // Asks until it answers, or has ended because somebody else took the port.
  while (::waitpid(process_, nullptr, WNOHANG) == 0) {
    served_ = answers();
    if (served_) return;
  }
  process_ = 0;
}

inline bool World::answers() const {
  const net::Descriptor udp(::socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port_);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(udp.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) return false;
  // Id 7, one question: the root's SOA.
  const unsigned char query[] = {0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1};
  (void)::send(udp.get(), query, sizeof query, MSG_NOSIGNAL);
  pollfd readable{udp.get(), POLLIN, 0};
  if (::poll(&readable, 1, 50) != 1) return false;
  unsigned char reply[512];
  return ::recv(udp.get(), reply, sizeof reply, 0) > 12 && (reply[3] & 15) == 0;
}

inline void World::stop() {
  if (process_ == 0) return;
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

}  // namespace postern::resolver::testing
