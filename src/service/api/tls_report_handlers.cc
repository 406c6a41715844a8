#include "service/api/tls_report_handlers.h"

#include <charconv>
#include <utility>

#include "core/base/text.h"
#include "service/api/mail_convert.h"

namespace postern::api {

namespace {

using records::Failing;
using records::ReceivedFilter;
using records::ReceivedReport;

constexpr std::chrono::days kUsualPeriod{30};
constexpr std::size_t kMostFailings = 500;
constexpr std::size_t kMostSendings = 1000;

template <class Query>
Outcome<ReceivedFilter> filter_of(const Call& call, const Query& query) {
  ReceivedFilter filter{.account = call.account->id};
  filter.from = query.from;
  filter.until = query.until;
  if (!query.domain) return filter;
  auto domain = dns::Domain::parse(*query.domain);
  if (!domain) return refuse_parameter("domain", domain.error().text);
  filter.domain = *std::move(domain);
  return filter;
}

std::string meaning_of(const std::string& result_type) {
  const tlsrpt::ResultType* known = tlsrpt::find_result_type(result_type);
  return known != nullptr ? std::string(known->meaning) : "The sender's own word.";
}

TlsReportSummary summary_of(const ReceivedReport& report) {
  TlsReportSummary out;
  out.id = report.id;
  out.domain = report.domain.text();
  out.received = report.received;
  out.organization = report.report.organization;
  out.contact = report.report.contact;
  out.report_id = report.report.id;
  out.begins = report.report.begin;
  out.ends = report.report.end;
  for (const tlsrpt::PolicyResult& result : report.report.policies) {
    out.successful += result.successful_sessions;
    out.failed += result.failed_sessions;
  }
  return out;
}

TlsResult result_of(const tlsrpt::PolicyResult& result) {
  TlsResult out;
  out.policy_type = tlsrpt::policy_type_text(result.policy.type);
  out.policy_domain = result.policy.domain;
  out.policy = result.policy.strings;
  out.mx_hosts = result.policy.mx_hosts;
  out.successful = result.successful_sessions;
  out.failed = result.failed_sessions;
  for (const tlsrpt::Failures& failures : result.failures) {
    const tlsrpt::FailedWith& with = failures.with;
    out.failures.push_back({with.result_type, meaning_of(with.result_type), with.receiving_mx,
                            with.receiving_ip, with.sending_mta_ip, with.reason_code,
                            with.additional_information, failures.sessions});
  }
  return out;
}

std::string date_text(std::chrono::sys_days day) { return base::rfc3339(day).substr(0, 10); }

}  // namespace

Handled<TlsReports> TlsReportHandlers::list(Call call, TlsReportQuery query) {
  auto filter = filter_of(call, query);
  if (!filter) co_return std::unexpected(filter.error());
  auto limit = page_limit(query.limit);
  if (!limit) co_return std::unexpected(limit.error());
  filter->limit = *limit;
  filter->before = query.before.value_or(0);
  using Reports = base::Result<std::vector<ReceivedReport>>;
  const std::function<Reports(records::Records&)> work = [wanted = *filter](records::Records& r) {
    return r.tls_received().reports(wanted);
  };
  auto reports = co_await needs_.reads.run(needs_.shard, work);
  if (!reports) co_return refuse(reports.error());
  TlsReports page;
  for (const ReceivedReport& report : *reports) page.items.push_back(summary_of(report));
  if (reports->size() == filter->limit) page.next = reports->back().id;
  co_return page;
}

Handled<TlsReport> TlsReportHandlers::get(Call call) {
  const std::string& text = call.at("report");
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool number = error == std::errc{} && end == text.data() + text.size();
  using Found = base::Result<std::optional<ReceivedReport>>;
  const std::function<Found(records::Records&)> work = [account = call.account->id,
                                                        id](records::Records& r) {
    return r.tls_received().find(account, id);
  };
  auto found = co_await needs_.reads.run(needs_.shard, work);
  if (!found) co_return refuse(found.error());
  if (!number || !*found) co_return refuse(404, "not-found", "There is no such report.");
  TlsReport out;
  out.summary = summary_of(**found);
  for (const auto& result : (*found)->report.policies) out.results.push_back(result_of(result));
  co_return out;
}

Handled<TlsDays> TlsReportHandlers::days(Call call, TlsPeriodQuery query) {
  auto filter = filter_of(call, query);
  if (!filter) co_return std::unexpected(filter.error());
  if (!filter->from) filter->from = needs_.shard.wall_now() - kUsualPeriod;
  using Days = base::Result<std::vector<records::DaySum>>;
  const std::function<Days(records::Records&)> work = [wanted = *filter](records::Records& r) {
    return r.tls_received().days(wanted);
  };
  auto days = co_await needs_.reads.run(needs_.shard, work);
  if (!days) co_return refuse(days.error());
  TlsDays out;
  for (const records::DaySum& day : *days) {
    out.items.push_back(
        {date_text(day.day), day.domain.text(), day.successful, day.failed, day.reports});
  }
  co_return out;
}

Handled<TlsFailings> TlsReportHandlers::failures(Call call, TlsPeriodQuery query) {
  auto filter = filter_of(call, query);
  if (!filter) co_return std::unexpected(filter.error());
  if (!filter->from) filter->from = needs_.shard.wall_now() - kUsualPeriod;
  filter->limit = kMostFailings;
  using All = base::Result<std::vector<Failing>>;
  const std::function<All(records::Records&)> work = [wanted = *filter](records::Records& r) {
    return r.tls_received().failing(wanted);
  };
  auto failing = co_await needs_.reads.run(needs_.shard, work);
  if (!failing) co_return refuse(failing.error());
  TlsFailings out;
  for (const Failing& one : *failing) {
    out.items.push_back({one.domain.text(), one.organization, one.result_type,
                         meaning_of(one.result_type), one.receiving_mx, one.reason_code,
                         one.sessions, one.first, one.last});
  }
  co_return out;
}

Handled<TlsSendings> TlsReportHandlers::sent(Call) {
  using All = base::Result<std::vector<records::Sending>>;
  const std::function<All(records::Records&)> work = [](records::Records& r) {
    return r.tls_sessions().sendings(kMostSendings);
  };
  auto sendings = co_await needs_.reads.run(needs_.shard, work);
  if (!sendings) co_return refuse(sendings.error());
  TlsSendings out;
  for (const records::Sending& one : *sendings) {
    out.items.push_back({date_text(one.day), one.domain.text(),
                         base::printable(one.destination, 500),
                         std::string(records::state_text(one.state)), one.report_id, one.attempts,
                         one.due, base::printable(one.detail, 500)});
  }
  co_return out;
}

void declare_tls_reports(Operations& operations, TlsReportHandlers* handlers) {
  operations.add<TlsReportQuery, Nothing, TlsReports>(
      {Method::get, "/accounts/{account}/tls-reports", "listTlsReports",
       "Reports of others about TLS to the account's domains", Access::viewer},
      [handlers](Call call, TlsReportQuery query, Nothing) {
        return handlers->list(std::move(call), std::move(query));
      });
  operations.add<Nothing, Nothing, TlsReport>(
      {Method::get, "/accounts/{account}/tls-reports/{report}", "getTlsReport",
       "One received report, whole", Access::viewer},
      [handlers](Call call, Nothing, Nothing) { return handlers->get(std::move(call)); });
  operations.add<TlsPeriodQuery, Nothing, TlsDays>(
      {Method::get, "/accounts/{account}/tls-days", "listTlsDays",
       "Sessions with the account's domains, as received reports count them", Access::viewer},
      [handlers](Call call, TlsPeriodQuery query, Nothing) {
        return handlers->days(std::move(call), std::move(query));
      });
  operations.add<TlsPeriodQuery, Nothing, TlsFailings>(
      {Method::get, "/accounts/{account}/tls-failures", "listTlsFailures",
       "How mail to the account's domains fails, as received reports tell it", Access::viewer},
      [handlers](Call call, TlsPeriodQuery query, Nothing) {
        return handlers->failures(std::move(call), std::move(query));
      });
  operations.add<Nothing, Nothing, TlsSendings>(
      {Method::get, "/tls-reports/sent", "listSentTlsReports",
       "What became of the reports that the gateway sends", Access::platform},
      [handlers](Call call, Nothing, Nothing) { return handlers->sent(std::move(call)); });
}

}  // namespace postern::api
