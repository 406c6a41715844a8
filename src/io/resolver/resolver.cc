#include "io/resolver/resolver.h"

#include <fmt/core.h>

#include "io/resolver/context.h"
#include "io/resolver/questions.h"

namespace postern::resolver {
namespace {

using dns::wire::Fault;
using dns::wire::Type;

template <class Record>
using Parser = dns::wire::Parsed<Record> (*)(dns::wire::Bytes);

// One record that makes no sense makes the answer unfit: who wrote it cannot be trusted with the
// rest. Names that no host can have are left out, so that a zone's one slip does not stop its mail.
template <class Record>
dns::Answer<Record> read_as(RawAnswer raw, Parser<Record> parse) {
  dns::Answer<Record> answer{
      raw.outcome, raw.security, std::move(raw.code), std::move(raw.why), raw.ttl, raw.canonical,
      {}};
  for (const auto& data : raw.records) {
    auto record = parse(data);
    if (record) {
      answer.records.push_back(std::move(*record));
      continue;
    }
    if (record.error() == Fault::unusable) continue;
    answer.records.clear();
    break;
  }
  if (answer.ok() && answer.records.empty()) {
    answer.outcome = dns::Outcome::failed;
    answer.code = "dns-malformed";
    answer.why = fmt::format(
        "The DNS records of {} cannot be understood. Their owner must correct "
        "them.",
        answer.canonical.text());
  }
  return answer;
}

class Resolver final : public Lookups {
 public:
  Resolver(net::Shard& shard, Context context, std::chrono::milliseconds timeout)
      : questions_(shard, std::move(context), timeout) {}

  net::Task<dns::MxAnswer> mx(dns::Domain name, base::Deadline deadline) override {
    co_return read_as<dns::Mx>(co_await questions_.ask(name, Type::mx, deadline),
                               dns::wire::parse_mx);
  }
  net::Task<dns::AddressAnswer> a(dns::Domain name, base::Deadline deadline) override {
    co_return read_as<base::IpAddress>(co_await questions_.ask(name, Type::a, deadline),
                                       dns::wire::parse_a);
  }
  net::Task<dns::AddressAnswer> aaaa(dns::Domain name, base::Deadline deadline) override {
    co_return read_as<base::IpAddress>(co_await questions_.ask(name, Type::aaaa, deadline),
                                       dns::wire::parse_aaaa);
  }
  net::Task<dns::TlsaAnswer> tlsa(dns::Domain name, base::Deadline deadline) override {
    co_return read_as<dns::Tlsa>(co_await questions_.ask(name, Type::tlsa, deadline),
                                 dns::wire::parse_tlsa);
  }
  net::Task<dns::TxtAnswer> txt(dns::Domain name, base::Deadline deadline) override {
    co_return read_as<dns::Txt>(co_await questions_.ask(name, Type::txt, deadline),
                                dns::wire::parse_txt);
  }
  net::Task<dns::NameAnswer> ptr(base::IpAddress address, base::Deadline deadline) override {
    const dns::Domain name = dns::wire::reverse_name(address);
    co_return read_as<dns::Domain>(co_await questions_.ask(name, Type::ptr, deadline),
                                   dns::wire::parse_name);
  }
  net::Task<dns::NameAnswer> cname(dns::Domain name, base::Deadline deadline) override {
    co_return read_as<dns::Domain>(co_await questions_.ask(name, Type::cname, deadline),
                                   dns::wire::parse_name);
  }

 private:
  Questions questions_;
};

}  // namespace

base::Result<std::unique_ptr<Lookups>> make_resolver(net::Shard& shard, ResolverSettings settings) {
  auto context = make_context(settings);
  if (!context) return std::unexpected(std::move(context.error()));
  return std::make_unique<Resolver>(shard, std::move(*context), settings.lookup_timeout);
}

}  // namespace postern::resolver
