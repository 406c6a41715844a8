#include "service/tlsrpt/report_reader.h"

#include <array>
#include <utility>

#include "core/message/mime_parts.h"
#include "core/queue/attempt.h"
#include "io/reports/read_report.h"

namespace postern::tlsrpt {
namespace {

using Fate = queue::RecipientResult::Fate;

// RFC 8460 5.3, and what is sent instead in the wild.
constexpr std::array<std::string_view, 6> kTypes{
    "application/tlsrpt+gzip", "application/tlsrpt+json", "application/gzip",
    "application/x-gzip",      "application/json",        "application/octet-stream"};
// A failure that was last told of longer ago is news again.
constexpr std::chrono::days kMemory{14};

// Anybody may send a report of ten thousand lines; the first of them say enough.
constexpr std::size_t kMostLines = 1000;

void shorten(Report& report) {
  std::size_t left = kMostLines;
  for (PolicyResult& result : report.policies) {
    if (result.failures.size() > left) result.failures.resize(left);
    left -= result.failures.size();
  }
}

queue::RecipientResult refused(std::string text) {
  queue::RecipientResult result{Fate::failed, {}};
  result.status.code = "report-invalid";
  result.status.enhanced = "5.6.0";
  result.status.text = std::move(text);
  return result;
}

}  // namespace

net::Task<queue::RecipientResult> ReportReader::take(net::Shard& shard, delivery::OwnMail mail) {
  const auto attached = message::find_part(mail.text, kTypes);
  if (!attached) {
    co_return refused("This address takes TLS reports (RFC 8460), and the message holds none.");
  }
  auto report = reports::read_report(*attached);
  if (!report) co_return refused("The TLS report cannot be read: " + report.error().text);
  records::ReceivedReport received;
  received.account = mail.account;
  received.domain = mail.domain;
  received.received = mail.now;
  received.report = *std::move(report);
  shorten(received.report);
  const base::Instant since = mail.now - kMemory;
  auto taken = co_await shelf_.take(shard, received, since);
  if (!taken) {
    co_return queue::RecipientResult{Fate::deferred, queue::status_for_now(taken.error(), "")};
  }
  if (taken->too_many) {
    co_return refused(
        "More TLS reports about this domain came today than any honest sender sends.");
  }
  tell(received, *taken);
  co_return queue::RecipientResult{Fate::delivered, {}};
}

void ReportReader::tell(const records::ReceivedReport& received, const Shelf::Taken& taken) {
  if (!taken.is_new) return;
  std::int64_t successful = 0;
  std::int64_t failed = 0;
  for (const PolicyResult& result : received.report.policies) {
    successful += result.successful_sessions;
    failed += result.failed_sessions;
  }
  events_.emit(observe::Event::tls_report_received, {{"domain", received.domain.text()},
                                                     {"organization", received.report.organization},
                                                     {"report", received.report.id},
                                                     {"successful", std::to_string(successful)},
                                                     {"failed", std::to_string(failed)}});
  for (const Failures& news : taken.news) {
    events_.emit(observe::Event::tls_failure_reported,
                 {{"domain", received.domain.text()},
                  {"organization", received.report.organization},
                  {"result", news.with.result_type},
                  {"host", news.with.receiving_mx},
                  {"sessions", std::to_string(news.sessions)},
                  {"reason", news.with.reason_code}});
  }
}

}  // namespace postern::tlsrpt
