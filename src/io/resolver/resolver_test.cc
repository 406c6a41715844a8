// Against a real name server: NSD on loopback serves a root of our own, signed with keys made here,
// and the zones below it. One world serves all tests of this file.
#include "io/resolver/resolver.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "io/net/testing/deadlines.h"
#include "io/resolver/testing/dns_world.h"

namespace postern::resolver {
namespace {

using net::testing::never;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using testing::World;
using testing::write_file;

template <class Answer>
using Ask = net::Task<Answer> (Lookups::*)(dns::Domain, base::Deadline);

template <class Answer>
net::Task<void> ask(Lookups& lookups, Ask<Answer> how, dns::Domain name, base::Deadline deadline,
                    Answer& out) {
  out = co_await (lookups.*how)(name, deadline);
}

class Resolver : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world = new World(); }
  static void TearDownTestSuite() {
    delete world;
    world = nullptr;
  }

  Resolver() { use(world->settings()); }

  void use(ResolverSettings settings) {
    auto made = make_resolver(shard, std::move(settings));
    ASSERT_TRUE(made) << made.error().text;
    lookups = std::move(*made);
  }

  template <class Answer>
  Answer look_up(Ask<Answer> how, std::string_view name, base::Deadline deadline = {}) {
    Answer answer;
    shard.run_until_done(ask(*lookups, how, *dns::Domain::from_ascii(name), deadline, answer));
    return answer;
  }

  static World* world;
  net::Shard shard;
  std::unique_ptr<Lookups> lookups;
};

World* Resolver::world = nullptr;

template <class Answer>
std::string outcome(const Answer& answer) {
  const char* security = answer.secure()                           ? " secure"
                         : answer.security == dns::Security::bogus ? " bogus"
                                                                   : " insecure";
  switch (answer.outcome) {
    case dns::Outcome::ok:
      return std::string("ok") + security;
    case dns::Outcome::no_data:
      return std::string("no data") + security;
    case dns::Outcome::nxdomain:
      return std::string("nxdomain") + security;
    case dns::Outcome::failed:
      return answer.code + security;
  }
  return "?";
}

TEST_F(Resolver, ReadsEveryTypeFromASignedZoneAsSecure) {
  const auto mx = look_up(&Lookups::mx, "good");
  EXPECT_EQ(outcome(mx), "ok secure") << mx.why;
  ASSERT_EQ(mx.records.size(), 2u);
  const auto& first = mx.records[mx.records[0].preference == 10 ? 0 : 1];
  EXPECT_EQ(first.host.text(), "mail.good");
  EXPECT_GT(mx.ttl, 0s);
  EXPECT_LE(mx.ttl, 60s);
  EXPECT_EQ(mx.canonical.text(), "good");

  const auto a = look_up(&Lookups::a, "mail.good");
  EXPECT_EQ(outcome(a), "ok secure");
  EXPECT_EQ(a.records.size(), 2u);
  const auto aaaa = look_up(&Lookups::aaaa, "mail.good");
  ASSERT_EQ(outcome(aaaa), "ok secure");
  EXPECT_EQ(aaaa.records[0].to_string(), "2001:db8::1");
  const auto tlsa = look_up(&Lookups::tlsa, "_25._tcp.mail.good");
  ASSERT_EQ(outcome(tlsa), "ok secure");
  EXPECT_EQ(tlsa.records[0].usage, 3);
  EXPECT_EQ(tlsa.records[0].data.size(), 32u);
  const auto txt = look_up(&Lookups::txt, "good");
  ASSERT_EQ(outcome(txt), "ok secure");
  EXPECT_EQ(txt.records[0].text, "v=STSv1; id=1");
  const auto cname = look_up(&Lookups::cname, "alias");
  ASSERT_EQ(outcome(cname), "ok secure");
  EXPECT_EQ(cname.records[0].text(), "middle.alias");
}

net::Task<void> ask_ptr(Lookups& lookups, std::string_view address, dns::NameAnswer& out) {
  const auto parsed = *base::IpAddress::parse(address);
  out = co_await lookups.ptr(parsed, never());
}

TEST_F(Resolver, FindsTheNamesOfAddressesPrivateOnesToo) {
  dns::NameAnswer answer;
  shard.run_until_done(ask_ptr(*lookups, "192.0.2.1", answer));
  ASSERT_TRUE(answer.ok()) << answer.why;
  EXPECT_EQ(answer.records[0].text(), "mail.good");
  shard.run_until_done(ask_ptr(*lookups, "10.2.3.4", answer));
  ASSERT_TRUE(answer.ok()) << answer.why;
  EXPECT_EQ(answer.records[0].text(), "inside.good");
}

TEST_F(Resolver, TellsProvedAbsenceOfTheNameFromThatOfTheType) {
  EXPECT_EQ(outcome(look_up(&Lookups::mx, "nowhere.good")), "nxdomain secure");
  EXPECT_EQ(outcome(look_up(&Lookups::mx, "mail.good")), "no data secure");
  EXPECT_EQ(outcome(look_up(&Lookups::tlsa, "_25._tcp.other.good")), "nxdomain secure");
}

TEST_F(Resolver, CallsAnUnsignedZoneInsecure) {
  EXPECT_EQ(outcome(look_up(&Lookups::mx, "plain")), "ok insecure");
  EXPECT_EQ(outcome(look_up(&Lookups::mx, "nowhere.plain")), "nxdomain insecure");
}

TEST_F(Resolver, NeverTakesForgedDataNorItsAbsence) {
  const auto forged = look_up(&Lookups::a, "host.broken");
  EXPECT_EQ(outcome(forged), "dnssec-bogus bogus");
  EXPECT_TRUE(forged.records.empty());
  EXPECT_NE(forged.why.find("host.broken"), std::string::npos);
  EXPECT_EQ(outcome(look_up(&Lookups::mx, "broken")), "ok secure");  // only the address was changed
}

TEST_F(Resolver, FollowsACnameChainToItsEndWithTheShortestLifeTime) {
  const auto answer = look_up(&Lookups::mx, "alias");
  EXPECT_EQ(outcome(answer), "ok secure");
  EXPECT_EQ(answer.canonical.text(), "good");
  EXPECT_LE(answer.ttl, 20s);
}

TEST_F(Resolver, JudgesAChainByItsWeakestLink) {
  EXPECT_EQ(outcome(look_up(&Lookups::a, "crossed")), "dnssec-bogus bogus");
  EXPECT_EQ(outcome(look_up(&Lookups::a, "lost")), "ok insecure");
  EXPECT_EQ(outcome(look_up(&Lookups::a, "dangling")), "nxdomain secure");
}

TEST_F(Resolver, CallsAReferralAFailureNotAnAbsence) {
  // NSD does not recurse: it only names the servers that the root has for "absent.".
  const auto answer = look_up(&Lookups::mx, "absent");
  EXPECT_EQ(answer.outcome, dns::Outcome::failed) << outcome(answer);
  EXPECT_FALSE(answer.absent());
}

TEST_F(Resolver, ReadsTheNullMxAndLeavesOutHostsThatCannotBe) {
  const auto null = look_up(&Lookups::mx, "null");
  ASSERT_EQ(null.records.size(), 1u);
  EXPECT_TRUE(null.records[0].host.empty());
  const auto weird = look_up(&Lookups::mx, "weird");
  ASSERT_EQ(weird.records.size(), 1u);
  EXPECT_EQ(weird.records[0].host.text(), "mail.good");
  EXPECT_EQ(outcome(look_up(&Lookups::mx, "hopeless")), "dns-malformed secure");
}

TEST_F(Resolver, AsksForTestNamesLikeForAnyOther) {
  EXPECT_EQ(outcome(look_up(&Lookups::a, "mx.test")), "ok secure");
}

TEST_F(Resolver, RefusesToLookUpAnEmptyName) {
  dns::MxAnswer answer;
  shard.run_until_done(ask(*lookups, &Lookups::mx, dns::Domain(), {}, answer));
  EXPECT_EQ(answer.code, "dns-malformed");
}

TEST_F(Resolver, WithoutATrustAnchorCallsEverythingInsecure) {
  // An anchor for a name that nobody asks about: the root is then not validated.
  const fs::path other = world->directory() / "other-anchor";
  write_file(other,
             "unrelated. IN DS 1 13 2 "
             "0000000000000000000000000000000000000000000000000000000000000000\n");
  ResolverSettings settings = world->settings();
  settings.trust_anchor_file = other.string();
  use(settings);
  EXPECT_EQ(outcome(look_up(&Lookups::mx, "good")), "ok insecure");
  EXPECT_EQ(outcome(look_up(&Lookups::a, "host.broken")), "ok insecure");
}

net::Task<void> ask_many(net::Shard& shard, Lookups& lookups, std::vector<dns::MxAnswer>& out) {
  net::TaskGroup group(shard);
  for (auto& answer : out) {
    group.start(ask(lookups, &Lookups::mx, *dns::Domain::parse("good"), {}, answer));
  }
  co_await group.join();
}

TEST_F(Resolver, AnswersManyWhoAskTheSameAtOnce) {
  std::vector<dns::MxAnswer> answers(500);
  shard.run_until_done(ask_many(shard, *lookups, answers));
  for (const auto& answer : answers) ASSERT_EQ(answer.records.size(), 2u);
}

TEST_F(Resolver, GivesAnAnswerAgainWhileItHolds) {
  const auto first = look_up(&Lookups::mx, "good");
  const auto again = look_up(&Lookups::mx, "good");
  EXPECT_EQ(again.records, first.records);
  EXPECT_EQ(outcome(again), outcome(first));
  EXPECT_LE(again.ttl, first.ttl);
  EXPECT_EQ(again.canonical, first.canonical);
}

// A server that hears every question, and answers none.
class SilentServer {
 public:
  // How many datagrams named `label`.
  [[nodiscard]] int heard(std::string_view label) {
    int count = 0;
    char buffer[1500];
    for (ssize_t size = 0; (size = ::recv(udp_.socket.get(), buffer, sizeof buffer, 0)) > 0;) {
      const std::string_view bytes(buffer, static_cast<std::size_t>(size));
      count += bytes.find(label) != std::string_view::npos ? 1 : 0;
    }
    return count;
  }
  [[nodiscard]] base::Endpoint endpoint() const { return udp_.endpoint(); }

 private:
  testing::LoopbackUdp udp_{SOCK_NONBLOCK};
};

TEST_F(Resolver, GivesUpOnASilentServerAtItsOwnTimeoutOrTheAskersDeadline) {
  SilentServer silent;
  ResolverSettings settings = world->settings();
  settings.forwarders = {silent.endpoint()};
  settings.lookup_timeout = 40ms;
  use(settings);
  const auto start = shard.now();
  auto answer = look_up(&Lookups::mx, "good");
  EXPECT_EQ(outcome(answer), "dns-timeout insecure");
  EXPECT_NE(answer.why.find(silent.endpoint().to_string()), std::string::npos) << answer.why;
  EXPECT_FALSE(answer.absent());
  answer = look_up(&Lookups::mx, "good", {shard.now() + 10ms});
  EXPECT_EQ(outcome(answer), "dns-timeout insecure");
  EXPECT_LT(shard.now() - start, 5s);
}

// Answers nobody before it has heard so many questions; then all of them, with SERVFAIL.
class ReluctantServer {
 public:
  explicit ReluctantServer(std::size_t wanted) : wanted_(wanted), thread_([this] { run(); }) {}
  ~ReluctantServer() {
    ::shutdown(udp_.socket.get(), SHUT_RDWR);
    thread_.join();
  }
  [[nodiscard]] base::Endpoint endpoint() const { return udp_.endpoint(); }

 private:
  struct Heard {
    sockaddr_in from;
    std::string packet;
  };
  void run() {
    std::map<std::string, Heard> heard;  // by the question, so that one asked again counts once
    for (;;) {
      char buffer[1500];
      Heard one{};
      socklen_t size = sizeof one.from;
      const ssize_t count = ::recvfrom(udp_.socket.get(), buffer, sizeof buffer, 0,
                                       reinterpret_cast<sockaddr*>(&one.from), &size);
      if (count <= 12) return;
      one.packet.assign(buffer, static_cast<std::size_t>(count));
      heard[one.packet.substr(12)] = one;
      if (heard.size() < wanted_) continue;
      for (auto& [question, asker] : heard) refuse(asker);
    }
  }
  void refuse(Heard& asker) {
    asker.packet[2] = static_cast<char>(0x84);
    asker.packet[3] = static_cast<char>(0x82);
    (void)::sendto(udp_.socket.get(), asker.packet.data(), asker.packet.size(), 0,
                   reinterpret_cast<const sockaddr*>(&asker.from), sizeof asker.from);
  }

  std::size_t wanted_;
  testing::LoopbackUdp udp_;
  std::thread thread_;  // last: it uses the others
};

net::Task<void> ask_for_each(net::Shard& shard, Lookups& lookups,
                             std::vector<dns::AddressAnswer>& out) {
  net::TaskGroup group(shard);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto name = *dns::Domain::parse("host" + std::to_string(i) + ".good");
    group.start(ask(lookups, &Lookups::a, name, {}, out[i]));
  }
  co_await group.join();
}

TEST_F(Resolver, HasHundredsOfQuestionsUnderWayAtOnce) {
  ReluctantServer server(500);
  ResolverSettings settings = world->settings();
  settings.forwarders = {server.endpoint()};
  use(settings);
  std::vector<dns::AddressAnswer> answers(500);
  shard.run_until_done(ask_for_each(shard, *lookups, answers));
  for (const auto& answer : answers) ASSERT_EQ(outcome(answer), "dns-servfail insecure");
  lookups.reset();
}

net::Task<void> ask_and_cancel(net::Shard& shard, Lookups& lookups, dns::MxAnswer& hasty,
                               dns::MxAnswer& patient) {
  net::TaskGroup first(shard), second(shard);
  const dns::Domain name = *dns::Domain::parse("good");
  first.start(ask(lookups, &Lookups::mx, name, first.within(1h), hasty));
  second.start(ask(lookups, &Lookups::mx, name, second.within(60ms), patient));
  first.cancel();
  co_await first.join();
  co_await second.join();
}

TEST_F(Resolver, LetsOneAskerLeaveWhileTheOtherWaits) {
  SilentServer silent;
  ResolverSettings settings = world->settings();
  settings.forwarders = {silent.endpoint()};
  use(settings);
  dns::MxAnswer hasty, patient;
  shard.run_until_done(ask_and_cancel(shard, *lookups, hasty, patient));
  EXPECT_EQ(hasty.code, "cancelled");
  EXPECT_EQ(patient.code, "dns-timeout");
  EXPECT_EQ(silent.heard("\x04good"), 1);  // one question for the two of them
}

TEST_F(Resolver, ReadsItsServersFromResolvConfWhenNoneAreConfigured) {
  ResolverSettings settings = world->settings();
  const fs::path file = world->directory() / "resolv.conf";
  write_file(file,
             "# comment\nsearch example\nnameservers 127.0.0.2\n"
             "nameserver\t127.0.0.1@" +
                 std::to_string(settings.forwarders[0].port) + "\n");
  settings.forwarders.clear();
  settings.resolv_conf = file.string();
  use(settings);
  EXPECT_EQ(outcome(look_up(&Lookups::mx, "good")), "ok secure");
}

std::string setup_failure(ResolverSettings settings) {
  net::Shard shard;
  const auto made = make_resolver(shard, std::move(settings));
  if (made) return "made";
  EXPECT_EQ(made.error().code, "resolver-setup");
  return made.error().text;
}

TEST_F(Resolver, SaysWhatToConfigureWhenItKnowsNoServer) {
  ResolverSettings settings = world->settings();
  settings.forwarders.clear();
  settings.resolv_conf = "/nonexistent/resolv.conf";
  EXPECT_NE(setup_failure(settings).find("[resolver] forwarders"), std::string::npos);
  settings.resolv_conf = (world->directory() / "bad.conf").string();
  write_file(settings.resolv_conf, "nameserver one\x1B.example\n");
  EXPECT_NE(setup_failure(settings).find("one\\x1b.example"), std::string::npos);
}

TEST_F(Resolver, RefusesATrustAnchorThatIsMissingOrMakesNoSense) {
  ResolverSettings settings = world->settings();
  settings.trust_anchor_file = "/nonexistent/anchor";
  EXPECT_NE(setup_failure(settings).find("/nonexistent/anchor"), std::string::npos);
  settings.trust_anchor_file = (world->directory() / "garbage").string();
  write_file(settings.trust_anchor_file, "this is not a zone\n");
  EXPECT_NE(setup_failure(settings).find("trust anchor"), std::string::npos);
}

}  // namespace
}  // namespace postern::resolver
