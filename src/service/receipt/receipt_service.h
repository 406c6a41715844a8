// The SMTP server of one shard: its listeners, its sessions, and their end.
//
// Steps: construct with everything it needs -> add() each listener, bound already (net::listen, or
// inherited from systemd) -> start() -> stop() when the program ends. stop() closes the listeners,
// lets running messages finish, answers 421 between messages, and after `patience` ends what is
// left; a message that was not acknowledged by then is the client's to send again.
//
// Lives on its shard: start() and stop() are called there.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "service/receipt/session.h"

namespace postern::receipt {

class ReceiptService {
 public:
  struct Needs {
    net::Shard& shard;
    ReceiptSettings settings;
    spool::Spool& spool;
    const service::BookSource& books;
    const ContextSource& contexts;
    PasswordChecker& passwords;  // one for all shards
    ConnectionLedger& ledger;    // one for all shards
    AcceptedSink& sink;
    observe::EventSink& events;
    observe::Metrics& metrics;
  };

  explicit ReceiptService(Needs needs);
  ~ReceiptService();  // stop() first
  ReceiptService(const ReceiptService&) = delete;
  ReceiptService& operator=(const ReceiptService&) = delete;

  void add(ListenerSettings settings, std::unique_ptr<net::Listener> listener);
  void start();
  [[nodiscard]] net::Task<void> stop(std::chrono::milliseconds patience);

  [[nodiscard]] std::size_t sessions() const { return sessions_.running(); }

 private:
  struct Place {
    ListenerSettings settings;
    std::unique_ptr<net::Listener> listener;
  };

  [[nodiscard]] net::Task<void> accept_all(Place& place);
  [[nodiscard]] net::Task<void> serve(const ListenerSettings& listener,
                                      std::unique_ptr<net::Socket> socket,
                                      ConnectionLedger::Ticket ticket);
  [[nodiscard]] net::Task<void> turn_away(std::unique_ptr<net::Socket> socket, TlsStart tls);
  [[nodiscard]] net::Task<void> cancel_after(std::chrono::milliseconds patience);
  [[nodiscard]] SessionParts parts();
  void count_open();

  Needs needs_;
  DiskGate disk_;
  RefusalBudget refusals_;
  net::Semaphore turns_;
  base::Cancellation stopping_;
  net::TaskGroup acceptors_;
  net::TaskGroup sessions_;
  net::TaskGroup watch_;
  std::vector<std::unique_ptr<Place>> places_;
};

}  // namespace postern::receipt
