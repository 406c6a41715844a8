// A DNS for tests: a map of answers, and a lookup that is answered from it.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/policy/testing.h"
#include "core/route/route_plan.h"

namespace postern::route::testing {

using namespace policy::testing;

class Zone {
 public:
  // Everything is signed from here on.
  Zone& sign() {
    security_ = dns::Security::secure;
    return *this;
  }
  Zone& mx(std::string_view name, std::initializer_list<std::pair<int, const char*>> hosts) {
    dns::MxAnswer answer = found<dns::MxAnswer>(name);
    for (const auto& [preference, host] : hosts) {
      const dns::Domain target = *host == '\0' ? dns::Domain() : domain(host);
      answer.records.push_back({static_cast<std::uint16_t>(preference), target});
    }
    answers_[{RecordType::mx, domain(name)}] = answer;
    exists(name);
    return *this;
  }
  // IPv4 and IPv6 addresses of a host.
  Zone& host(std::string_view name, std::initializer_list<const char*> addresses) {
    dns::AddressAnswer v4 = found<dns::AddressAnswer>(name), v6 = v4;
    for (const char* text : addresses) {
      const base::IpAddress address = *base::IpAddress::parse(text);
      (address.is_v4() ? v4 : v6).records.push_back(address);
    }
    exists(name);
    if (!v4.records.empty()) answers_[{RecordType::a, domain(name)}] = v4;
    if (!v6.records.empty()) answers_[{RecordType::aaaa, domain(name)}] = v6;
    return *this;
  }
  // Records of a host's mail service; `secure` as the zone was when they were added.
  Zone& tlsa(std::string_view base, std::vector<dns::Tlsa> records, std::uint16_t port = 25) {
    const dns::Domain name = dane::tlsa_name(domain(base), port);
    dns::TlsaAnswer answer = found<dns::TlsaAnswer>(name.text());
    answer.records = std::move(records);
    answers_[{RecordType::tlsa, name}] = std::move(answer);
    return *this;
  }
  // The host is an alias: its addresses stand at `target`, whose chain is as secure as the zone.
  Zone& alias(std::string_view name, std::string_view target,
              std::initializer_list<const char*> addresses) {
    host(name, addresses);
    for (const RecordType type : {RecordType::a, RecordType::aaaa}) {
      const auto it = answers_.find({type, domain(name)});
      if (it == answers_.end()) continue;
      std::get<dns::AddressAnswer>(it->second).canonical = domain(target);
    }
    return cname(name, target);
  }
  Zone& cname(std::string_view name, std::string_view target) {
    dns::NameAnswer answer = found<dns::NameAnswer>(name);
    answer.records = {domain(target)};
    answers_[{RecordType::cname, domain(name)}] = answer;
    return *this;
  }
  // Only what comes after is unsigned.
  Zone& unsign() {
    security_ = dns::Security::insecure;
    return *this;
  }
  Zone& sts(std::string_view policy_domain, mtasts::Found policy) {
    answers_[{RecordType::sts_policy, domain(policy_domain)}] = std::move(policy);
    return *this;
  }
  Zone& fail_tlsa(std::string_view base, std::string code, std::uint16_t port = 25) {
    dns::TlsaAnswer answer;
    answer.code = std::move(code);
    answer.why = "the server failed.";
    answers_[{RecordType::tlsa, dane::tlsa_name(domain(base), port)}] = answer;
    return *this;
  }
  Zone& fail_alias(std::string_view name, std::string code) {
    dns::NameAnswer answer;
    answer.code = std::move(code);
    answer.why = "the server failed.";
    answers_[{RecordType::cname, domain(name)}] = answer;
    return *this;
  }

  Zone& fail(RecordType type, std::string_view name, std::string code = "dns-servfail") {
    exists(name);
    const std::string why = "the server failed.";
    if (type == RecordType::mx) {
      dns::MxAnswer answer;
      answer.code = code;
      answer.why = why;
      answers_[{type, domain(name)}] = answer;
    } else {
      dns::AddressAnswer answer;
      answer.code = code;
      answer.why = why;
      answers_[{type, domain(name)}] = answer;
    }
    return *this;
  }

  [[nodiscard]] AnyAnswer ask(const Question& question) const {
    const auto it = answers_.find(question);
    if (it != answers_.end()) return it->second;
    const bool known = names_.contains(question.name.text());
    const dns::Outcome outcome = known ? dns::Outcome::no_data : dns::Outcome::nxdomain;
    switch (question.type) {
      case RecordType::mx:
        return absent<dns::MxAnswer>(outcome);
      case RecordType::tlsa:
        return absent<dns::TlsaAnswer>(outcome);
      case RecordType::cname:
        return absent<dns::NameAnswer>(outcome);
      case RecordType::txt:
        return absent<dns::TxtAnswer>(outcome);
      case RecordType::sts_policy:
        return no_policy();
      case RecordType::a:
      case RecordType::aaaa:
        break;
    }
    return absent<dns::AddressAnswer>(outcome);
  }

 private:
  template <class Answer>
  Answer found(std::string_view name) {
    Answer answer;
    answer.outcome = dns::Outcome::ok;
    answer.security = security_;
    answer.canonical = domain(name);
    return answer;
  }
  template <class Answer>
  Answer absent(dns::Outcome outcome) const {
    Answer answer;
    answer.outcome = outcome;
    answer.security = security_;
    return answer;
  }
  static mtasts::Found no_policy() {
    mtasts::Found found;
    found.state = mtasts::Found::State::none;
    found.code.clear();
    found.why = "no MTA-STS record is published";
    return found;
  }
  void exists(std::string_view name) { names_[std::string(name)] = true; }

  dns::Security security_ = dns::Security::insecure;
  std::map<Question, AnyAnswer> answers_;
  std::map<std::string, bool> names_;
};

[[nodiscard]] inline RoutePlan plan_for(const Zone& zone, const policy::PolicyBook& book,
                                        std::string_view name, RouteSettings settings = {},
                                        base::AccountId account = kMain) {
  RouteLookup lookup(book, account, domain(name), std::move(settings), noon());
  while (!lookup.done()) {
    for (const Question& question : lookup.open_questions()) {
      lookup.learn(question, zone.ask(question));
    }
  }
  return lookup.plan();
}

}  // namespace postern::route::testing
