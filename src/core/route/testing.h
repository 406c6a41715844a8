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
    if (question.type == RecordType::mx) {
      dns::MxAnswer answer;
      answer.outcome = outcome;
      answer.security = security_;
      return answer;
    }
    dns::AddressAnswer answer;
    answer.outcome = outcome;
    answer.security = security_;
    return answer;
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
