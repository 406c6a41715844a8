#include "service/delivery/report.h"

#include <chrono>

namespace postern::delivery {
namespace {

using observe::Event;
using observe::Metric;

double seconds_since(base::Instant then, base::Instant now) {
  return std::chrono::duration<double>(now - then).count();
}

const queue::Attempt* last_attempt(const Conclusion& conclusion) {
  const auto& evidence = conclusion.settlement.evidence;
  for (auto attempt = evidence.rbegin(); attempt != evidence.rend(); ++attempt) {
    if (attempt->outcome == queue::AttemptOutcome::delivered) return &*attempt;
  }
  return evidence.empty() ? nullptr : &evidence.back();
}

void report_delivered(observe::EventSink& events, observe::Metrics& metrics, const Job& job,
                      const Conclusion& conclusion, base::Instant now) {
  const queue::Attempt* attempt = last_attempt(conclusion);
  metrics.observe(Metric::delivery_seconds, seconds_since(job.delivery.accepted, now));
  if (attempt == nullptr) return;
  events.emit(Event::delivery_done,
              {{"message", base::queue_id(job.delivery.message)},
               {"domain", job.delivery.destination.domain.text()},
               {"recipients", std::to_string(conclusion.delivered)},
               {"host", attempt->peer_host},
               {"address", attempt->peer_address},
               {"required", std::string(tls::api_value(attempt->required))},
               {"tls", std::string(tls::version_text(attempt->version))},
               {"cipher", attempt->cipher},
               {"authenticated", std::string(tls::method_text(attempt->method))}});
}

void report_waiting(observe::EventSink& events, const Job& job, const Conclusion& conclusion,
                    base::Instant now) {
  const queue::Status& last = conclusion.settlement.last;
  const auto wait = conclusion.settlement.due - now;
  events.emit(Event::delivery_deferred,
              {{"message", base::queue_id(job.delivery.message)},
               {"domain", job.delivery.destination.domain.text()},
               {"recipients", std::to_string(conclusion.settlement.remaining.size())},
               {"reason", last.code},
               {"status", last.enhanced},
               {"why", last.text},
               {"again", base::duration_text(std::chrono::round<std::chrono::seconds>(wait))}});
}

void report_failed(observe::EventSink& events, observe::Metrics& metrics, const Job& job,
                   const Conclusion& conclusion) {
  for (const message::NoticeRecipient& recipient : conclusion.failed) {
    const bool null_sender = job.envelope->sender.empty();
    events.emit(null_sender ? Event::delivery_dropped : Event::delivery_bounced,
                {{"message", base::queue_id(job.delivery.message)},
                 {"domain", job.delivery.destination.domain.text()},
                 {"recipient", recipient.recipient.address},
                 {"reason", recipient.status.code},
                 {"status", recipient.status.enhanced},
                 {"why", recipient.status.text}});
    if (!null_sender) metrics.add(Metric::bounces_total);
  }
}

void report_policies(observe::EventSink& events, observe::Metrics& metrics, const Job& job,
                     const Conclusion& conclusion, const ReportFacts& facts) {
  const std::string message = base::queue_id(job.delivery.message);
  const std::string& domain = job.delivery.destination.domain.text();
  for (const std::string& host : facts.moved_mx) {
    events.emit(Event::mx_moved, {{"message", message}, {"domain", domain}, {"host", host}});
  }
  for (const queue::Attempt& attempt : conclusion.settlement.evidence) {
    if (attempt.outcome != queue::AttemptOutcome::delivered) continue;
    if (!attempt.would_fail.empty()) {
      metrics.add(Metric::delivery_monitored_failures_total, attempt.would_fail);
      events.emit(Event::policy_would_fail, {{"message", message},
                                             {"domain", domain},
                                             {"host", attempt.peer_host},
                                             {"reason", attempt.would_fail}});
    }
    if (attempt.used_exception) {
      events.emit(Event::exception_used,
                  {{"message", message}, {"domain", domain}, {"host", attempt.peer_host}});
    }
  }
  if (facts.unmet) metrics.add(Metric::delivery_unmet_total, facts.unmet->reason.code);
}

}  // namespace

void report(observe::EventSink& events, observe::Metrics& metrics, const Job& job,
            const Conclusion& conclusion, const ReportFacts& facts) {
  for (const queue::Attempt& attempt : conclusion.settlement.evidence) {
    metrics.add(Metric::delivery_attempts_total, queue::outcome_text(attempt.outcome));
  }
  if (conclusion.delivered > 0) report_delivered(events, metrics, job, conclusion, facts.now);
  if (!conclusion.settlement.remaining.empty()) report_waiting(events, job, conclusion, facts.now);
  report_failed(events, metrics, job, conclusion);
  if (!conclusion.delayed.empty()) {
    events.emit(Event::delivery_delayed, {{"message", base::queue_id(job.delivery.message)},
                                          {"domain", job.delivery.destination.domain.text()}});
  }
  report_policies(events, metrics, job, conclusion, facts);
}

}  // namespace postern::delivery
