// A partner as the account knows it: its policy, what holds for it now and why, its four hops with
// their last proof, what a monitored policy would have stopped, the last attempts.
//
// The two external hops are the partner's own. Behind the gateway, mail from all partners takes the
// same way, so the two internal hops are the account's: their last proof, the weakest mode that any
// of its routes and senders is held to.
#pragma once

#include "service/api/desk.h"
#include "service/api/explain_handlers.h"
#include "service/api/mail_types.h"
#include "service/api/operations.h"

namespace postern::api {

class PartnerHandlers {
 public:
  struct Needs {
    Desk& reads;
    ExplainHandlers::Needs explain;
    std::chrono::milliseconds patience{5000};  // for the DNS; the page says what failed
  };
  explicit PartnerHandlers(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] Handled<Partner> get(Call call);

 private:
  Needs needs_;
};

void declare_partners(Operations& operations, PartnerHandlers* handlers);

}  // namespace postern::api
