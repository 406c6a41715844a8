// The golden truth table, as far as core decides it: for every posture of a server and every kind
// of policy, does the message go, and if not, for which reason. A change of any cell is a change of
// what Postern promises, and shows here as a line that a person reads.
#include <gtest/gtest.h>

#include "core/route/testing.h"
#include "core/tls/judge.h"

namespace postern::route {
namespace {

using namespace testing;
using tls::Mode;
using tls::Observation;

struct Column {
  const char* name;
  policy::Configuration configuration;
};

policy::Policy pinned(Mode mode, const char* pin) {
  policy::Policy policy = policy_for("example.com", mode);
  policy.mx_pins = {pattern(pin)};
  return policy;
}

std::vector<Column> columns() {
  const policy::Policy strict = pinned(Mode::strict, "mx1.example.com");
  policy::Configuration excepted = with_policies({strict});
  excepted.exceptions = {exception("example.com", Mode::opportunistic)};
  policy::Configuration lowered = with_policies({strict});
  lowered.exceptions = {exception("example.com", Mode::relaxed)};
  for (policy::Configuration* one : {&excepted, &lowered}) number(*one);
  return {{"none", configuration()},
          {"relaxed", with_policies({policy_for("example.com", Mode::relaxed)})},
          {"strict", with_policies({policy_for("example.com", Mode::strict)})},
          {"pinned", with_policies({strict})},
          {"moved", with_policies({pinned(Mode::strict, "mx.old.example")})},
          {"monitor", with_policies({monitored(strict)})},
          {"exc-relaxed", lowered},
          {"exc-opportunistic", excepted}};
}

struct Row {
  const char* name;
  Observation seen;
};

std::vector<Row> rows() {
  const Observation good = tls::testing::good();
  std::vector<Row> all;
  const auto add = [&](const char* name, Observation seen) {
    all.push_back({name, std::move(seen)});
  };
  const auto with_chain = [&](const char* name, tls::Chain chain) {
    Observation seen = good;
    seen.chain = chain;
    add(name, seen);
  };
  add("trusted", good);
  with_chain("self-signed", tls::Chain::self_signed);
  with_chain("expired", tls::Chain::expired);
  with_chain("not-yet-valid", tls::Chain::not_yet_valid);
  Observation seen = good;
  seen.certificate->dns_names = {"wrong.example"};
  add("wrong-name", seen);
  seen.certificate->dns_names = {"example.com"};
  add("domain-name", seen);
  with_chain("wrong-purpose", tls::Chain::wrong_purpose);
  with_chain("incomplete-chain", tls::Chain::unknown_issuer);
  add("no-starttls", tls::testing::plaintext());
  seen = tls::testing::plaintext();
  seen.offer = tls::Offer::refused;
  add("starttls-refused", seen);
  seen.offer = tls::Offer::offered;
  seen.handshake = tls::Handshake::failed;
  add("handshake-fails", seen);
  seen = good;
  seen.version = tls::Version::tls1_0;
  add("tls1.0-only", seen);
  seen = good;
  seen.anonymous = true;
  seen.certificate.reset();
  seen.chain = tls::Chain::not_checked;
  add("anonymous-only", seen);
  seen = good;
  seen.version = tls::Version::tls1_2;
  seen.group = "DH 1024";
  seen.exchange_bits = 80;
  add("weak-dh", seen);
  return all;
}

Zone zone() {
  Zone result;
  result.mx("example.com", {{10, "mx1.example.com"}}).host("mx1.example.com", {"198.51.100.1"});
  return result;
}

// "deliver"; "deliver (code)" where a monitored policy would have refused; "deliver*" marked as
// using an exception; else the reason.
std::string cell(const HostPlan& host, const Observation& seen) {
  if (const auto outside = tls::judge_host(host.requirement, host.host))
    return outside->reason.code;
  const tls::Verdict verdict = tls::judge(host.requirement, seen);
  if (!verdict.met()) return verdict.unmet->reason.code;
  std::string text = host.requirement.used_exception() ? "deliver*" : "deliver";
  if (verdict.would_fail) text += " (" + verdict.would_fail->reason.code + ")";
  return text;
}

std::string table() {
  std::string out;
  for (const Column& column : columns()) {
    const policy::PolicyBook book(column.configuration);
    const HostPlan host = plan_for(zone(), book, "example.com").hosts.at(0);
    out += std::string(column.name) + "\n";
    for (const Row& row : rows()) {
      out += "  " + std::string(row.name);
      out.append(18 - std::string_view(row.name).size(), ' ');
      out += cell(host, row.seen) + "\n";
    }
  }
  return out;
}

constexpr const char* kGolden = R"(none
  trusted           deliver
  self-signed       deliver
  expired           deliver
  not-yet-valid     deliver
  wrong-name        deliver
  domain-name       deliver
  wrong-purpose     deliver
  incomplete-chain  deliver
  no-starttls       deliver
  starttls-refused  deliver
  handshake-fails   deliver
  tls1.0-only       deliver
  anonymous-only    deliver
  weak-dh           deliver
relaxed
  trusted           deliver
  self-signed       deliver
  expired           deliver
  not-yet-valid     deliver
  wrong-name        deliver
  domain-name       deliver
  wrong-purpose     deliver
  incomplete-chain  deliver
  no-starttls       starttls-not-supported
  starttls-refused  starttls-refused
  handshake-fails   handshake-failed
  tls1.0-only       tls-version-too-low
  anonymous-only    anonymous-or-weak-suite
  weak-dh           deliver
strict
  trusted           certificate-host-mismatch
  self-signed       certificate-self-signed
  expired           certificate-expired
  not-yet-valid     certificate-not-yet-valid
  wrong-name        certificate-host-mismatch
  domain-name       deliver
  wrong-purpose     certificate-wrong-purpose
  incomplete-chain  certificate-not-trusted
  no-starttls       starttls-not-supported
  starttls-refused  starttls-refused
  handshake-fails   handshake-failed
  tls1.0-only       tls-version-too-low
  anonymous-only    anonymous-or-weak-suite
  weak-dh           certificate-host-mismatch
pinned
  trusted           deliver
  self-signed       certificate-self-signed
  expired           certificate-expired
  not-yet-valid     certificate-not-yet-valid
  wrong-name        certificate-host-mismatch
  domain-name       deliver
  wrong-purpose     certificate-wrong-purpose
  incomplete-chain  certificate-not-trusted
  no-starttls       starttls-not-supported
  starttls-refused  starttls-refused
  handshake-fails   handshake-failed
  tls1.0-only       tls-version-too-low
  anonymous-only    anonymous-or-weak-suite
  weak-dh           weak-key-exchange
moved
  trusted           mx-not-pinned
  self-signed       mx-not-pinned
  expired           mx-not-pinned
  not-yet-valid     mx-not-pinned
  wrong-name        mx-not-pinned
  domain-name       mx-not-pinned
  wrong-purpose     mx-not-pinned
  incomplete-chain  mx-not-pinned
  no-starttls       mx-not-pinned
  starttls-refused  mx-not-pinned
  handshake-fails   mx-not-pinned
  tls1.0-only       mx-not-pinned
  anonymous-only    mx-not-pinned
  weak-dh           mx-not-pinned
monitor
  trusted           deliver
  self-signed       deliver (certificate-self-signed)
  expired           deliver (certificate-expired)
  not-yet-valid     deliver (certificate-not-yet-valid)
  wrong-name        deliver (certificate-host-mismatch)
  domain-name       deliver
  wrong-purpose     deliver (certificate-wrong-purpose)
  incomplete-chain  deliver (certificate-not-trusted)
  no-starttls       deliver (starttls-not-supported)
  starttls-refused  deliver (starttls-refused)
  handshake-fails   deliver (handshake-failed)
  tls1.0-only       deliver (tls-version-too-low)
  anonymous-only    deliver (anonymous-or-weak-suite)
  weak-dh           deliver (weak-key-exchange)
exc-relaxed
  trusted           deliver*
  self-signed       deliver*
  expired           deliver*
  not-yet-valid     deliver*
  wrong-name        deliver*
  domain-name       deliver*
  wrong-purpose     deliver*
  incomplete-chain  deliver*
  no-starttls       starttls-not-supported
  starttls-refused  starttls-refused
  handshake-fails   handshake-failed
  tls1.0-only       tls-version-too-low
  anonymous-only    anonymous-or-weak-suite
  weak-dh           deliver*
exc-opportunistic
  trusted           deliver*
  self-signed       deliver*
  expired           deliver*
  not-yet-valid     deliver*
  wrong-name        deliver*
  domain-name       deliver*
  wrong-purpose     deliver*
  incomplete-chain  deliver*
  no-starttls       deliver*
  starttls-refused  deliver*
  handshake-fails   deliver*
  tls1.0-only       deliver*
  anonymous-only    deliver*
  weak-dh           deliver*
)";

TEST(TruthTable, IsAsWritten) { EXPECT_EQ(table(), kGolden); }

TEST(TruthTable, GivesEveryRefusalACodeThatIsExplained) {
  for (const Column& column : columns()) {
    const policy::PolicyBook book(column.configuration);
    const HostPlan host = plan_for(zone(), book, "example.com").hosts.at(0);
    for (const Row& row : rows()) {
      const tls::Verdict verdict = tls::judge(host.requirement, row.seen);
      if (verdict.met()) continue;
      const tls::ReasonInfo& info = tls::reason_info(verdict.unmet->reason.code);
      EXPECT_EQ(info.code, verdict.unmet->reason.code);
      EXPECT_TRUE(info.enhanced.starts_with("7.")) << info.code;  // 4.7.x, then 5.7.x
      EXPECT_FALSE(info.result_type.empty()) << info.code;        // counts in a TLS report
    }
  }
}

}  // namespace
}  // namespace postern::route
