// What is published beside what should be, record by record.
#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/dane/tlsa_search.h"
#include "core/dane/tlsa_text.h"
#include "core/mtasts/cache.h"
#include "core/mtasts/record.h"
#include "core/posture/posture.h"
#include "core/tlsrpt/record.h"

namespace postern::posture {
namespace {

constexpr std::size_t kLongestText = 600;

template <class Answer>
Item failed(Item item, const Answer& answer) {
  item.state = State::unknown;
  item.why = "It could not be looked up: " + answer.why;
  return item;
}

Item is(Item item, State state, std::string why) {
  item.state = state;
  item.why = std::move(why);
  return item;
}

std::vector<std::string> texts_of(const dns::TxtAnswer& answer) {
  std::vector<std::string> texts;
  for (const dns::Txt& record : answer.records) texts.push_back(record.text);
  return texts;
}

std::vector<std::string> shown(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) out.push_back(base::printable(text, kLongestText));
  return out;
}

dns::Tlsa record_of(const TlsaKey& key) { return {3, 1, 1, {key.spki.begin(), key.spki.end()}}; }

bool holds(const std::vector<dns::Tlsa>& records, const TlsaKey& key) {
  return std::ranges::find(records, record_of(key)) != records.end();
}

std::string lines(const std::vector<TlsaKey>& keys) {
  std::string text;
  for (const TlsaKey& key : keys) {
    text += (text.empty() ? "" : "\n") + dane::zone_text(record_of(key));
  }
  return text;
}

}  // namespace

// --- MTA-STS -------------------------------------------------------------------------------------

Item judge_sts_record(const policy::InternalDomain& domain, const std::string& id,
                      const dns::TxtAnswer& answer) {
  Item item{.kind = Kind::sts_record,
            .name = mtasts::record_name(domain.domain).text(),
            .type = "TXT",
            .value = {}};
  const bool off = domain.sts.mode == policy::StsMode::off;
  if (!off) item.value = fmt::format("v=STSv1; id={};", id);
  if (answer.outcome == dns::Outcome::failed) return failed(std::move(item), answer);
  const std::vector<std::string> texts = texts_of(answer);
  const mtasts::RecordReading reading = mtasts::read_record(texts);
  item.found = shown(texts);
  const bool absent = reading.state == mtasts::RecordReading::State::absent;
  if (off) {
    if (absent)
      return is(std::move(item), State::optional, "The domain publishes no MTA-STS policy.");
    return is(std::move(item), State::differs,
              "A record is published, and the gateway serves no policy for the domain. Choose a "
              "mode, or take the record away once senders have forgotten the policy.");
  }
  if (absent) {
    return is(std::move(item), State::missing, "Without this record nobody looks for the policy.");
  }
  if (reading.state == mtasts::RecordReading::State::invalid) {
    return is(std::move(item), State::differs, "The record does not count: " + reading.why);
  }
  if (reading.record.id != id) {
    return is(std::move(item), State::differs,
              "The id is that of another policy: senders that keep the old one do not look again.");
  }
  return is(std::move(item), State::right, "Senders learn from it that there is a policy.");
}

Item judge_sts_host(const policy::InternalDomain& domain, const Gateway& gateway,
                    const dns::AddressAnswer& answer, const dns::AddressAnswer& of_gateway) {
  Item item{.kind = Kind::sts_host,
            .name = mtasts::policy_host(domain.domain).text(),
            .type = "CNAME",
            .value = gateway.hostname.text()};
  const bool off = domain.sts.mode == policy::StsMode::off;
  if (off) item.value.clear();
  if (answer.outcome == dns::Outcome::failed) return failed(std::move(item), answer);
  if (!answer.canonical.empty() && answer.canonical.text() != item.name) {
    item.found.push_back("CNAME " + answer.canonical.text());
  }
  for (const base::IpAddress& address : answer.records) item.found.push_back(address.to_string());
  if (off) return is(std::move(item), State::optional, "The domain publishes no MTA-STS policy.");
  if (answer.records.empty()) {
    return is(std::move(item), State::missing,
              "Senders fetch the policy from this host, over HTTPS, and the gateway serves it.");
  }
  const bool alias = answer.canonical == gateway.hostname;
  const bool ours =
      alias || std::ranges::any_of(answer.records, [&](const auto& address) {
        return std::ranges::find(of_gateway.records, address) != of_gateway.records.end();
      });
  if (ours) return is(std::move(item), State::right, "The policy host leads to the gateway.");
  return is(std::move(item), State::differs,
            "The policy host leads elsewhere. That is good where another server hands out the same "
            "policy; else it must lead to the gateway.");
}

Item judge_sts_policy(const policy::InternalDomain& domain, const Gateway& gateway,
                      const base::Result<std::string>& fetched) {
  Item item{.kind = Kind::sts_policy,
            .name = fmt::format("https://{}/.well-known/mta-sts.txt",
                                mtasts::policy_host(domain.domain).text()),
            .type = "HTTPS",
            .value = {}};
  const auto policy = sts_policy(domain, gateway);
  if (!policy) return is(std::move(item), State::optional, "The domain has no MTA-STS policy.");
  item.value = mtasts::to_text(*policy);
  if (!fetched) {
    return is(std::move(item), State::missing,
              "Senders cannot fetch the policy: " + fetched.error().text);
  }
  item.found.push_back(base::printable(*fetched, kLongestText));
  const auto read = mtasts::parse_policy(*fetched);
  if (!read) {
    return is(std::move(item), State::differs, "What is served is no policy: " + read.error().text);
  }
  if (*read != *policy) {
    return is(std::move(item), State::differs, "Another policy is served there.");
  }
  return is(std::move(item), State::right, "Senders that fetch the policy get this one.");
}

// --- TLSA ----------------------------------------------------------------------------------------

Item judge_tlsa(const Gateway& gateway, const dns::TlsaAnswer& answer) {
  Item item{.kind = Kind::tlsa,
            .name = dane::tlsa_name(gateway.hostname, gateway.smtp_port).text(),
            .type = "TLSA",
            .value = lines(gateway.keys)};
  if (answer.outcome == dns::Outcome::failed) return failed(std::move(item), answer);
  for (const dns::Tlsa& record : answer.records) item.found.push_back(dane::zone_text(record));
  if (gateway.keys.empty()) {
    return is(std::move(item), State::unknown,
              "The gateway has no certificate for its host name, so there is nothing to publish.");
  }
  if (!answer.secure()) {
    return is(std::move(item), State::optional,
              "The zone is not signed, and without DNSSEC nobody believes TLSA records.");
  }
  if (answer.records.empty()) {
    return is(std::move(item), State::optional,
              "With this record senders that know DANE prove the gateway without any CA.");
  }
  const bool in_use = std::ranges::any_of(
      gateway.keys, [&](const TlsaKey& key) { return !key.next && holds(answer.records, key); });
  if (!in_use) {
    return is(std::move(item), State::differs,
              "No record is of a key in use: senders that know DANE send no mail at all.");
  }
  const bool all = std::ranges::all_of(
      gateway.keys, [&](const TlsaKey& key) { return holds(answer.records, key); });
  if (!all) {
    return is(std::move(item), State::missing,
              "A key of the gateway has no record yet. The next one must be published, and known "
              "everywhere, before it is used.");
  }
  if (answer.records.size() > gateway.keys.size()) {
    return is(std::move(item), State::right,
              "Senders that know DANE can prove the gateway. Records of keys that are used no more "
              "can go.");
  }
  return is(std::move(item), State::right, "Senders that know DANE can prove the gateway.");
}

// --- reports -------------------------------------------------------------------------------------

Item judge_tls_reports(const dns::Domain& domain, const Gateway& gateway,
                       const dns::TxtAnswer& answer) {
  const std::string mailbox = gateway.report_mailbox + "@" + domain.text();
  Item item{.kind = Kind::tls_reports,
            .name = tlsrpt::record_name(domain).text(),
            .type = "TXT",
            .value = {}};
  if (!gateway.report_mailbox.empty()) item.value = "v=TLSRPTv1; rua=mailto:" + mailbox;
  if (answer.outcome == dns::Outcome::failed) return failed(std::move(item), answer);
  const std::vector<std::string> texts = texts_of(answer);
  item.found = shown(texts);
  const tlsrpt::RecordReading reading = tlsrpt::read_record(texts);
  const State without = item.value.empty() ? State::optional : State::missing;
  switch (reading.state) {
    case tlsrpt::RecordReading::State::absent:
      return is(std::move(item), without,
                "With this record senders report every day how TLS with the domain went.");
    case tlsrpt::RecordReading::State::invalid:
      return is(std::move(item), State::differs, "The record does not count: " + reading.why);
    case tlsrpt::RecordReading::State::valid:
      break;
  }
  const bool ours = std::ranges::any_of(reading.record.destinations, [&](const auto& one) {
    return one.kind == tlsrpt::Destination::Kind::mailto &&
           base::iequals(one.mailbox.text(), mailbox);
  });
  if (ours)
    return is(std::move(item), State::right, "Reports come to the gateway, which reads them.");
  return is(std::move(item), State::optional,
            "Reports go elsewhere. To see them here, name this address too.");
}

Item judge_dkim(const onboarding::Record& record, const dns::TxtAnswer& answer) {
  Item item{.kind = Kind::dkim, .name = record.name, .type = record.type, .value = record.value};
  if (answer.outcome == dns::Outcome::failed) return failed(std::move(item), answer);
  const std::vector<std::string> texts = texts_of(answer);
  item.found = shown(texts);
  if (texts.empty()) {
    return is(
        std::move(item), State::missing,
        "The reports that the gateway sends are signed, and without this key nobody can tell.");
  }
  const std::string key = record.value.substr(record.value.find("p="));
  const bool same = std::ranges::any_of(
      texts, [&](const std::string& text) { return text.find(key) != std::string::npos; });
  if (same) return is(std::move(item), State::right, "Whoever gets our reports can verify them.");
  return is(std::move(item), State::differs,
            "Another key is published there: the signatures of our reports do not verify.");
}

}  // namespace postern::posture
