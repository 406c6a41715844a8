#include "service/receipt/receipt_service.h"

#include <utility>

namespace postern::receipt {
namespace {

constexpr std::chrono::milliseconds kAfterFailure{200};
constexpr std::chrono::seconds kLastWords{2};

}  // namespace

ReceiptService::ReceiptService(Needs needs)
    : needs_(std::move(needs)),
      disk_(needs_.events),
      turns_(needs_.shard, needs_.settings.messages_at_a_time),
      acceptors_(needs_.shard),
      sessions_(needs_.shard),
      watch_(needs_.shard) {}

ReceiptService::~ReceiptService() = default;

void ReceiptService::add(ListenerSettings settings, std::unique_ptr<net::Listener> listener) {
  places_.push_back(std::make_unique<Place>(std::move(settings), std::move(listener)));
}

void ReceiptService::start() {
  for (const auto& place : places_) acceptors_.start(accept_all(*place));
}

SessionParts ReceiptService::parts() {
  return {.shard = needs_.shard,
          .settings = needs_.settings,
          .spool = needs_.spool,
          .books = needs_.books,
          .contexts = needs_.contexts,
          .passwords = needs_.passwords,
          .ledger = needs_.ledger,
          .sink = needs_.sink,
          .events = needs_.events,
          .metrics = needs_.metrics,
          .disk = disk_,
          .refusals = refusals_,
          .turns = turns_,
          .sessions = sessions_,
          .stopping = stopping_};
}

net::Task<void> ReceiptService::accept_all(Place& place) {
  base::Deadline never{base::Steady::max(), &acceptors_.cancellation()};
  for (;;) {
    auto socket = co_await place.listener->accept(never);
    if (!socket && acceptors_.cancellation().requested()) co_return;
    if (!socket) {
      base::Deadline soon = acceptors_.within(kAfterFailure);
      auto slept = co_await needs_.shard.sleep(soon);
      if (!slept) co_return;
      continue;
    }
    auto ticket = needs_.ledger.admit(place.settings.role);
    if (ticket) {
      sessions_.start(serve(place.settings, std::move(*socket), std::move(*ticket)));
    } else {
      sessions_.start(turn_away(std::move(*socket), place.settings.tls));
    }
  }
}

void ReceiptService::count_open() {
  needs_.metrics.set(observe::Metric::sessions_open,
                     static_cast<std::int64_t>(needs_.ledger.open()));
}

net::Task<void> ReceiptService::serve(const ListenerSettings& listener,
                                      std::unique_ptr<net::Socket> socket,
                                      ConnectionLedger::Ticket ticket) {
  count_open();
  {
    Session session(parts(), listener, std::move(ticket));
    co_await session.run(std::move(socket));
  }
  count_open();
}

net::Task<void> ReceiptService::turn_away(std::unique_ptr<net::Socket> socket, TlsStart tls) {
  needs_.metrics.add(observe::Metric::sessions_refused_total, "too-many");
  needs_.events.emit(observe::Event::session_refused,
                     {{"peer", socket->peer().address.to_string()}, {"reason", "too-many"}});
  if (tls == TlsStart::implicit) co_return;
  std::string words =
      "421 4.3.2 " + needs_.settings.host + " Too many connections; try again soon.\r\n";
  base::Deadline deadline = sessions_.within(kLastWords);
  (void)co_await socket->write(words, deadline);
}

net::Task<void> ReceiptService::cancel_after(std::chrono::milliseconds patience) {
  base::Deadline then = watch_.within(patience);
  auto slept = co_await needs_.shard.sleep(then);
  if (slept) sessions_.cancel();
}

net::Task<void> ReceiptService::stop(std::chrono::milliseconds patience) {
  acceptors_.cancel();
  co_await acceptors_.join();
  for (const auto& place : places_) place->listener->close();
  stopping_.request();
  watch_.start(cancel_after(patience));
  co_await sessions_.join();
  watch_.cancel();
  co_await watch_.join();
}

}  // namespace postern::receipt
