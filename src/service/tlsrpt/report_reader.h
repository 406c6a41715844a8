// Reads TLS reports that others send about our domains (RFC 8460 5.3), and says when mail to us
// fails in a way that nobody had told before.
//
// A message that is no report is refused, and its sender told by a bounce: nothing that was
// accepted goes without a word. Who may send reports is not checked, for nobody can say who does:
// a report is a hint, never proof, and what it says is shown as what its sender claims.
#pragma once

#include "io/observe/event.h"
#include "service/delivery/own_mail.h"
#include "service/tlsrpt/shelf.h"

namespace postern::tlsrpt {

class ReportReader final : public delivery::OwnMailbox {
 public:
  ReportReader(Shelf& shelf, observe::EventSink& events) : shelf_(shelf), events_(events) {}
  net::Task<queue::RecipientResult> take(net::Shard& shard, delivery::OwnMail mail) override;

 private:
  void tell(const records::ReceivedReport& report, const Shelf::Taken& taken);

  Shelf& shelf_;
  observe::EventSink& events_;
};

}  // namespace postern::tlsrpt
