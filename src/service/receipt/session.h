// One client's session: PROXY header and implicit TLS where the listener has them, then the server
// dialogue over the stream, with this as its doorkeeper and actor.
//
// Steps: construct -> run() to the end. It lives and dies on its shard; whoever made it cancels it
// through the group that runs it, and asks it to end between messages through `stopping`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/policy/receipt.h"
#include "core/smtp/server_dialogue.h"
#include "io/net/event.h"
#include "io/net/run_dialogue.h"
#include "io/net/shard.h"
#include "io/net/stream.h"
#include "io/observe/event.h"
#include "io/observe/metrics.h"
#include "io/spool/spool.h"
#include "service/book/book_source.h"
#include "service/receipt/connection_ledger.h"
#include "service/receipt/disk_gate.h"
#include "service/receipt/evidence.h"
#include "service/receipt/next.h"
#include "service/receipt/paced_stream.h"
#include "service/receipt/password_checker.h"
#include "service/receipt/settings.h"
#include "service/receipt/turn.h"

namespace postern::receipt {

// What every session of a shard shares; all of it outlives them.
struct SessionParts {
  net::Shard& shard;
  const ReceiptSettings& settings;
  spool::Spool& spool;
  const service::BookSource& books;
  const ContextSource& contexts;
  PasswordChecker& passwords;
  ConnectionLedger& ledger;
  AcceptedSink& sink;
  observe::EventSink& events;
  observe::Metrics& metrics;
  DiskGate& disk;
  RefusalBudget& refusals;
  net::Semaphore& turns;
  net::TaskGroup& sessions;      // which also owns what a session leaves to be written
  base::Cancellation& stopping;  // sessions end between messages
};

class Session final : private smtp::Doorkeeper, private Pace {
 public:
  Session(SessionParts parts, const ListenerSettings& listener, ConnectionLedger::Ticket place);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] net::Task<void> run(std::unique_ptr<net::Socket> socket);

  // Answers the dialogue's steps (net::run_dialogue).
  [[nodiscard]] net::Task<base::Result<>> perform(smtp::StartTls, smtp::ServerDialogue& dialogue);
  [[nodiscard]] net::Task<base::Result<>> perform(smtp::CheckPassword wanted,
                                                  smtp::ServerDialogue& dialogue);
  [[nodiscard]] net::Task<base::Result<>> perform(smtp::BeginMessage wanted,
                                                  smtp::ServerDialogue& dialogue);
  [[nodiscard]] net::Task<base::Result<>> perform(smtp::StoreBody wanted,
                                                  smtp::ServerDialogue& dialogue);
  [[nodiscard]] net::Task<base::Result<>> perform(smtp::Commit wanted,
                                                  smtp::ServerDialogue& dialogue);

 private:
  // session.cc: the connection
  [[nodiscard]] net::Task<bool> read_proxy(net::Socket& socket);
  [[nodiscard]] net::Task<bool> secure(std::unique_ptr<net::Socket> socket, tls::Offer offer);
  [[nodiscard]] net::Task<void> converse();
  [[nodiscard]] net::Task<void> linger();
  void take_stream(std::unique_ptr<net::Stream> stream);
  [[nodiscard]] bool is_proxy(const base::IpAddress& address) const;
  [[nodiscard]] bool is_strange(const base::IpAddress& address) const;
  [[nodiscard]] smtp::ServerSettings dialogue_settings() const;
  [[nodiscard]] smtp::TlsWords tls_words() const;
  void turn_away(std::string_view reason);
  [[nodiscard]] std::uint64_t progress() const override;
  [[nodiscard]] bool idle() const override;

  // session_policy.cc: decisions and evidence
  [[nodiscard]] std::expected<smtp::SenderAdmission, smtp::Reply> may_send(
      const smtp::MailCommand& mail) override;
  [[nodiscard]] std::expected<smtp::RecipientAdmission, smtp::Reply> may_receive(
      const smtp::Path& to) override;
  void refused(std::string_view phrase, const smtp::Reply& reply) override;
  [[nodiscard]] smtp::Reply reply_for(const policy::Denial& denial, base::AccountId account);
  void record_refusal(const policy::Denial& denial, base::AccountId account);
  [[nodiscard]] queue::Attempt attempt_for(base::AccountId account, base::Instant now) const;

  // session_store.cc: messages
  [[nodiscard]] net::Task<base::Result<>> commit_copy(smtp::MessageCopy copy, std::size_t index);
  [[nodiscard]] smtp::Storing storing_failed(const base::Failure& failure);
  void tell_accepted(const queue::Envelope& envelope, const spool::Accepted& accepted);

  SessionParts parts_;
  const ListenerSettings& listener_;
  const smtp::ServerSettings settings_;
  dns::Domain home_;  // our own name
  policy::ClientFacts client_;
  std::string cipher_iana_;
  net::Link link_;
  std::optional<smtp::ServerDialogue> dialogue_;
  ConnectionLedger::Ticket place_;
  ConnectionLedger::Ticket place_from_address_;

  // Of the transaction: it keeps the policies that MAIL was judged by.
  std::shared_ptr<const policy::PolicyBook> book_;
  const policy::InternalSender* who_ = nullptr;
  policy::Party from_;
  std::vector<base::AccountId> refusals_recorded_;  // by these accounts, of this sender

  Turn turn_;  // of the message that is taken in
  std::vector<std::unique_ptr<spool::Upload>> uploads_;
};

}  // namespace postern::receipt
