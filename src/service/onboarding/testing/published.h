// For tests: a DNS that says what it is told to say.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "io/resolver/resolver.h"

namespace postern::onboarding::testing {

[[nodiscard]] inline dns::Domain domain(std::string_view text) {
  return dns::Domain::from_ascii(text).value();
}

class Published : public resolver::Lookups {
 public:
  Published& txt(std::string_view name, std::string text) {
    add(txts, name, dns::Txt{std::move(text)});
    return *this;
  }
  Published& cname(std::string_view name, std::string_view target) {
    add(cnames, name, domain(target));
    return *this;
  }
  Published& mx(std::string_view name, std::uint16_t preference, std::string_view host) {
    add(mxs, name, dns::Mx{preference, host.empty() ? dns::Domain() : domain(host)});
    return *this;
  }
  Published& address(std::string_view name, std::string_view text) {
    const base::IpAddress at = base::IpAddress::parse(text).value();
    add(at.is_v4() ? v4 : v6, name, at);
    return *this;
  }
  Published& fail(std::string_view name) {
    failing[std::string(name)] = true;
    return *this;
  }

  net::Task<dns::MxAnswer> mx(dns::Domain name, base::Deadline) override {
    co_return answer(mxs, name);
  }
  net::Task<dns::AddressAnswer> a(dns::Domain name, base::Deadline) override {
    co_return answer(v4, name);
  }
  net::Task<dns::AddressAnswer> aaaa(dns::Domain name, base::Deadline) override {
    co_return answer(v6, name);
  }
  net::Task<dns::TlsaAnswer> tlsa(dns::Domain, base::Deadline) override {
    dns::TlsaAnswer none;
    none.outcome = dns::Outcome::no_data;
    co_return none;
  }
  net::Task<dns::TxtAnswer> txt(dns::Domain name, base::Deadline) override {
    co_return answer(txts, name);
  }
  net::Task<dns::NameAnswer> ptr(base::IpAddress, base::Deadline) override {
    co_return dns::NameAnswer{};
  }
  net::Task<dns::NameAnswer> cname(dns::Domain name, base::Deadline) override {
    co_return answer(cnames, name);
  }

  int asked = 0;

 private:
  template <class Record>
  using Map = std::map<std::string, dns::Answer<Record>>;

  template <class Record>
  void add(Map<Record>& map, std::string_view name, Record record) {
    dns::Answer<Record>& answer = map[std::string(name)];
    answer.outcome = dns::Outcome::ok;
    answer.records.push_back(std::move(record));
  }
  template <class Record>
  dns::Answer<Record> answer(const Map<Record>& map, const dns::Domain& name) {
    ++asked;
    dns::Answer<Record> none;
    if (failing.contains(name.text())) {
      none.code = "dns-servfail";
      none.why = "The name servers answer with an error.";
      return none;
    }
    none.outcome = dns::Outcome::nxdomain;
    const auto found = map.find(name.text());
    return found == map.end() ? none : found->second;
  }

  Map<dns::Txt> txts;
  Map<dns::Domain> cnames;
  Map<dns::Mx> mxs;
  Map<base::IpAddress> v4, v6;
  std::map<std::string, bool> failing;
};

// A view of a Published that may be owned and dropped, as a resolver is.
class View : public resolver::Lookups {
 public:
  explicit View(Published& world) : world_(world) {}
  net::Task<dns::MxAnswer> mx(dns::Domain name, base::Deadline at) override {
    return world_.mx(std::move(name), at);
  }
  net::Task<dns::AddressAnswer> a(dns::Domain name, base::Deadline at) override {
    return world_.a(std::move(name), at);
  }
  net::Task<dns::AddressAnswer> aaaa(dns::Domain name, base::Deadline at) override {
    return world_.aaaa(std::move(name), at);
  }
  net::Task<dns::TlsaAnswer> tlsa(dns::Domain name, base::Deadline at) override {
    return world_.tlsa(std::move(name), at);
  }
  net::Task<dns::TxtAnswer> txt(dns::Domain name, base::Deadline at) override {
    return world_.txt(std::move(name), at);
  }
  net::Task<dns::NameAnswer> ptr(base::IpAddress address, base::Deadline at) override {
    return world_.ptr(address, at);
  }
  net::Task<dns::NameAnswer> cname(dns::Domain name, base::Deadline at) override {
    return world_.cname(std::move(name), at);
  }

 private:
  Published& world_;
};

}  // namespace postern::onboarding::testing
