// TLS reports in the running gateway (RFC 8460): who counts sessions, who sends, who reads.
//
// Steps: open() before delivery, which is handed counters and the mailbox -> start_sending() on the
// first shard once messages can be taken -> stop_sending() before delivery drains, stop_counting()
// after it, when no session can come any more.
#pragma once

#include <memory>
#include <vector>

#include "app/gateway/shard_host.h"
#include "app/gateway/tls_report_shelf.h"
#include "service/tlsrpt/report_reader.h"
#include "service/tlsrpt/reporter.h"
#include "service/tlsrpt/session_counter.h"

namespace postern::app {

class TlsReports {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<TlsReports>> open(const Settings& settings,
                                                                      observe::EventSink& events);

  // One for each shard; null when no reports are sent.
  [[nodiscard]] delivery::SessionWatch* counter_for(net::Shard& shard);
  [[nodiscard]] delivery::OwnMailbox& mailbox() { return reader_; }
  // What signs our reports; null when none are sent.
  [[nodiscard]] const crypto::DkimKey* dkim_key() const { return key_.get(); }

  struct Sending {
    ShardHost& host;
    std::shared_ptr<const crypto::TrustStore> public_cas;
    const service::BookSource& book;
    spool::Spool& spool;
    receipt::AcceptedSink& sink;
  };
  // Does nothing when no reports are sent.
  void start_sending(Sending sending);
  void hurry();

  // Awaited on `caller`, while the shards run.
  [[nodiscard]] net::Task<void> stop_sending(net::Shard& caller);
  [[nodiscard]] net::Task<void> stop_counting(net::Shard& caller);

 private:
  struct Counting {
    net::Shard& shard;
    net::TaskGroup chores;
    tlsrpt::SessionCounter counter;
  };
  TlsReports(const Settings& settings, observe::EventSink& events,
             std::unique_ptr<TlsReportShelf> shelf)
      : settings_(settings), events_(events), shelf_(std::move(shelf)), reader_(*shelf_, events) {}

  const Settings& settings_;
  observe::EventSink& events_;
  std::unique_ptr<TlsReportShelf> shelf_;
  std::shared_ptr<const crypto::DkimKey> key_;
  tlsrpt::ReportReader reader_;
  std::vector<std::unique_ptr<Counting>> counting_;
  std::unique_ptr<tlsrpt::Reporter> reporter_;
  net::Shard* sending_on_ = nullptr;
  std::unique_ptr<net::TaskGroup> chores_;  // on that shard
};

}  // namespace postern::app
