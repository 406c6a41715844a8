#include "service/tlsrpt/reporter.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <utility>

#include "core/base/text.h"
#include "core/tlsrpt/mail.h"
#include "core/tlsrpt/schedule.h"
#include "io/http/url.h"
#include "io/zip/gzip.h"

namespace postern::tlsrpt {
namespace {

using namespace std::chrono_literals;
using State = records::Sending::State;

constexpr std::chrono::milliseconds kEvery = 60s;
constexpr std::chrono::milliseconds kLookupLimit = 30s;
constexpr std::chrono::milliseconds kPostLimit = 60s;
constexpr std::size_t kLargestAnswer = 16 << 10;
constexpr base::Duration kAskAgain = 30min;
constexpr base::Duration kAskUntil = std::chrono::days(1);

std::chrono::sys_days today(net::Shard& shard) {
  return std::chrono::floor<std::chrono::days>(shard.wall_now());
}

std::string random_word(std::size_t bytes) {
  const std::string random = crypto::random_bytes(bytes);
  return base::hex({reinterpret_cast<const unsigned char*>(random.data()), random.size()});
}

std::string date_text(std::chrono::sys_days day) { return base::rfc3339(day).substr(0, 10); }

std::vector<std::string> texts_of(const dns::TxtAnswer& answer) {
  std::vector<std::string> texts;
  for (const dns::Txt& record : answer.records) texts.push_back(record.text);
  return texts;
}

records::Sending unwanted(std::chrono::sys_days day, const dns::Domain& domain, base::Instant now,
                          std::string why) {
  records::Sending sending{.day = day, .domain = domain};
  sending.state = State::unwanted;
  sending.due = now;
  sending.detail = std::move(why);
  return sending;
}

}  // namespace

Reporter::Reporter(Needs needs)
    : needs_(std::move(needs)), group_(needs_.https.shard), wake_(needs_.https.shard) {}

void Reporter::start() { group_.start(run()); }

void Reporter::hurry() {
  shard().post([this] {
    hurried_ = true;
    wake_.notify();
  });
}

net::Task<void> Reporter::stop() {
  group_.cancel();
  co_await group_.join();
}

net::Task<void> Reporter::run() {
  while (!group_.cancellation().requested()) {
    const bool hurried = std::exchange(hurried_, false);
    wake_.reset();
    if (hurried) asked_.clear();
    co_await plan(hurried);
    co_await send_waiting(hurried);
    const base::Instant old = shard().wall_now() - needs_.keep;
    const auto old_day = std::chrono::floor<std::chrono::days>(old);
    auto forgotten = co_await needs_.shelf.forget(shard(), old_day, old);
    if (!forgotten) {
      needs_.events.emit(observe::Event::tls_report_not_kept, {{"why", forgotten.error().text}});
    }
    base::Deadline next = group_.within(kEvery);
    (void)co_await wake_.wait(next);
  }
}

// --- what is to be sent --------------------------------------------------------------------------

net::Task<void> Reporter::plan(bool hurried) {
  const auto now_day = today(shard());
  auto unplanned = co_await needs_.shelf.unplanned(shard(), now_day);
  if (!unplanned) {
    needs_.events.emit(observe::Event::tls_report_not_kept, {{"why", unplanned.error().text}});
    co_return;
  }
  for (auto& [day, domain] : *unplanned) {
    if (group_.cancellation().requested()) co_return;
    const base::Instant now = shard().wall_now();
    if (!hurried && now < send_at(day, domain)) continue;
    const auto asked = asked_.find({day, domain});
    if (asked != asked_.end() && now < asked->second + kAskAgain) continue;
    co_await plan_one(day, domain);
  }
}

net::Task<void> Reporter::plan_one(Day day, dns::Domain domain) {
  const dns::Domain name = record_name(domain);
  base::Deadline deadline = group_.within(kLookupLimit);
  dns::TxtAnswer answer = co_await needs_.https.lookups.txt(name, deadline);
  const base::Instant now = shard().wall_now();
  if (group_.cancellation().requested()) co_return;
  std::vector<records::Sending> sendings;
  const bool failed = answer.outcome == dns::Outcome::failed;
  if (failed && now < send_at(day, domain) + kAskUntil) {
    asked_[{day, domain}] = now;
    co_return;
  }
  asked_.erase({day, domain});
  if (failed) {
    sendings.push_back(unwanted(day, domain, now,
                                "Whether it asks for reports was not to be learnt: " + answer.why));
    co_await save(std::move(sendings));
    co_return;
  }
  const std::vector<std::string> texts = texts_of(answer);
  const RecordReading reading = read_record(texts);
  for (const Destination& destination : reading.record.destinations) {
    records::Sending sending{.day = day, .domain = domain, .destination = destination.uri};
    sending.report_id = date_text(day) + "-" + random_word(8);
    sending.due = now;
    sendings.push_back(std::move(sending));
  }
  if (sendings.empty()) sendings.push_back(unwanted(day, domain, now, reading.why));
  co_await save(std::move(sendings));
}

net::Task<void> Reporter::save(std::vector<records::Sending> sendings) {
  auto saved = co_await needs_.shelf.save(shard(), std::move(sendings));
  if (saved) co_return;
  needs_.events.emit(observe::Event::tls_report_not_kept, {{"why", saved.error().text}});
}

// --- sending -------------------------------------------------------------------------------------

net::Task<void> Reporter::send_waiting(bool hurried) {
  const base::Instant until = hurried ? base::Instant::max() : shard().wall_now();
  auto waiting = co_await needs_.shelf.waiting(shard(), until);
  if (!waiting) {
    needs_.events.emit(observe::Event::tls_report_not_kept, {{"why", waiting.error().text}});
    co_return;
  }
  for (records::Sending& sending : *waiting) {
    if (group_.cancellation().requested()) co_return;
    co_await send(std::move(sending));
  }
}

net::Task<void> Reporter::send(records::Sending sending) {
  auto sent = co_await send_to(sending);
  // Broken off by our own end: it is tried when we are back.
  if (!sent && group_.cancellation().requested()) co_return;
  const base::Instant now = shard().wall_now();
  ++sending.attempts;
  sending.due = now;
  sending.detail = sent ? *sent : sent.error().text;
  if (sent) {
    sending.state = State::sent;
  } else if (const auto wait = wait_after(sending.attempts)) {
    sending.due = now + *wait;
  } else {
    sending.state = State::failed;
  }
  tell(sending);
  std::vector<records::Sending> one;
  one.push_back(std::move(sending));
  co_await save(std::move(one));
}

void Reporter::tell(const records::Sending& sending) {
  const bool sent = sending.state == State::sent;
  needs_.events.emit(sent ? observe::Event::tls_report_sent : observe::Event::tls_report_failed,
                     {{"domain", sending.domain.text()},
                      {"day", date_text(sending.day)},
                      {"destination", sending.destination},
                      {"report", sending.report_id},
                      {"attempts", std::to_string(sending.attempts)},
                      {"state", std::string(records::state_text(sending.state))},
                      {"why", sent ? "" : sending.detail}});
}

net::Task<base::Result<std::string>> Reporter::send_to(records::Sending sending) {
  auto destination = parse_destination(sending.destination);
  if (!destination) co_return std::unexpected(destination.error());
  const dns::Domain about = sending.domain;
  auto made = co_await outgoing(std::move(sending));
  if (!made) co_return std::unexpected(made.error());
  if (destination->kind == Destination::Kind::mailto) {
    auto mailed = co_await mail(*std::move(destination), *std::move(made), about);
    co_return mailed;
  }
  auto posted = co_await post(*std::move(destination), *std::move(made));
  co_return posted;
}

net::Task<base::Result<Reporter::Outgoing>> Reporter::outgoing(records::Sending sending) {
  auto tally = co_await needs_.shelf.tally(shard(), sending.day, sending.domain);
  if (!tally) co_return std::unexpected(tally.error());
  Outgoing out;
  out.report = tally->report(sending.domain);
  out.report.organization = needs_.settings.organization;
  out.report.contact = needs_.settings.contact;
  out.report.id = sending.report_id;
  out.content = zip::gzip(to_json(out.report));
  const std::string unique = sending.report_id.substr(sending.report_id.rfind('-') + 1);
  out.file_name =
      file_name(needs_.settings.submitter, sending.domain, out.report, unique, Compression::gzip);
  co_return out;
}

// Whose mail it is follows from where it goes: to a domain of ours by that account's routes, to the
// world as the gateway's own.
queue::Destination Reporter::queue_destination(const Destination& destination,
                                               queue::Envelope& envelope) const {
  queue::Destination out;
  out.domain = destination.mailbox.domain;
  const auto book = needs_.book.current();
  if (const policy::InternalDomain* ours = book->internal_domain(out.domain)) {
    envelope.account = ours->account;
    const bool own = !needs_.settings.own_mailbox.empty() &&
                     base::iequals(destination.mailbox.local, needs_.settings.own_mailbox);
    out.leg = own ? queue::Leg::gateway : queue::Leg::internal;
  }
  out.recipients.push_back({destination.mailbox.text(), "", queue::notify_never});
  return out;
}

net::Task<base::Result<std::string>> Reporter::mail(Destination destination, Outgoing outgoing,
                                                    dns::Domain about) {
  ReportMail parts;
  parts.submitter = needs_.settings.submitter;
  parts.policy_domain = std::move(about);
  parts.from = needs_.settings.from;
  parts.to = destination.mailbox.text();
  parts.report_id = outgoing.report.id;
  parts.file_name = outgoing.file_name;
  parts.content = outgoing.content;
  parts.now = shard().wall_now();
  parts.boundary = random_word(16);
  const message::DkimSigner signer{needs_.settings.submitter, needs_.settings.dkim_selector,
                                   parts.now};
  auto body = std::make_shared<const std::string>(needs_.key->sign(signer, compose_mail(parts)));

  queue::Envelope envelope;
  envelope.tls_required_no = true;
  envelope.accepted = parts.now;
  envelope.size = static_cast<std::int64_t>(body->size());
  envelope.from_host = "TLS reports";
  std::vector<queue::Destination> destinations;
  destinations.push_back(queue_destination(destination, envelope));
  auto upload = needs_.spool.begin(shard());
  auto appended = co_await upload->append(*body);
  if (!appended) co_return std::unexpected(appended.error());
  std::vector<queue::Attempt> evidence;
  auto accepted = co_await needs_.spool.commit(shard(), std::move(upload), envelope,
                                               std::move(destinations), std::move(evidence));
  if (!accepted) co_return std::unexpected(accepted.error());
  receipt::AcceptedMessage message;
  message.id = accepted->message;
  message.envelope = std::make_shared<const queue::Envelope>(std::move(envelope));
  message.body = std::move(body);
  message.deliveries = std::move(accepted->deliveries);
  needs_.sink.accepted(std::move(message));
  co_return "Message " + base::queue_id(accepted->message) + " is in the queue.";
}

// RFC 8460 5.4
net::Task<base::Result<std::string>> Reporter::post(Destination destination, Outgoing outgoing) {
  https::Call call;
  call.host = destination.host;
  call.port = destination.port;
  call.answer_limit = kLargestAnswer;
  call.request.method = "POST";
  call.request.headers = {{"content-type", std::string(media_type(Compression::gzip))}};
  call.request.body = std::move(outgoing.content);
  if (!http::split_target(destination.target, call.request.path, call.request.query)) {
    co_return base::fail("invalid-uri", "The path of the destination cannot be read.");
  }
  https::Needs way = needs_.https;
  base::Deadline deadline = group_.within(kPostLimit);
  auto answer = co_await https::exchange(std::move(way), std::move(call), deadline);
  if (!answer) {
    co_return base::fail(answer.error().code, destination.host.text() + ": " + answer.error().text);
  }
  if (answer->status >= 200 && answer->status < 300) {
    co_return fmt::format("The server answered {}.", answer->status);
  }
  co_return base::fail("https-refused", fmt::format("{} answered with status {}.",
                                                    destination.host.text(), answer->status));
}

}  // namespace postern::tlsrpt
