// Sends the daily TLS reports (RFC 8460): to each domain that we sent mail to and that asks for
// them, what we saw in a UTC day that is over.
//
// Steps for a domain's day: when its time has come (core/tlsrpt/schedule.h) look up the TXT record
// -> one Sending for each destination, on the shelf, so that a restart neither forgets nor repeats
// -> the report as gzip: a signed message into the queue (mailto:), or a POST (https:) -> sent, or
// tried again for a day. A domain without a record is done.
//
// A message goes from the null reverse-path, since nobody would read a bounce of it. It lives on
// one shard; several nodes that share the records must leave it to one of them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/tlsrpt/record.h"
#include "io/crypto/dkim_key.h"
#include "io/net/event.h"
#include "io/observe/event.h"
#include "io/spool/spool.h"
#include "service/book/book_source.h"
#include "service/https/exchange.h"
#include "service/receipt/next.h"
#include "service/tlsrpt/shelf.h"

namespace postern::tlsrpt {

struct ReporterSettings {
  std::string organization;
  std::string contact;  // an address
  std::string from;     // an address at `submitter`
  dns::Domain submitter;
  std::string dkim_selector;
  std::string own_mailbox;  // the local part at internal domains that the gateway reads itself
};

class Reporter {
 public:
  struct Needs {
    https::Needs https;  // with the shard and its lookups
    Shelf& shelf;
    const service::BookSource& book;
    spool::Spool& spool;
    receipt::AcceptedSink& sink;
    observe::EventSink& events;
    std::shared_ptr<const crypto::DkimKey> key;
    ReporterSettings settings;
    base::Duration keep{};  // what is reported and received
  };
  explicit Reporter(Needs needs);

  void start();  // on its shard
  // Thread-safe: reports of days that are over go out now, whatever their time, and those that wait
  // for another attempt too.
  void hurry();
  [[nodiscard]] net::Task<void> stop();

 private:
  using Day = std::chrono::sys_days;
  struct Outgoing {
    Report report;
    std::string file_name;
    std::string content;  // gzip
  };

  net::Task<void> run();
  net::Task<void> plan(bool hurried);
  net::Task<void> plan_one(Day day, dns::Domain domain);
  net::Task<void> send_waiting(bool hurried);
  net::Task<void> send(records::Sending sending);
  net::Task<base::Result<std::string>> send_to(records::Sending sending);
  net::Task<base::Result<Outgoing>> outgoing(records::Sending sending);
  net::Task<base::Result<std::string>> mail(Destination destination, Outgoing outgoing,
                                            dns::Domain about);
  net::Task<base::Result<std::string>> post(Destination destination, Outgoing outgoing);
  net::Task<void> save(std::vector<records::Sending> sendings);
  [[nodiscard]] queue::Destination queue_destination(const Destination& destination,
                                                     queue::Envelope& envelope) const;
  void tell(const records::Sending& sending);

  [[nodiscard]] net::Shard& shard() { return needs_.https.shard; }

  Needs needs_;
  net::TaskGroup group_;
  net::Event wake_;
  bool hurried_ = false;
  std::map<std::pair<Day, dns::Domain>, base::Instant> asked_;  // records that could not be read
};

}  // namespace postern::tlsrpt
