#include "app/gateway/tls_report_shelf.h"

#include <set>
#include <utility>

namespace postern::app {
namespace {

// A report may hold ten thousand lines; this many of them are news enough.
constexpr std::size_t kMostNews = 20;
// Of one domain. The largest domains hear from some hundred senders; who sends more fills the disk.
constexpr std::int64_t kMostADay = 1000;

using Taken = tlsrpt::Shelf::Taken;

base::Result<Taken> take_report(records::TlsReceived& reports,
                                const records::ReceivedReport& report, base::Instant known_since) {
  Taken taken;
  const auto today = reports.count_since(report.domain, report.received - std::chrono::days(1));
  if (!today) return std::unexpected(today.error());
  taken.too_many = *today >= kMostADay;
  if (taken.too_many) return taken;
  const auto id = reports.take(report);
  if (!id) return std::unexpected(id.error());
  if (!*id) return taken;
  taken.is_new = true;
  std::set<std::pair<std::string, std::string>> seen;
  for (const tlsrpt::PolicyResult& result : report.report.policies) {
    for (const tlsrpt::Failures& failures : result.failures) {
      if (taken.news.size() >= kMostNews) return taken;
      if (!seen.emplace(failures.with.result_type, failures.with.receiving_mx).second) continue;
      const auto known = reports.known_failure(report.domain, failures.with, known_since, **id);
      if (!known) return std::unexpected(known.error());
      if (!*known) taken.news.push_back(failures);
    }
  }
  return taken;
}

}  // namespace

base::Result<std::unique_ptr<TlsReportShelf>> TlsReportShelf::open(const Settings& settings) {
  auto records = records::Records::open(settings.records_path());
  if (!records) return std::unexpected(records.error());
  return std::unique_ptr<TlsReportShelf>(new TlsReportShelf(*std::move(records)));
}

net::Task<base::Result<>> TlsReportShelf::add(net::Shard& shard, tlsrpt::Tally tally) {
  std::function<base::Result<>(records::Records&)> work =
      [tally = std::move(tally)](records::Records& r) { return r.tls_sessions().add(tally); };
  return desk_.run<base::Result<>>(shard, std::move(work));
}

net::Task<base::Result<tlsrpt::Tally>> TlsReportShelf::tally(net::Shard& shard,
                                                             std::chrono::sys_days day,
                                                             dns::Domain domain) {
  std::function<base::Result<tlsrpt::Tally>(records::Records&)> work =
      [day, domain = std::move(domain)](records::Records& r) {
        return r.tls_sessions().tally(day, domain);
      };
  return desk_.run<base::Result<tlsrpt::Tally>>(shard, std::move(work));
}

net::Task<base::Result<TlsReportShelf::Unplanned>> TlsReportShelf::unplanned(
    net::Shard& shard, std::chrono::sys_days before) {
  std::function<base::Result<Unplanned>(records::Records&)> work = [before](records::Records& r) {
    return r.tls_sessions().unplanned(before);
  };
  return desk_.run<base::Result<Unplanned>>(shard, std::move(work));
}

net::Task<base::Result<>> TlsReportShelf::save(net::Shard& shard,
                                               std::vector<records::Sending> sendings) {
  std::function<base::Result<>(records::Records&)> work =
      [sendings = std::move(sendings)](records::Records& r) {
        base::Result<> saved;
        for (const records::Sending& sending : sendings) {
          if (saved) saved = r.tls_sessions().save(sending);
        }
        return saved;
      };
  return desk_.run<base::Result<>>(shard, std::move(work));
}

net::Task<base::Result<TlsReportShelf::Sendings>> TlsReportShelf::waiting(net::Shard& shard,
                                                                          base::Instant until) {
  std::function<base::Result<Sendings>(records::Records&)> work = [until](records::Records& r) {
    return r.tls_sessions().waiting(until);
  };
  return desk_.run<base::Result<Sendings>>(shard, std::move(work));
}

net::Task<base::Result<>> TlsReportShelf::forget(net::Shard& shard, std::chrono::sys_days day,
                                                 base::Instant received) {
  std::function<base::Result<>(records::Records&)> work = [day, received](records::Records& r) {
    auto done = r.tls_sessions().forget_before(day);
    return done ? r.tls_received().forget_before(received) : done;
  };
  return desk_.run<base::Result<>>(shard, std::move(work));
}

net::Task<base::Result<Taken>> TlsReportShelf::take(net::Shard& shard,
                                                    records::ReceivedReport report,
                                                    base::Instant known_since) {
  std::function<base::Result<Taken>(records::Records&)> work = [report = std::move(report),
                                                                known_since](records::Records& r) {
    return take_report(r.tls_received(), report, known_since);
  };
  return desk_.run<base::Result<Taken>>(shard, std::move(work));
}

}  // namespace postern::app
